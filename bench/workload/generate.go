package workload

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Spec says what a batch is made of. The zero value of each field is its default.
type Spec struct {
	// Spans in the batch; default 512.
	Spans int
	// GenAIEvery makes one span in that many a model call; default 1, all of them. -1: none.
	GenAIEvery int
	// MessageBytes is the size of each of the two message attributes; default none.
	MessageBytes int
	// Models are called in turn; default [Current].
	Models []Model
	// Start is when the first span started; default one minute ago.
	Start time.Time
}

// resources is the number of services in a batch, and spansPerTrace how many spans of a batch
// belong together.
const (
	resources     = 4
	spansPerTrace = 8
)

// outsideBatch is above the number of every span, for parents that are not in the batch.
const outsideBatch = 1 << 15

const attrResponseID = "gen_ai.response.id"

// New makes a batch; the same spec makes the same batch.
func New(spec Spec) (*Batch, error) {
	g := newGenerator(spec)
	td := ptrace.NewTraces()
	perResource := g.spec.Spans / resources
	for r := range resources {
		rs := td.ResourceSpans().AppendEmpty()
		putResource(rs.Resource().Attributes(), r)
		ss := rs.ScopeSpans().AppendEmpty()
		ss.Scope().SetName("example.instrumentation")
		ss.Scope().SetVersion("1.4.2")
		ss.Spans().EnsureCapacity(perResource)
		for range perResource {
			g.span(ss.Spans().AppendEmpty())
		}
	}
	return newBatch(td, g.genAI)
}

type generator struct {
	spec    Spec
	random  *rand.Rand
	content string
	n       int // spans made
	genAI   int // of them model calls
}

func newGenerator(spec Spec) *generator {
	if spec.Spans == 0 {
		spec.Spans = 512
	}
	if spec.GenAIEvery == 0 {
		spec.GenAIEvery = 1
	}
	if spec.Models == nil {
		spec.Models = Current
	}
	if spec.Start.IsZero() {
		spec.Start = time.Now().Add(-time.Minute)
	}
	return &generator{
		spec:    spec,
		random:  rand.New(rand.NewPCG(1, 2)),
		content: strings.Repeat("All work and no play makes a dull trace. ", spec.MessageBytes/40+1)[:spec.MessageBytes],
	}
}

// span fills the next span. Every trace has a root outside of the batch, so that the spans
// of a batch are as flat as an application's calls under one request are.
func (g *generator) span(span ptrace.Span) {
	seq := g.n
	g.n++
	span.SetTraceID(traceID(seq / spansPerTrace))
	span.SetSpanID(spanID(uint16(seq)))
	span.SetParentSpanID(spanID(outsideBatch + uint16(seq/spansPerTrace)))
	start := g.spec.Start.Add(time.Duration(seq) * 2 * time.Millisecond)
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(time.Duration(200+g.random.IntN(3000)) * time.Millisecond)))
	span.SetKind(ptrace.SpanKindClient)
	switch {
	case g.spec.GenAIEvery > 0 && seq%g.spec.GenAIEvery == 0:
		g.modelCall(span, seq)
	case seq%2 == 0:
		putHTTP(span, seq)
	default:
		putDatabase(span, seq)
	}
}

