// Package catalog holds the builtin price catalog: list prices of public providers, each with its source and
// the date of that source.
//
// The files in data are the catalog; catalog.bin is the same in packed and compressed form, which is what is
// built into programs. `go generate` makes it.
package catalog

import (
	_ "embed"
	"fmt"

	"github.com/klauspost/compress/zstd"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

//go:generate go run ./pack -data data -output catalog.bin

//go:embed catalog.bin
var packed []byte

// maxUnpacked bounds what catalog.bin may unpack to.
const maxUnpacked = 64 << 20

// Files returns the builtin catalog, one file for each provider. The prices of a model are unpacked when a
// model is first used: read them with PriceLists, or call Expand on a file to have them in place.
func Files() ([]*pricing.File, error) {
	text, err := unpack(packed)
	if err != nil {
		return nil, fmt.Errorf("builtin catalog: %w", err)
	}
	files, err := pricing.Unpack(text)
	if err != nil {
		return nil, fmt.Errorf("builtin catalog: %w", err)
	}
	return files, nil
}

func unpack(data []byte) ([]byte, error) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxUnpacked))
	if err != nil {
		return nil, err
	}
	defer decoder.Close()
	return decoder.DecodeAll(data, nil)
}
