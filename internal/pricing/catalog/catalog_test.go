package catalog

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

func TestPackIsUpToDate(t *testing.T) {
	paths, err := filepath.Glob("data/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	var files []*pricing.File
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		file, err := pricing.ParseFile(path, text, pricing.ParseOptions{})
		require.NoError(t, err)
		files = append(files, file)
	}
	want, err := pricing.Pack(files)
	require.NoError(t, err)
	got, err := unpack(packed)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(want, got), "catalog.bin differs from data; run go generate ./internal/pricing/catalog")
}

func TestLoadIsFast(t *testing.T) {
	start := time.Now()
	files, err := Files()
	require.NoError(t, err)
	_, err = pricing.Compile(files...)
	require.NoError(t, err)
	// The budget is 50 ms on an idle machine; this only notices a different order of magnitude.
	assert.Less(t, time.Since(start), time.Second)
}

func BenchmarkLoad(b *testing.B) {
	b.ReportMetric(float64(len(packed)), "bytes")
	b.ReportAllocs()
	for b.Loop() {
		files, err := Files()
		require.NoError(b, err)
		_, err = pricing.Compile(files...)
		require.NoError(b, err)
	}
}

// Every model of the catalog once, each never seen before.
func BenchmarkFirstPrice(b *testing.B) {
	usage := new(meter.Usage)
	usage[meter.Input] = money.Units(1000)
	priced := 0
	for b.Loop() {
		b.StopTimer()
		files, err := Files()
		require.NoError(b, err)
		compiled, err := pricing.Compile(files...)
		require.NoError(b, err)
		engine, err := pricing.NewEngine(compiled, pricing.Customization{})
		require.NoError(b, err)
		models := compiled.Models()
		call := &pricing.Call{Time: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), Usage: usage}
		b.StartTimer()
		for i := range models {
			call.Provider, call.ResponseModel = models[i].Provider, models[i].ID
			engine.Price(call)
		}
		priced += len(models)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(priced), "ns/model")
}
