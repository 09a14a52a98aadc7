package dedup_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-finops/otelcol-finops/internal/dedup"
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// clock is a time that tests move.
type clock struct{ now time.Time }

func newClock() *clock { return &clock{now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time { return c.now }

// epoch is the start of the tests' spans, in the middle of nowhere in particular.
const epoch = int64(1_770_000_000_123_456_789)

// span builds an item: trace and span as one byte each, times in milliseconds.
func span(trace, id byte, from, to int64, edits ...func(*dedup.Item)) dedup.Item {
	it := dedup.Item{
		Trace: [16]byte{15: trace}, Span: [8]byte{7: id},
		Start: epoch + from*1e6, End: epoch + to*1e6,
		Process: dedup.Hash("checkout", "pod-1"), Scope: dedup.Hash("sdk"), Model: dedup.Hash("gpt-4o"),
		Role: genai.RoleCall, HasUsage: true, Input: 1200, Uncached: 176, Output: 300,
	}
	for _, edit := range edits {
		edit(&it)
	}
	return it
}

func under(id byte) func(*dedup.Item) {
	return func(it *dedup.Item) { it.Parent = [8]byte{7: id} }
}

func scope(name string) func(*dedup.Item) {
	return func(it *dedup.Item) { it.Scope = dedup.Hash(name) }
}

func process(name string) func(*dedup.Item) {
	return func(it *dedup.Item) { it.Process = dedup.Hash(name) }
}

func model(name string) func(*dedup.Item) {
	return func(it *dedup.Item) { it.Model = dedup.Hash(name) }
}

func response(id string) func(*dedup.Item) {
	return func(it *dedup.Item) { it.Response = dedup.Hash(id) }
}

func role(r genai.Role) func(*dedup.Item) {
	return func(it *dedup.Item) { it.Role = r }
}

func usage(input, uncached, output int64) func(*dedup.Item) {
	return func(it *dedup.Item) { it.HasUsage, it.Input, it.Uncached, it.Output = true, input, uncached, output }
}

func silent(it *dedup.Item) { it.HasUsage, it.Input, it.Uncached, it.Output = false, 0, 0, 0 }

// guess is usage that the provider did not count so.
func guess(input, uncached, output int64) func(*dedup.Item) {
	return func(it *dedup.Item) {
		usage(input, uncached, output)(it)
		it.Inexact = true
	}
}

func failing(it *dedup.Item) { it.Failed = true }

func atGateway(it *dedup.Item) {
	it.Gateway, it.Process, it.Scope = true, dedup.Hash("litellm"), dedup.Hash("proxy")
}

// Short names make the tables read like a trace.
const (
	count     = dedup.Count
	aggregate = dedup.Aggregate
	ancestor  = dedup.DuplicateAncestor
	respID    = dedup.DuplicateResponseID
	sibling   = dedup.DuplicateSibling
	viaGW     = dedup.DuplicateGateway
	signal    = dedup.DuplicateSignal
)

type batch struct {
	items []dedup.Item
	want  []dedup.Verdict
}

func one(it dedup.Item, want dedup.Verdict) batch {
	return batch{[]dedup.Item{it}, []dedup.Verdict{want}}
}

func TestResolve(t *testing.T) {
	framework := scope("langchain")
	for name, tc := range map[string]struct {
		policy  dedup.GatewayPolicy
		batches []batch
	}{
		"inexact usage gives way to a sibling's": {batches: []batch{{
			[]dedup.Item{span(1, 1, 0, 9, framework, guess(1200, 1200, 301)), span(2, 2, 1, 8)},
			[]dedup.Verdict{sibling, count},
		}}},
		"inexact usage gives way even inside": {batches: []batch{{
			[]dedup.Item{span(1, 1, 1, 8, framework, guess(0, 0, 300)), span(2, 2, 0, 9)},
			[]dedup.Verdict{sibling, count},
		}}},
		"inexact usage after a sibling's": {batches: []batch{
			one(span(2, 2, 1, 8), count), one(span(1, 1, 0, 9, framework, guess(1200, 1200, 301)), sibling),
		}},
		"inexact usage that was counted stays counted": {batches: []batch{
			one(span(1, 1, 0, 9, framework, guess(1200, 1200, 301)), count), one(span(2, 2, 1, 8), sibling),
		}},
		"inexact usage of another model or time is another call": {batches: []batch{{
			[]dedup.Item{
				span(1, 1, 0, 9, framework, guess(1200, 1200, 301), model("gpt-5")),
				span(2, 2, 100, 109, framework, guess(1200, 1200, 301)),
				span(3, 3, 1, 8),
			},
			[]dedup.Verdict{count, count, count},
		}}},
		"two calls of inexact usage and their siblings": {batches: []batch{{
			[]dedup.Item{
				span(1, 1, 0, 9, framework, guess(1200, 1200, 301)), span(2, 2, 0, 10, framework, guess(1200, 1200, 301)),
				span(3, 3, 1, 8), span(4, 4, 1, 9),
			},
			[]dedup.Verdict{sibling, sibling, count, count},
		}}},
		"an inner span wins in its batch": {batches: []batch{{
			[]dedup.Item{span(1, 1, 0, 9, framework), span(1, 2, 1, 8, under(1))},
			[]dedup.Verdict{ancestor, count},
		}}},
		"an inner span wins when it comes first": {batches: []batch{
			one(span(1, 2, 1, 8, under(1)), count), one(span(1, 1, 0, 9, framework), ancestor),
		}},
		"an outer span that was counted stays counted": {batches: []batch{
			one(span(1, 1, 0, 9, framework), count), one(span(1, 2, 1, 8, under(1)), ancestor),
		}},
		"aggregates link what they surround": {batches: []batch{
			one(span(1, 3, 2, 7, under(2)), count),
			one(span(1, 2, 1, 8, under(1), role(genai.RoleAggregate)), aggregate),
			one(span(1, 1, 0, 9, framework), ancestor),
		}},
		"an agent over the wire is a call": {batches: []batch{
			one(span(1, 1, 0, 9, role(genai.RoleAgentCall)), count),
		}},
		"an agent with an inference inside is an aggregate": {batches: []batch{{
			[]dedup.Item{span(1, 1, 0, 9, role(genai.RoleAgentCall), usage(1700, 600, 900)), span(1, 2, 1, 3, under(1)), span(1, 3, 4, 6, under(1))},
			[]dedup.Verdict{aggregate, count, count},
		}}},
		"an agent that was counted stands for its inferences": {batches: []batch{
			one(span(1, 1, 0, 9, role(genai.RoleAgentCall)), count), one(span(1, 2, 1, 3, under(1)), ancestor),
		}},
		"after one inference came before the agent, so does the next": {batches: []batch{
			one(span(1, 2, 1, 3, under(1)), count),
			one(span(1, 1, 0, 9, role(genai.RoleAgentCall)), aggregate),
			one(span(1, 3, 4, 6, under(1)), count),
		}},
		"a call inside a tool is another call": {batches: []batch{{
			[]dedup.Item{span(1, 1, 0, 9), span(1, 2, 1, 8, under(1), role(genai.RoleOther)), span(1, 3, 2, 7, under(2))},
			[]dedup.Verdict{count, aggregate, count},
		}}},
		"one response id is one call, across services": {batches: []batch{
			one(span(1, 1, 0, 9, response("resp_1")), count),
			one(span(2, 2, 50, 60, response("resp_1"), process("other"), usage(1, 1, 1)), respID),
		}},
		"siblings in traces of their own": {batches: []batch{{
			[]dedup.Item{span(1, 1, 0, 9, framework), span(2, 2, 1, 8)}, []dedup.Verdict{sibling, count},
		}}},
		"siblings of which one lost the cached part": {batches: []batch{
			one(span(1, 1, 1, 8, usage(7100, 100, 400)), count), one(span(2, 2, 0, 9, framework, usage(100, 100, 400)), sibling),
		}},
		"other usage, model, process, scope or time is another call": {batches: []batch{
			one(span(1, 1, 0, 9), count),
			one(span(2, 2, 1, 8, framework, usage(1200, 176, 301)), count),
			one(span(3, 3, 1, 8, framework, model("o3")), count),
			one(span(4, 4, 1, 8, framework, process("other")), count),
			one(span(5, 5, 1, 8), count),
			one(span(6, 6, 20, 30, framework), count),
		}},
		"different response ids are different calls": {batches: []batch{
			one(span(1, 1, 0, 9, response("a")), count), one(span(2, 2, 1, 8, framework, response("b")), count),
		}},
		"equal calls of one scope stay as many": {batches: []batch{{
			[]dedup.Item{span(1, 1, 1, 8), span(2, 2, 1, 8), span(3, 3, 0, 9, framework), span(4, 4, 0, 9, framework), span(5, 5, 0, 9, framework)},
			[]dedup.Verdict{count, count, sibling, sibling, count},
		}}},
		"a pair that blocks another is taken apart": {batches: []batch{
			one(span(1, 1, 5, 6), count),              // could be inside both
			one(span(2, 2, 0, 9, framework), sibling), // takes it
			one(span(3, 3, 4, 7, framework), count),   // wants it
			one(span(4, 4, 1, 2), sibling),            // fits only the first framework span
			one(span(5, 5, 20, 30, framework), count), // another call
			one(span(6, 6, 21, 29, scope("x")), sibling),
		}},
		"three scopes tell of one call": {batches: []batch{
			one(span(1, 1, 2, 7), count), one(span(2, 2, 1, 8, scope("http")), sibling), one(span(3, 3, 0, 9, framework), sibling),
		}},
		"a stream without usage gives way to the framework that counted": {batches: []batch{{
			[]dedup.Item{span(1, 1, 1, 9, silent), span(2, 2, 0, 9, framework)}, []dedup.Verdict{sibling, count},
		}}},
		"usage never gives way to none": {batches: []batch{
			one(span(1, 1, 1, 9, silent), count), one(span(2, 2, 0, 9, framework), count),
		}},
		"an inner span without usage gives way": {batches: []batch{{
			[]dedup.Item{span(1, 1, 0, 9, framework), span(1, 2, 1, 8, under(1), silent)}, []dedup.Verdict{count, ancestor},
		}}},
		"a failed attempt is a record of its own": {batches: []batch{{
			[]dedup.Item{span(1, 1, 0, 9, framework), span(1, 2, 1, 2, under(1), silent, failing), span(1, 3, 3, 8, under(1))},
			[]dedup.Verdict{ancestor, count, count},
		}}},
		"a call that failed as a whole is one record": {batches: []batch{{
			[]dedup.Item{span(1, 1, 0, 9, framework, silent, failing), span(1, 2, 1, 2, under(1), silent, failing)},
			[]dedup.Verdict{ancestor, count},
		}}},
		"an application and its gateway, innermost": {batches: []batch{{
			[]dedup.Item{span(1, 1, 0, 9), span(1, 2, 1, 8, under(1), atGateway)}, []dedup.Verdict{viaGW, count},
		}}},
		"an application and its gateway, first seen": {batches: []batch{
			one(span(1, 2, 1, 8, under(1), atGateway), count), one(span(1, 1, 0, 9), viaGW),
		}},
		"a gateway whose parent is no model call": {batches: []batch{
			one(span(1, 2, 1, 8, under(77), atGateway, model("alias")), count), one(span(1, 1, 0, 9), viaGW),
		}},
		"the caller counts": {policy: dedup.GatewaysCaller, batches: []batch{
			one(span(1, 2, 1, 8, under(1), atGateway), viaGW), one(span(1, 1, 0, 9), count),
		}},
		"the caller counts within a batch": {policy: dedup.GatewaysCaller, batches: []batch{{
			[]dedup.Item{span(1, 2, 1, 8, under(1), process("unknown gateway")), span(1, 1, 0, 9)}, []dedup.Verdict{viaGW, count},
		}}},
		"the gateway counts": {policy: dedup.GatewaysGateway, batches: []batch{{
			[]dedup.Item{span(1, 1, 3, 4, response("r")), span(2, 2, 0, 9, response("r"), atGateway)}, []dedup.Verdict{viaGW, count},
		}}},
		"a sibling leads to the call inside it": {batches: []batch{
			one(span(9, 9, 0, 10, framework), count),
			{
				[]dedup.Item{span(1, 1, 1, 9), span(1, 2, 2, 8, under(1), process("gateway"))},
				[]dedup.Verdict{viaGW, sibling},
			},
		}},
		"a call's own wrapper shows a guess to be wrong": {batches: []batch{
			one(span(1, 1, 0, 9, framework), count),
			one(span(2, 2, 1, 8, under(12)), sibling), // guessed to belong to the first
			one(span(1, 3, 1, 8, under(1)), count),    // belongs to it, and pays for the other
			one(span(2, 12, 0, 9, framework), ancestor),
		}},
		"what does not count for its service": {batches: []batch{
			one(span(1, 1, 0, 9, func(it *dedup.Item) { it.OtherSignal = true }), signal), one(span(1, 1, 0, 9), count),
		}},
		"without an id only the role speaks": {batches: []batch{{
			[]dedup.Item{span(1, 0, 0, 9), span(1, 0, 0, 9), span(1, 0, 0, 9, role(genai.RoleAggregate)), span(0, 0, 0, 9, role(genai.RoleNone))},
			[]dedup.Verdict{count, count, aggregate, count},
		}}},
		"a span is not its own parent": {batches: []batch{one(span(1, 1, 0, 9, under(1)), count)}},
		"two spans are not each other's parents": {batches: []batch{{
			[]dedup.Item{span(1, 1, 0, 9, under(2), role(genai.RoleAggregate)), span(1, 2, 0, 9, under(1), role(genai.RoleAggregate)), span(1, 3, 1, 2, under(1))},
			[]dedup.Verdict{aggregate, aggregate, count},
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := dedup.NewDefaultConfig()
			if tc.policy != "" {
				cfg.Gateways = tc.policy
			}
			d := dedup.New(cfg, newClock().Now)
			for i, b := range tc.batches {
				got := make([]dedup.Verdict, len(b.items))
				d.Resolve(b.items, got)
				assert.Equal(t, b.want, got, "batch %d", i)
			}
			for i, b := range tc.batches {
				got := make([]dedup.Verdict, len(b.items))
				d.Resolve(b.items, got)
				assert.Equal(t, b.want, got, "replay of batch %d", i)
			}
		})
	}
}

func TestVerdictReasons(t *testing.T) {
	assert.Empty(t, dedup.Count.Reason())
	assert.Empty(t, dedup.Aggregate.Reason())
	assert.False(t, dedup.Aggregate.IsDuplicate())
	for v, want := range map[dedup.Verdict]ledger.Reason{
		ancestor: ledger.ReasonAncestor, respID: ledger.ReasonResponseID, sibling: ledger.ReasonSibling,
		viaGW: ledger.ReasonGateway, signal: ledger.ReasonSignal,
	} {
		assert.True(t, v.IsDuplicate())
		assert.Equal(t, want, v.Reason())
	}
	assert.Empty(t, dedup.Verdict(200).Reason())
}

func TestHash(t *testing.T) {
	assert.Zero(t, dedup.Hash())
	assert.Zero(t, dedup.Hash("", ""))
	assert.NotEqual(t, dedup.Hash("ab", "c"), dedup.Hash("a", "bc"))
	assert.NotEqual(t, dedup.Hash("a", ""), dedup.Hash("", "a"))
}
