// Command pack writes catalog files in the form that is built into programs.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

func main() {
	data := flag.String("data", "data", "directory of the catalog files")
	output := flag.String("output", "catalog.bin", "file to write")
	flag.Parse()
	if err := run(*data, *output); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir, output string) error {
	// Glob sorts, which keeps the result the same for the same files.
	paths, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return err
	}
	var files []*pricing.File
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := pricing.ParseFile(path, text, pricing.ParseOptions{})
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	text, err := pricing.Pack(files)
	if err != nil {
		return err
	}
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	return os.WriteFile(output, encoder.EncodeAll(text, nil), 0o644) //nolint:gosec // prices are public
}
