package genaicostprocessor

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/dedup"
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// maxAhead is how far in the future a start may lie before the clock that set it is not believed.
const maxAhead = 5 * time.Minute

// processKeys tell processes apart; the service first, which alone must do if nothing else is there.
var processKeys = []string{"service.name", "service.instance.id", "k8s.pod.uid", "host.name", "process.pid"}

// readOrigin resolves what can be known once per resource.
func (c *costing) readOrigin(b *batch, attrs pcommon.Map) {
	o := b.addOrigin()
	o.resource = attrs
	var parts [5]string
	for i, key := range processKeys {
		if v, ok := attrs.Get(key); ok {
			parts[i] = v.AsString()
		}
	}
	o.service, o.process = parts[0], dedup.Hash(parts[:]...)
	o.gateway = c.cfg.Deduplication.IsGateway(parts[0])
	o.otherSignal = !c.cfg.Count.Counts(parts[0], b.signal)
}

func (c *costing) readSpans(ctx context.Context, b *batch, ss ptrace.ScopeSpans) {
	b.context.inScope(&b.view).InScopeSpans(ss)
	scope := c.reader.Scope(ss.Scope())
	scopeHash := dedup.Hash(ss.Scope().Name())
	for _, span := range ss.Spans().All() {
		r := b.add()
		if scope.ReadSpan(span, &r.call) == genai.RoleNone {
			if r.call.Results {
				c.disown(span.Attributes())
			}
			b.drop()
			continue
		}
		r.ids = identity{trace: span.TraceID(), span: span.SpanID(), parent: span.ParentSpanID()}
		r.attrs, r.scope, r.origin = span.Attributes(), scopeHash, len(b.origins)-1
		b.context.record.IsSpan(span)
		c.settle(ctx, b, r)
	}
}

func (c *costing) readLogs(ctx context.Context, b *batch, sl plog.ScopeLogs) {
	b.context.inScope(&b.view).InScopeLogs(sl)
	scope := c.reader.Scope(sl.Scope())
	scopeHash := dedup.Hash(sl.Scope().Name())
	for _, log := range sl.LogRecords().All() {
		r := b.add()
		if scope.ReadLog(log, &r.call) == genai.RoleNone {
			c.disown(log.Attributes())
			b.drop()
			continue
		}
		r.ids = logIdentity(log, &r.call, b.origins[len(b.origins)-1].process)
		r.attrs, r.scope, r.origin = log.Attributes(), scopeHash, len(b.origins)-1
		b.context.record.IsLog(log)
		c.settle(ctx, b, r)
	}
}

// settle completes a record with what neither the dialect nor the resource says.
func (c *costing) settle(ctx context.Context, b *batch, r *record) {
	settleTime(&r.call, b.now)
	b.context.begin(ctx, &b.view, &r.call)
	c.scan(b, r)
	b.view.Answer(ctx, &b.context.scratch, &b.context.record, &b.context.base, &r.answer)
}

// settleTime replaces a start that cannot be true by the time of arrival. Old starts stand:
// replay and backfill are legitimate.
func settleTime(call *genai.Call, now time.Time) {
	if call.Start.IsZero() || call.Start.After(now.Add(maxAhead)) {
		call.Start = now
		call.Gaps.Add(genai.GapTimeAssumed)
	}
}

// scan offers the record's attributes to attribution, and drops or keeps results that the record
// brings along.
func (c *costing) scan(b *batch, r *record) {
	view, scratch := &b.view, &b.context.scratch
	stale, judged := false, false
	for key, value := range r.attrs.All() {
		if key != "" && key[0] == 'f' && ledger.IsResult(key) {
			stale = true
			judged = judged || key == ledger.AttrStatus
			continue
		}
		if view.Wants(key) {
			view.Offer(scratch, key, value)
		}
	}
	r.keep = judged && c.cfg.Upstream == UpstreamTrust
	if stale && !r.keep {
		removeResults(r.attrs)
	}
}

// disownResources does for resources with GenAI records what scan does for records.
func (c *costing) disownResources(b *batch) {
	last := -1
	for i := range b.records {
		if origin := b.records[i].origin; origin != last {
			last = origin
			c.disown(b.origins[origin].resource)
		}
	}
}

// disown takes results away from what is not a GenAI record: whatever put them there, they would count as money
// downstream.
func (c *costing) disown(attrs pcommon.Map) {
	if c.cfg.Upstream == UpstreamTrust {
		return
	}
	for key := range attrs.All() {
		if key != "" && key[0] == 'f' && ledger.IsResult(key) {
			removeResults(attrs)
			return
		}
	}
}
