package genaiprices

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/catalog"
	"github.com/otelcol-finops/otelcol-finops/internal/rating"
)

const peerPackage = "@pydantic/genai-prices@0.1.8"

//go:embed price.cjs
var script []byte

func builtin(tb testing.TB) *pricing.Engine {
	tb.Helper()
	files, err := catalog.Files()
	require.NoError(tb, err)
	compiled, err := pricing.Compile(files...)
	require.NoError(tb, err)
	engine, err := pricing.NewEngine(compiled, pricing.Customization{})
	require.NoError(tb, err)
	return engine
}

// totals are what the calls cost with the builtin catalog.
func totals(tb testing.TB, calls []call) []float64 {
	tb.Helper()
	engine, rater := builtin(tb), rating.New(rating.Options{})
	all := make([]float64, len(calls))
	for i := range calls {
		verdict := new(rating.Verdict)
		price(engine, rater, calls[i].ours(), new(pricing.Call), verdict)
		require.NotEmpty(tb, verdict.Lines, "%s %s: %s", calls[i].Provider, calls[i].Model, verdict.Reason)
		all[i] = verdict.Amount.Float64()
	}
	return all
}

func TestCallsHavePrices(t *testing.T) {
	assert.Len(t, totals(t, calls()), 50)
}

// BenchmarkPrice50 prices calls of 50 models that take turns, each known to the engine. Ours finds the price in all of
// the builtin catalog, judges how sure it is and writes the ledger lines; the peer's answer is the price. It is
// skipped where Node.js or the registry is not to be had.
func BenchmarkPrice50(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		engine, rater := builtin(b), rating.New(rating.Options{})
		var known []*genai.Call
		query, verdict := new(pricing.Call), new(rating.Verdict)
		for _, c := range calls() {
			known = append(known, c.ours())
			price(engine, rater, c.ours(), query, verdict)
		}
		i := 0
		b.ReportAllocs()
		for b.Loop() {
			price(engine, rater, known[i%len(known)], query, verdict)
			i++
		}
	})
	b.Run("genai_prices", func(b *testing.B) {
		dir := installPeer(b)
		ours := totals(b, calls())
		var theirs answer
		for b.Loop() {
			theirs = runPeer(b, dir, calls())
		}
		assert.InDeltaSlice(b, ours, theirs.Totals, 1e-9, "the engines do not price the same")
		b.ReportMetric(theirs.Nanoseconds, "ns/op") // the peer's own clock: without the start of Node.js
		b.Logf("%s, Node.js %s", peerPackage, theirs.Node)
	})
}

// answer is what price.cjs prints.
type answer struct {
	Nanoseconds float64   `json:"nanoseconds"`
	Totals      []float64 `json:"totals"`
	Node        string    `json:"node"`
}

// installPeer returns a directory with the script and the package.
func installPeer(b *testing.B) string {
	b.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			skip(b, "%s is not installed: genai-prices is not measured", tool)
		}
	}
	dir := b.TempDir()
	install := exec.CommandContext(b.Context(), "npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts",
		"--fetch-retries", "0", "--fetch-timeout", "10000", "--prefix", dir, peerPackage)
	if text, err := install.CombinedOutput(); err != nil {
		skip(b, "npm cannot install %s, genai-prices is not measured: %v: %s", peerPackage, err, bytes.TrimSpace(text))
	}
	require.NoError(b, os.WriteFile(filepath.Join(dir, "price.cjs"), script, 0o600))
	return dir
}

// skip says why in any case: without -v the reasons of skipped benchmarks are not printed.
func skip(b *testing.B, format string, args ...any) {
	b.Helper()
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	b.SkipNow()
}

func runPeer(b *testing.B, dir string, calls []call) answer {
	b.Helper()
	input, err := json.Marshal(calls)
	require.NoError(b, err)
	node := exec.CommandContext(b.Context(), "node", "price.cjs")
	node.Dir, node.Stdin, node.Stderr = dir, bytes.NewReader(input), os.Stderr
	output, err := node.Output()
	require.NoError(b, err)
	var out answer
	require.NoError(b, json.Unmarshal(output, &out))
	return out
}
