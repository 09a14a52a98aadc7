package pricingsource

import (
	"fmt"
	"sync"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/accounts"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/catalog"
)

// builtin is the source of components that run without a pricing extension. All of them share it.
type builtin struct {
	engine   *pricing.Engine
	accounts *accounts.Table
}

// Engine returns the engine of the builtin catalog.
func (b *builtin) Engine() *pricing.Engine { return b.engine }

// Accounts returns a table that knows no accounts.
func (b *builtin) Accounts() *accounts.Table { return b.accounts }

// builtinSource is made when first asked for: most Collectors have an extension and never need it.
var builtinSource = sync.OnceValues(func() (Source, error) {
	files, err := BuiltinFiles()
	if err != nil {
		return nil, err
	}
	compiled, err := pricing.Compile(files...)
	if err != nil {
		return nil, fmt.Errorf("builtin catalog: %w", err)
	}
	engine, err := pricing.NewEngine(compiled, pricing.Customization{})
	if err != nil {
		return nil, fmt.Errorf("builtin catalog: %w", err)
	}
	return &builtin{engine: engine, accounts: new(accounts.Table)}, nil
})

// BuiltinFiles are the files of the builtin catalog, unpacked once. They are shared and must not be changed.
var BuiltinFiles = sync.OnceValues(catalog.Files)

// BuiltinDate is the newest date on which a source of the builtin catalog stated a price.
func BuiltinDate() (time.Time, error) {
	files, err := BuiltinFiles()
	if err != nil {
		return time.Time{}, err
	}
	var newest time.Time
	for _, file := range files {
		for _, source := range file.Sources {
			if day, err := time.Parse(time.DateOnly, source.Date); err == nil && day.After(newest) {
				newest = day
			}
		}
	}
	return newest, nil
}
