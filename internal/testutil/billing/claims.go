package billing

import (
	"fmt"
	"os"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
)

// ReadClaims collects what the collector wrote about spans and log records, from files of the
// file exporter.
func ReadClaims(traces, logs string) (map[pcommon.TraceID][]Claim, error) {
	claims := map[pcommon.TraceID][]Claim{}
	spans, err := books.ReadFile(traces)
	if err != nil {
		return nil, err
	}
	for _, span := range spans.Judged() {
		claims[span.TraceID] = append(claims[span.TraceID], ClaimOf(span))
	}
	return claims, readLogs(logs, claims)
}

// ClaimOf is what the attributes of a span say about its call.
func ClaimOf(span books.Span) Claim {
	return Claim{
		Status: span.Text("finops.cost.status"), Reason: span.Text("finops.cost.reason"),
		Confidence: span.Text("finops.cost.confidence"), Amount: span.Amount(), What: span.Name,
	}
}

func readLogs(path string, claims map[pcommon.TraceID][]Claim) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for document := range strings.Lines(string(text)) {
		ld, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs([]byte(document))
		if err != nil {
			return err
		}
		for _, rl := range ld.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, record := range sl.LogRecords().All() {
					if err := addLog(record, claims); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

func addLog(record plog.LogRecord, claims map[pcommon.TraceID][]Claim) error {
	if _, judged := record.Attributes().Get("finops.cost.status"); !judged {
		return nil
	}
	entry := books.Span{Name: "log " + record.EventName(), Attributes: record.Attributes().AsRaw()}
	var err error
	if entry.Lines, err = books.ParseLines(entry.Text("finops.cost.lines")); err != nil {
		return err
	}
	if record.TraceID().IsEmpty() {
		return fmt.Errorf("a priced log record without a trace: %v", entry.Attributes)
	}
	claims[record.TraceID()] = append(claims[record.TraceID()], ClaimOf(entry))
	return nil
}
