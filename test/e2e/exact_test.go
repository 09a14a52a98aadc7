package e2e

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/promtext"
)

// tolerance is how far doubles may be from the exact sum, in units of the currency.
const tolerance = 1e-9

// unitMeters are those whose quantities are no tokens.
var unitMeters = map[string]bool{
	"request": true, "web_search": true, "file_search": true, "code_execution": true, "rerank_search": true,
	"image": true, "page": true, "character": true, "audio_second": true, "video_second": true,
}

func isToken(meter string) bool { return !unitMeters[meter] }

// spanKey builds the key of a group from attributes of a span, as labelKey does from labels.
func spanKey(attributes ...string) func(books.Span) string {
	return func(s books.Span) string {
		values := make([]string, 0, len(attributes))
		for _, attribute := range attributes {
			values = append(values, s.Text(attribute))
		}
		return strings.Join(values, " | ")
	}
}

func labelKey(attributes ...string) func(map[string]string) string {
	return func(labels map[string]string) string {
		values := make([]string, 0, len(attributes))
		for _, attribute := range attributes {
			values = append(values, labels[strings.ReplaceAll(attribute, ".", "_")])
		}
		return strings.Join(values, " | ")
	}
}

// assertPage compares every sum of the page with the exact sum over spans, by team, cost
// center, model, version and confidence, and by meter.
func assertPage(t *testing.T, spans books.Books, page promtext.Page) {
	t.Helper()
	dimensions := []string{
		"finops.team", "finops.cost_center", "finops.model.version", "finops.cost.confidence",
	}
	assertGroups(t, page, "finops_cost_USD_total", dimensions, spans, books.Span.Amount)
	assertGroups(t, page, "finops_tokens_total", dimensions, spans.Where(hasLines), func(s books.Span) *big.Rat {
		return s.Quantity(isToken)
	})
	assertGroups(t, page, "finops_requests_total",
		[]string{"finops.team", "finops.cost.status", "finops.cost.reason"}, spans, one)
	for meter, sum := range meterSums(spans, books.Line.Amount) {
		got := page.Sum("finops_cost_USD_total", func(l map[string]string) bool { return l["finops_meter"] == meter })
		assert.InDelta(t, books.Float(sum), got, tolerance, "cost of meter %s", meter)
	}
	assert.InDelta(t, books.Float(spans.Cost()), page.Sum("finops_cost_USD_total", nil), tolerance)
	assert.InDelta(t, books.Float(spans.Cost()), page.Sum("finops_request_cost_USD_sum", nil), tolerance)
}

func hasLines(s books.Span) bool { return len(s.Lines) > 0 }

func one(books.Span) *big.Rat { return big.NewRat(1, 1) }

// meterSums adds up what value says of each line, by meter.
func meterSums(spans books.Books, value func(books.Line) *big.Rat) map[string]*big.Rat {
	sums := map[string]*big.Rat{}
	for _, span := range spans {
		for _, line := range span.Lines {
			if sums[line.Meter] == nil {
				sums[line.Meter] = new(big.Rat)
			}
			sums[line.Meter].Add(sums[line.Meter], value(line))
		}
	}
	return sums
}

// assertGroups compares group by group, in both directions: no group of the page may be
// without spans, unless it is zero.
func assertGroups(
	t *testing.T, page promtext.Page, metric string, dimensions []string,
	spans books.Books, quantity func(books.Span) *big.Rat,
) {
	t.Helper()
	want := spans.Sums(spanKey(dimensions...), quantity)
	got := map[string]float64{}
	key := labelKey(dimensions...)
	for _, sample := range page {
		if sample.Name == metric {
			got[key(sample.Labels)] += sample.Value
		}
	}
	for group, sum := range want {
		assert.InDelta(t, books.Float(sum), got[group], tolerance, "%s of %s", metric, group)
		delete(got, group)
	}
	for group, value := range got {
		assert.Zero(t, value, "%s of %s belongs to no span", metric, group)
	}
}

// labels spells attributes as PromQL does.
func labels(attributes []string) string {
	return strings.ReplaceAll(strings.Join(attributes, ", "), ".", "_")
}