// modelCall writes 17 or 19 attributes as the GenAI semantic conventions have them.
func (g *generator) modelCall(span ptrace.Span, seq int) {
	model := g.spec.Models[g.genAI%len(g.spec.Models)]
	g.genAI++
	input := 200 + g.random.IntN(4000)
	span.SetName("chat " + model.Name)
	a := span.Attributes()
	a.PutStr("gen_ai.operation.name", "chat")
	a.PutStr("gen_ai.provider.name", model.Provider)
	a.PutStr("gen_ai.request.model", model.Name)
	a.PutStr("gen_ai.response.model", model.Name)
	a.PutStr(attrResponseID, fmt.Sprintf("%s%08x%08x", responsePrefix, 0, seq))
	a.PutInt("gen_ai.request.max_tokens", 4096)
	a.PutDouble("gen_ai.request.temperature", 0.7)
	a.PutDouble("gen_ai.request.top_p", 0.95)
	a.PutEmptySlice("gen_ai.response.finish_reasons").AppendEmpty().SetStr("stop")
	a.PutInt("gen_ai.usage.input_tokens", int64(input))
	a.PutInt("gen_ai.usage.output_tokens", int64(50+g.random.IntN(900)))
	a.PutInt("gen_ai.usage.cache_read.input_tokens", int64(g.random.IntN(input)))
	a.PutStr("gen_ai.conversation.id", fmt.Sprintf("conv_%024d", seq/spansPerTrace))
	a.PutStr("gen_ai.agent.name", "support-assistant")
	a.PutStr("gen_ai.output.type", "text")
	a.PutStr("server.address", "api.example.com")
	a.PutInt("server.port", 443)
	if seq%2 == 0 {
		a.PutStr("openai.response.service_tier", "default")
		a.PutStr("user.id", "u-20391")
	}
	if g.content != "" {
		a.PutStr("gen_ai.input.messages", g.content)
		a.PutStr("gen_ai.output.messages", g.content)
	}
}

func putHTTP(span ptrace.Span, seq int) {
	span.SetName("GET /v1/orders/{id}")
	a := span.Attributes()
	a.PutStr("http.request.method", "GET")
	a.PutStr("url.full", fmt.Sprintf("https://orders.example.com/v1/orders/%08d?expand=items", seq))
	a.PutStr("url.scheme", "https")
	a.PutInt("http.response.status_code", 200)
	a.PutStr("server.address", "orders.example.com")
	a.PutInt("server.port", 443)
	a.PutStr("network.protocol.version", "1.1")
	a.PutStr("network.peer.address", "10.20.30.40")
	a.PutStr("user_agent.original", "orders-client/2.3")
	a.PutStr("http.route", "/v1/orders/{id}")
}

func putDatabase(span ptrace.Span, seq int) {
	span.SetName("SELECT orders")
	a := span.Attributes()
	a.PutStr("db.system.name", "postgresql")
	a.PutStr("db.namespace", "shop")
	a.PutStr("db.operation.name", "SELECT")
	a.PutStr("db.query.text", "SELECT id, state, total FROM orders WHERE customer_id = $1 AND state <> $2")
	a.PutStr("server.address", "db-1.example.com")
	a.PutInt("server.port", 5432)
	a.PutInt("db.response.returned_rows", int64(seq%17))
}

func putResource(a pcommon.Map, r int) {
	a.PutStr("service.name", fmt.Sprintf("assistant-%d", r))
	a.PutStr("service.namespace", "shop")
	a.PutStr("service.version", "2026.11.3")
	a.PutStr("service.instance.id", fmt.Sprintf("assistant-%d-7c9f6d5b8-x2x%d", r, r))
	a.PutStr("deployment.environment.name", "production")
	a.PutStr("team", fmt.Sprintf("team-%d", r))
	a.PutStr("cost_center", fmt.Sprintf("cc-%d", 100+r))
	a.PutStr("telemetry.sdk.name", "opentelemetry")
	a.PutStr("telemetry.sdk.language", "python")
	a.PutStr("host.name", fmt.Sprintf("node-%d.example.com", r))
}

// traceID and spanID begin with a magic number and leave room for an epoch, which is 0
// until the batch is renewed.
func traceID(seq int) (id pcommon.TraceID) {
	copy(id[:], traceMarker[1:])
	binary.BigEndian.PutUint64(id[8:], uint64(1+seq))
	return id
}

func spanID(seq uint16) (id pcommon.SpanID) {
	copy(id[:], spanMarker[1:])
	binary.BigEndian.PutUint16(id[6:], seq)
	return id
}
