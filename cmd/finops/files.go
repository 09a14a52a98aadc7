package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/catalog/build"
)

// readFile reads a file that the user named.
func readFile(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, failed("%w", err)
	}
	return data, nil
}

// writeFiles writes catalog files, one for each provider.
func writeFiles(dir string, files []*pricing.File) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // prices are public
		return failed("%w", err)
	}
	for _, file := range files {
		data, err := build.Marshal(file)
		if err != nil {
			return failed("%w", err)
		}
		path := filepath.Join(dir, fileName(file.Provider))
		if err := os.WriteFile(path, data, 0o644); err != nil { //nolint:gosec // prices are public
			return failed("%w", err)
		}
	}
	return nil
}

// fileName keeps a provider's id from being a path: ids come from price lists.
func fileName(provider string) string {
	safe := strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == 0 {
			return '_'
		}
		return r
	}, provider)
	return strings.TrimLeft(safe, ".") + ".yaml"
}

// previousCatalog reads the catalog that is about to be replaced.
func previousCatalog(dir string) ([]pricing.File, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, failed("%w", err)
	}
	files := make([]pricing.File, 0, len(paths))
	for _, path := range paths {
		data, err := readFile(path)
		if err != nil {
			return nil, err
		}
		file, err := pricing.ParseFile(path, data, pricing.ParseOptions{})
		if err != nil {
			return nil, failed("%w", err)
		}
		files = append(files, *file)
	}
	return files, nil
}

// replaceCatalog checks all files before it touches those of a directory.
func replaceCatalog(dir string, files []pricing.File) error {
	sound, err := checked("catalog", files, false)
	if err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return failed("%w", err)
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return failed("%w", err)
		}
	}
	return writeFiles(dir, sound)
}
