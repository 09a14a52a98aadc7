package e2e

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/captures"
)

// client is one connection of an SDK.
type client struct{ ptraceotlp.GRPCClient }

func dial(t *testing.T, address string) client {
	t.Helper()
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	return client{ptraceotlp.NewGRPCClient(connection)}
}

// send delivers traces once. Rejected spans are an error, as they are for an SDK.
func (c client) send(ctx context.Context, traces ptrace.Traces) error {
	response, err := c.Export(ctx, ptraceotlp.NewExportRequestFromTraces(traces))
	if err != nil {
		return err
	}
	if n := response.PartialSuccess().RejectedSpans(); n > 0 {
		return fmt.Errorf("%d spans rejected: %s", n, response.PartialSuccess().ErrorMessage())
	}
	return nil
}

// errGaveUp is what resend returns when no attempt was accepted.
var errGaveUp = errors.New("not accepted")

// resend delivers traces as an SDK does: the same spans again until they are accepted.
func (c client) resend(ctx context.Context, traces ptrace.Traces) (attempts int, err error) {
	for attempts = 1; attempts <= 100; attempts++ {
		// Exporting consumes nothing, but the copy keeps what is sent again independent of it.
		again := ptrace.NewTraces()
		traces.CopyTo(again)
		if err = c.send(ctx, again); err == nil {
			return attempts, nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return attempts, fmt.Errorf("%w: %w", errGaveUp, err)
}

// models that the catalog prices, with usage that gives sums no double can hold exactly.
var models = []struct{ provider, name string }{
	{"openai", "gpt-4o-2024-08-06"},
	{"openai", "gpt-4o-mini-2024-07-18"},
	{"anthropic", "claude-sonnet-4-5-20250929"},
}

var teams = []string{"search", "support", "growth", "research", "insurance"}

// calls returns n model calls with identities that no other sequence number gives.
func calls(sequence, n int) ptrace.Traces {
	traces := ptrace.NewTraces()
	resource := traces.ResourceSpans().AppendEmpty()
	team := teams[sequence%len(teams)]
	attributes := resource.Resource().Attributes()
	attributes.PutStr("service.name", team+"-api")
	attributes.PutStr("team", team)
	attributes.PutStr("cost_center", "cc-"+team)
	spans := resource.ScopeSpans().AppendEmpty().Spans()
	spans.EnsureCapacity(n)
	for i := range n {
		call(spans.AppendEmpty(), sequence, i)
	}
	return traces
}

func call(span ptrace.Span, sequence, i int) {
	var trace [16]byte
	binary.BigEndian.PutUint64(trace[:], uint64(sequence)+1)
	binary.BigEndian.PutUint64(trace[8:], uint64(i)+1)
	span.SetTraceID(trace)
	span.SetSpanID([8]byte(trace[8:]))
	span.SetKind(ptrace.SpanKindClient)
	model := models[i%len(models)]
	span.SetName("chat " + model.name)
	end := time.Now()
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(end.Add(-time.Second)))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(end))
	attributes := span.Attributes()
	attributes.PutStr("gen_ai.operation.name", "chat")
	attributes.PutStr("gen_ai.provider.name", model.provider)
	attributes.PutStr("gen_ai.request.model", model.name)
	attributes.PutStr("gen_ai.response.model", model.name)
	attributes.PutStr("gen_ai.response.id", fmt.Sprintf("response-%d-%d", sequence, i))
	attributes.PutInt("gen_ai.usage.input_tokens", int64(1000+i%977))
	attributes.PutInt("gen_ai.usage.output_tokens", int64(1+i%89))
}

// captured returns the spans that real instrumentations exported, case by case, owned by
// one team after the other, and some by none.
func captured(t *testing.T) []ptrace.Traces {
	t.Helper()
	cases, err := captures.Load("../../testdata/captures")
	require.NoError(t, err)
	requests := make([]ptrace.Traces, 0, len(cases))
	for i, c := range cases {
		if c.Traces.SpanCount() == 0 {
			continue
		}
		for _, resource := range c.Traces.ResourceSpans().All() {
			own(resource.Resource().Attributes(), i)
		}
		requests = append(requests, c.Traces)
	}
	return requests
}

func own(resource pcommon.Map, i int) {
	resource.Remove("team")
	if owner := i % (len(teams) + 1); owner < len(teams) {
		resource.PutStr("team", teams[owner])
		resource.PutStr("cost_center", "cc-"+teams[owner])
	}
}

func spanCount(requests []ptrace.Traces) int {
	n := 0
	for _, traces := range requests {
		n += traces.SpanCount()
	}
	return n
}
