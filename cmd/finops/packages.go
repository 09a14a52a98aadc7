package main

import (
	"archive/zip"
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed dump_genai_prices.py
var dumpGenAIPrices []byte

// packageSource gets price lists out of Python packages.
type packageSource struct {
	python string
	dir    string
}

// genAIPrices installs the genai-prices package beside nothing else and has it print its data.
func (p packageSource) genAIPrices(ctx context.Context, version string) ([]byte, error) {
	target := filepath.Join(p.dir, "genai-prices")
	if err := p.pip(ctx, "install", "--quiet", "--target", target, pinned("genai-prices", version)); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, p.python, "-") //nolint:gosec // the Python that the user names
	cmd.Env = append(os.Environ(), "PYTHONPATH="+target)
	cmd.Stdin = bytes.NewReader(dumpGenAIPrices)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, failed("reading the data of genai-prices: %w: %s", err, lastLine(stderr.String()))
	}
	return stdout.Bytes(), nil
}

// liteLLM downloads the wheel of litellm, which carries a copy of its price list.
func (p packageSource) liteLLM(ctx context.Context, version string) ([]byte, error) {
	target := filepath.Join(p.dir, "litellm")
	if err := p.pip(ctx, "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", target, pinned("litellm", version)); err != nil {
		return nil, err
	}
	wheels, err := filepath.Glob(filepath.Join(target, "*.whl"))
	if err != nil || len(wheels) != 1 {
		return nil, failed("pip left %d wheels of litellm", len(wheels))
	}
	return fileInZip(wheels[0], "litellm/model_prices_and_context_window_backup.json")
}

func (p packageSource) pip(ctx context.Context, args ...string) error {
	args = append([]string{"-m", "pip", "--disable-pip-version-check"}, args...)
	cmd := exec.CommandContext(ctx, p.python, args...) //nolint:gosec // the Python that the user names
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return failed("%s: %w: %s", strings.Join(cmd.Args, " "), err, lastLine(stderr.String()))
	}
	return nil
}

func pinned(name, version string) string {
	if version == "" {
		return name
	}
	return name + "==" + version
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

func fileInZip(path, name string) ([]byte, error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil, failed("%w", err)
	}
	defer archive.Close()
	file, err := archive.Open(name)
	if err != nil {
		return nil, failed("%s: %w", filepath.Base(path), err)
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}
