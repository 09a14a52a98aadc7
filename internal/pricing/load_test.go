package pricing

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// manyModels is a catalog file as rich as the builtin one, with n models.
func manyModels(n int) string {
	var b strings.Builder
	b.WriteString("format: finops/v1\nprovider: openai\nsources:\n  gp: {title: a source, date: \"2026-09-23\"}\nmodels:\n")
	for i := range n {
		fmt.Fprintf(&b, `  - id: model-%[1]d
    aliases: [model-%[1]d-2026-01-02, model.%[1]d]
    prices:
      - source: gp
        to: "2026-03-13"
        rates: {input: "3", cache_read: "0.3", cache_write_5m: "3.75", output: "15"}
      - source: gp
        from: "2026-03-13"
        rates: {input: "3", cache_read: "0.3", cache_write_5m: "3.75", output: "15"}
        tiers:
          - {threshold: 200000, rates: {input: "6", output: "22.5"}}
        variants:
          - {name: batch, when: {service_tier: batch}, multipliers: "0.5"}
`, i)
	}
	return b.String()
}

func BenchmarkLoadYAML(b *testing.B) {
	data := []byte(manyModels(3000))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		f, err := ParseFile("x.yaml", data, ParseOptions{})
		require.NoError(b, err)
		_, err = Compile(f)
		require.NoError(b, err)
	}
}

func BenchmarkLoadPacked(b *testing.B) {
	f := parse(b, manyModels(3000))
	data, err := Pack([]*File{f})
	require.NoError(b, err)
	b.ReportMetric(float64(len(data)), "bytes")
	for b.Loop() {
		files, err := Unpack(data)
		require.NoError(b, err)
		_, err = Compile(files...)
		require.NoError(b, err)
	}
}
