package importer_test

import (
	"encoding/json"
	"math"
	"math/big"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/importer"
)

// peerCase is a call and what the engine that belongs to a public price list says it costs.
type peerCase struct {
	Provider string           `json:"provider"`
	Model    string           `json:"model"`
	Time     time.Time        `json:"time"`
	Usage    map[string]int64 `json:"usage"`
	// Tier, Speed and Region are how the call was served.
	Tier   string `json:"tier,omitempty"`
	Speed  string `json:"speed,omitempty"`
	Region string `json:"region,omitempty"`
	// Total is a binary float, because the peers compute with them.
	Total float64 `json:"total"`
}

// disjoint turns usage in which totals include their parts into meters.
func (c *peerCase) disjoint() *meter.Usage {
	u := c.Usage
	counts := map[meter.Meter]int64{
		meter.CacheRead:      u["cache_read_tokens"] - u["cache_audio_read_tokens"] - u["cache_image_read_tokens"],
		meter.CacheReadAudio: u["cache_audio_read_tokens"],
		meter.CacheReadImage: u["cache_image_read_tokens"],
		meter.CacheWrite5m:   u["cache_write_tokens"] - u["cache_write_1h_tokens"],
		meter.CacheWrite1h:   u["cache_write_1h_tokens"],
		meter.InputAudio:     u["input_audio_tokens"] - u["cache_audio_read_tokens"],
		meter.InputImage:     u["input_image_tokens"] - u["cache_image_read_tokens"],
		meter.InputVideo:     u["input_video_tokens"],
		meter.OutputAudio:    u["output_audio_tokens"],
		meter.OutputImage:    u["output_image_tokens"],
		meter.OutputVideo:    u["output_video_tokens"],
		meter.Reasoning:      u["output_reasoning_tokens"],
		meter.Citation:       u["output_citation_tokens"],
	}
	in, out := u["input_tokens"], u["output_tokens"]
	for m, n := range counts {
		if m.IsInput() {
			in -= n
		} else {
			out -= n
		}
	}
	counts[meter.Input], counts[meter.Output] = in, out
	counts[meter.WebSearch] = u["web_searches"]
	counts[meter.FileSearch] = u["storage_searches"]
	counts[meter.Page] = u["input_document_pages"]
	counts[meter.AudioSecond] = u["audio_seconds"]
	counts[meter.VideoSecond] = u["video_seconds"]
	counts[meter.Character] = u["characters"]
	counts[meter.Image] = u["images"]
	counts[meter.RerankSearch] = u["rerank_searches"]
	counts[meter.CodeExecution] = u["code_executions"]
	counts[meter.Request] = 1
	usage := new(meter.Usage)
	for m, n := range counts {
		usage[m] = money.Units(n)
	}
	return usage
}

// cost is what our engine says, and false when it has no price.
func (c *peerCase) cost(engine *pricing.Engine) (total *big.Rat, price pricing.Price, ok bool) {
	usage := c.disjoint()
	price = engine.Price(&pricing.Call{
		Provider: c.Provider, RequestModel: c.Model, Time: c.Time,
		ServiceTier: c.Tier, Speed: c.Speed, Region: c.Region, Usage: usage,
	})
	if price.Sheet == nil {
		return nil, price, false
	}
	total = new(big.Rat)
	for m := range meter.Meter(meter.Count) {
		amount, _ := price.Sheet.Rates[m].List.Mul(usage[m])
		total.Add(total, amount.Rat())
	}
	return total, price, true
}

// agrees compares to the last digit that can agree: a peer sums doubles, and we round the price of one
// unit to 1e-15 before it is multiplied.
func (c *peerCase) agrees(total *big.Rat) bool {
	ours, _ := total.Float64()
	units := 0.0
	for _, n := range c.Usage {
		units += float64(n)
	}
	return math.Abs(ours-c.Total) <= units*0.5e-15+1e-14*math.Abs(c.Total)
}

// engineFor compiles a price list.
func engineFor(t *testing.T, format string, data []byte) *pricing.Engine {
	t.Helper()
	files, report, err := importer.Read(format, "peer.json", data, importer.Options{Date: "2026-11-23"})
	require.NoError(t, err)
	require.NoError(t, report.Err())
	pointers := make([]*pricing.File, len(files))
	for i := range files {
		pointers[i] = &files[i]
	}
	compiled, err := pricing.Compile(pointers...)
	require.NoError(t, err)
	engine, err := pricing.NewEngine(compiled, pricing.Customization{})
	require.NoError(t, err)
	return engine
}

func readCases(t *testing.T, path string) []peerCase {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var cases []peerCase
	require.NoError(t, json.Unmarshal(data, &cases))
	return cases
}
