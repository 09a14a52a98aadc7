package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
)

// assertReplaysAgree holds when a span got the same verdict and the same price each time it
// was sent: whoever sums up spans instead of metrics may take any of them.
func assertReplaysAgree(t *testing.T, all books.Books) {
	t.Helper()
	verdict := spanKey("finops.cost.status", "finops.cost.lines", "finops.cost.confidence", "finops.pricing.id")
	first := map[string]string{}
	differing := 0
	for _, span := range all {
		id := span.TraceID.String() + span.SpanID.String()
		if known, ok := first[id]; ok && known != verdict(span) {
			differing++
		}
		first[id] = verdict(span)
	}
	assert.Zero(t, differing, "spans got another verdict when they were sent again")
}
