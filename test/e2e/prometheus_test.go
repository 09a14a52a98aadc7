package e2e

import (
	"fmt"
	"math/big"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
)

// What PromQL says of captured traffic equals the exact sum over its spans: as an instant
// value, and as an increase from the first scrape on.
func TestPromQLEqualsTheSumOverSpans(t *testing.T) {
	t.Parallel()
	c := newSetup(t, 2*time.Second).start(t)
	server := startPrometheus(t, c.prometheus())
	requests := captured(t)
	client := dial(t, c.grpc())
	server.awaitScraping(t)

	// In two halves, so that some series are new and some only grow.
	half := len(requests) / 2
	for _, traces := range requests[:half] {
		require.NoError(t, client.send(t.Context(), traces))
	}
	first := c.exported(t, spanCount(requests[:half])).Judged()
	server.awaitValue(t, `sum(finops_requests_total)`, float64(len(first)))
	for _, traces := range requests[half:] {
		require.NoError(t, client.send(t.Context(), traces))
	}
	spans := c.exported(t, spanCount(requests)).Judged()
	require.Greater(t, len(spans), len(first))
	require.Positive(t, spans.Cost().Sign(), "nothing was priced")
	server.awaitValue(t, `sum(finops_requests_total)`, float64(len(spans)))

	assertPage(t, spans, c.page(t))
	at := server.scrapeTime(t)
	for name, metric := range map[string]string{"instant": "%s", "increase": increase("%s")} {
		t.Run(name, func(t *testing.T) {
			assertQueries(t, server, at, metric, spans)
		})
	}
	t.Run("documented queries", func(t *testing.T) {
		assertDocumentedQueries(t, server, "../../docs/metrics.md")
	})
	assert.Zero(t, server.scalar(t, fmt.Sprintf(`sum(resets(finops_cost_USD_total[%s]))`, window), at))
}

// promqlBlock is a fenced block of PromQL in Markdown.
var promqlBlock = regexp.MustCompile("(?s)\n```promql\n(.*?)\n```")

// assertDocumentedQueries runs what a page tells people to run. The traffic has an answer to each.
func assertDocumentedQueries(t *testing.T, server *prometheusServer, page string) {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	queries := promqlBlock.FindAllStringSubmatch(string(text), -1)
	require.NotEmpty(t, queries)
	for _, query := range queries {
		assert.NotEmpty(t, server.query(t, query[1], 0), query[1])
	}
}

// assertQueries compares totals, and sums by team, by team and model, and by meter.
func assertQueries(t *testing.T, server *prometheusServer, at float64, metric string, spans books.Books) {
	t.Helper()
	cost := fmt.Sprintf(metric, "finops_cost_USD_total")
	tokens := fmt.Sprintf(metric, "finops_tokens_total")
	assert.InDelta(t, books.Float(spans.Cost()), server.scalar(t, "sum("+cost+")", at), tolerance)
	for _, by := range [][]string{{"finops.team"}, {"finops.cost_center", "finops.cost.confidence"}} {
		assertVector(t, server.query(t, "sum by("+labels(by)+")("+cost+")", at), by,
			spans.Where(hasLines).Sums(spanKey(by...), books.Span.Amount))
		assertVector(t, server.query(t, "sum by("+labels(by)+")("+tokens+")", at), by,
			spans.Where(hasLines).Sums(spanKey(by...), func(s books.Span) *big.Rat { return s.Quantity(isToken) }))
	}
	assertVector(t, server.query(t, "sum by(finops_meter)("+cost+")", at), []string{"finops.meter"},
		meterSums(spans, books.Line.Amount))
}

// assertVector holds when the groups are the same, but for groups of zero, and so are the sums.
func assertVector(t *testing.T, got []sample, by []string, want map[string]*big.Rat) {
	t.Helper()
	key := labelKey(by...)
	sums := map[string]float64{}
	for _, s := range got {
		if value := s.float(t); value != 0 {
			sums[key(s.Metric)] = value
		}
	}
	for group, sum := range want {
		assert.InDelta(t, books.Float(sum), sums[group], tolerance, "%s of %v", group, by)
		delete(sums, group)
	}
	assert.Empty(t, sums, "groups of %v without spans", by)
}
