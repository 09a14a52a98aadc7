package genai

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/captures"
)

var update = flag.Bool("update", false, "rewrite golden files")

const (
	corpus = "../../testdata/captures"
	golden = "testdata/captures.golden"
)

func loadCorpus(tb testing.TB) []captures.Case {
	tb.Helper()
	cases, err := captures.Load(corpus)
	require.NoError(tb, err)
	return cases
}

// TestCapturesGolden pins what is read from every span of the corpus.
func TestCapturesGolden(t *testing.T) {
	var got strings.Builder
	for _, c := range loadCorpus(t) {
		eachSpan(c.Traces, func(span ptrace.Span, call *Call) {
			fmt.Fprintf(&got, "%s | %s | %s\n", c.ID(), span.Name(), describe(call))
		})
	}
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got.String()), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assertLines(t, string(want), got.String())
}

// assertLines compares texts of many lines and reports those that differ.
func assertLines(t *testing.T, want, got string) {
	t.Helper()
	wants, gots := strings.Split(want, "\n"), strings.Split(got, "\n")
	assert.Len(t, gots, len(wants))
	for i := range min(len(wants), len(gots)) {
		if wants[i] != gots[i] {
			t.Errorf("line %d, run with -update to accept:\nwant %s\ngot  %s", i+1, wants[i], gots[i])
		}
	}
}

func eachSpan(td ptrace.Traces, visit func(ptrace.Span, *Call)) {
	r := NewReader()
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			scope := r.Scope(ss.Scope())
			for _, span := range ss.Spans().All() {
				var call Call
				scope.ReadSpan(span, &call)
				visit(span, &call)
			}
		}
	}
}

func describe(c *Call) string {
	if c.Role == RoleNone {
		return "none"
	}
	role := [...]string{"none", "call", "aggregate", "other", "agent_call"}[c.Role]
	parts := []string{role, c.Operation, c.Provider, c.RequestModel, c.ResponseModel, usageText(&c.Usage)}
	for _, tag := range []struct {
		name, value string
	}{
		{"reason", string(c.Reason)},
		{"tier", c.ServiceTier},
		{"requested", c.RequestedTier},
		{"region", c.Region},
		{"error", c.ErrorType},
		{"gaps", c.Gaps.String()},
	} {
		if tag.value != "" {
			parts = append(parts, tag.name+"="+tag.value)
		}
	}
	if c.Reported.Present {
		parts = append(parts, "reported="+c.Reported.Amount.String())
	}
	return strings.Join(parts, " | ")
}

func usageText(u *meter.Usage) string {
	var parts []string
	for m, q := range u {
		if !q.IsZero() {
			parts = append(parts, fmt.Sprintf("%s:%s", meter.Meter(m), q))
		}
	}
	return strings.Join(parts, " ")
}

// TestCapturesTruth holds the promise: what is read of a billable call either is what the provider billed,
// or a gap says in which direction the cost will be off. The prices are made up so that every
// fact matters.
func TestCapturesTruth(t *testing.T) {
	var exact, flagged int
	for _, c := range loadCorpus(t) {
		eachSpan(c.Traces, func(span ptrace.Span, call *Call) {
			if call.Role != RoleCall || !call.HasUsage {
				return
			}
			truth := nearest(c.Truth.Billable(), call)
			if covered(t, c.ID()+" "+span.Name(), truth, call) {
				exact++
			} else {
				flagged++
			}
		})
	}
	t.Logf("%d spans exact, %d flagged", exact, flagged)
	assert.Positive(t, exact)
	assert.Positive(t, flagged)
}

// nearest finds the truth of a call among several: the one of the same output, or else the first.
func nearest(billed []captures.APICall, call *Call) captures.APICall {
	for _, b := range billed {
		if output(&b.Usage) == output(&call.Usage) {
			return b
		}
	}
	return billed[0]
}

func output(u *meter.Usage) string {
	return u[meter.Output].Add(u[meter.Reasoning]).Add(u[meter.OutputAudio]).String()
}

// covered asserts that a difference from the truth is covered by gaps, and reports whether there is
// neither difference nor gap.
func covered(t *testing.T, id string, truth captures.APICall, call *Call) bool {
	t.Helper()
	got, want := weigh(&call.Usage), weigh(&truth.Usage)
	over, under := directions(call.Gaps)
	if tier(truth.ServiceTier) != tier(call.ServiceTier) {
		assert.True(t, over && under, "%s: tier %q was billed, %q read, and nothing says that it is unknown",
			id, truth.ServiceTier, call.ServiceTier)
	}
	switch got.Cmp(want) {
	case 1:
		assert.True(t, over, "%s: reads more than was billed without a gap for it: %s, billed %s",
			id, usageText(&call.Usage), usageText(&truth.Usage))
	case -1:
		assert.True(t, under || tier(truth.ServiceTier) == "priority",
			"%s: reads less than was billed without a gap for it: %s, billed %s",
			id, usageText(&call.Usage), usageText(&truth.Usage))
	default:
		return !over && !under
	}
	return false
}

// tier is a service tier as far as prices differ.
func tier(s string) string {
	if s == "default" || s == "standard" {
		return ""
	}
	return s
}

// weigh prices a usage at rates that make every meter count.
func weigh(u *meter.Usage) money.Quantity {
	rates := map[meter.Meter]int64{
		meter.Input: 100, meter.CacheRead: 10, meter.CacheWrite5m: 125, meter.CacheWrite1h: 200,
		meter.Output: 500, meter.Reasoning: 500, meter.InputAudio: 1000, meter.OutputAudio: 2000,
		meter.WebSearch: 1_000_000,
	}
	var sum money.Quantity
	for m, rate := range rates {
		n, _ := u[m].Int64()
		sum = sum.Add(money.Units(n * rate))
	}
	return sum
}

// directions says whether gaps may overstate or understate when every fact matters.
func directions(g Gaps) (over, under bool) {
	for gap := GapCacheReadDropped; gap <= GapUsagePartial; gap++ {
		if !g.Has(gap) {
			continue
		}
		switch gap {
		case GapCacheReadDropped:
			over = true
		case GapCacheWriteDropped, GapCacheLost, GapWriteSplitUnknown, GapToolFeesInvisible,
			GapReasoningDropped, GapModalityUnknown, GapUsagePartial:
			under = true
		case GapRegionUnknown, GapProviderGuessed:
			// Both depend on the catalog; the corpus has no call of a model whose price does.
		default:
			over, under = true, true
		}
	}
	return over, under
}
