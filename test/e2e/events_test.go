package e2e

import (
	"bytes"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
)

// Every call that costs anything has one event, however often it is sent, beside metrics that count it once;
// and no event has anything of what was said.
func TestEveryDearCallHasOneEvent(t *testing.T) {
	t.Parallel()
	c := newSetup(t, time.Second, "events.yaml").start(t)
	client := dial(t, c.grpc())
	requests := captured(t)
	for range 2 {
		for _, traces := range requests {
			require.NoError(t, client.send(t.Context(), traces))
		}
	}
	all := c.exported(t, 2*spanCount(requests))
	spans := all.Judged().Once()
	assertPage(t, spans, c.awaitRequests(t, len(spans)))
	c.stop(t) // which sends what is left

	raw, err := os.ReadFile(filepath.Join(c.directory, "events.json"))
	require.NoError(t, err)
	dear := spans.Where(func(s books.Span) bool { return s.Amount().Sign() > 0 })
	require.NotEmpty(t, dear)
	assertEvents(t, dear, raw)
	assertNoContent(t, all, raw)
}

// assertEvents compares amounts by trace and span.
func assertEvents(t *testing.T, spans books.Books, raw []byte) {
	t.Helper()
	want := map[string]*big.Rat{}
	for _, s := range spans {
		want[s.TraceID.String()+s.SpanID.String()] = s.Amount()
	}
	for document := range bytes.Lines(raw) {
		logs, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(bytes.TrimSpace(document))
		require.NoError(t, err)
		for _, resource := range logs.ResourceLogs().All() {
			for _, record := range resource.ScopeLogs().At(0).LogRecords().All() {
				id := record.TraceID().String() + record.SpanID().String()
				require.Contains(t, want, id, "an event of no such call, or another of one that has had its own")
				amount, _ := record.Attributes().Get("finops.cost.amount")
				assert.InDelta(t, books.Float(want[id]), amount.Double(), tolerance)
				delete(want, id)
			}
		}
	}
	assert.Empty(t, want, "calls without an event")
}

func assertNoContent(t *testing.T, spans books.Books, raw []byte) {
	t.Helper()
	const telling = 16 // bytes; shorter ones may be anything
	looked := 0
	for _, s := range spans {
		for name, value := range s.Attributes {
			if text, ok := value.(string); ok && genai.IsContent(name) && len(text) >= telling {
				looked++
				assert.NotContains(t, string(raw), text, name)
			}
		}
	}
	assert.Positive(t, looked, "the captures have no content")
}
