package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/bench/result"
)

func TestParse(t *testing.T) {
	measured := map[string][]result.Micro{}
	require.NoError(t, parse(`goos: linux
BenchmarkPrice/genai/floor-2 	      20	    348514 ns/op	       680.7 ns/span	  294912 B/op	    3072 allocs/op
PASS
`, measured))
	assert.Equal(t, map[string][]result.Micro{
		"Price/genai/floor": {{NsPerSpan: 680.7, BytesPerSpan: 576, AllocsPerSpan: 6}},
	}, measured)
	require.Error(t, parse("BenchmarkX-2 20 many ns/op", measured))
}
