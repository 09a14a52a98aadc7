package dedup_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/dedup"
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
)

// world is telemetry of which the truth is known: the calls that were made and what each used.
type world struct {
	items  []dedup.Item
	calls  int
	tokens int64
	ids    uint64
}

// id is the next number that no other span or trace has.
func (w *world) id() (id [8]byte) {
	w.ids++
	for i, v := 0, w.ids*0x9e3779b97f4a7c15; i < 8; i++ {
		id[i] = byte(v >> (8 * i))
	}
	return id
}

func (w *world) trace() (id [16]byte) {
	a := w.id()
	copy(id[:], a[:])
	return id
}

func (w *world) add(it dedup.Item) dedup.Item {
	w.items = append(w.items, it)
	return it
}

// call is a call as its provider sees it.
func (w *world) call(t *rapid.T, process string) dedup.Item {
	w.calls++
	// Few values, so that calls are often alike.
	output := rapid.SampledFrom([]int64{1, 300}).Draw(t, "output")
	from := rapid.Int64Range(0, 40).Draw(t, "from") * 1e6
	it := dedup.Item{
		Trace: w.trace(), Span: w.id(), Start: epoch + from, End: epoch + from + rapid.Int64Range(6, 40).Draw(t, "duration")*1e6,
		Process: dedup.Hash(process), Scope: dedup.Hash("sdk"), Model: dedup.Hash("gpt-4o"), Role: genai.RoleCall,
		HasUsage: true, Input: 1200, Uncached: 1200, Output: output,
	}
	w.tokens += it.Input + it.Output
	return it
}

// apart moves a call to a time of its own. Which spans of three scopes belong together cannot be told while
// equal calls of one process run at the same time and their spans arrive in any order.
func (w *world) apart(it dedup.Item) dedup.Item {
	shift := int64(w.calls) * 1e9
	it.Start, it.End = it.Start+shift, it.End+shift
	return it
}

// around is another span of a call: it begins before and ends after it.
func (w *world) around(t *rapid.T, it dedup.Item, scope string) dedup.Item {
	it.Span, it.Scope = w.id(), dedup.Hash(scope)
	it.Start -= rapid.Int64Range(0, 3).Draw(t, "before") * 1e6
	it.End += rapid.Int64Range(0, 3).Draw(t, "after") * 1e6
	return it
}

// shapes are the ways in which instrumentations tell of a call. Each process has one way, as
// processes do: what is installed in it.
var shapes = []func(*world, *rapid.T, string){
	sdkOnly, wrapped, besideFramework, underAgent, remoteAgent, throughGateway, retried, deep, threeScopes,
}

func sdkOnly(w *world, t *rapid.T, process string) { w.add(w.call(t, process)) }

// wrapped: an instrumentation whose span is the parent of the SDK's own.
func wrapped(w *world, t *rapid.T, process string) {
	it := w.call(t, process)
	outer := w.around(t, it, "instrumentation")
	it.Parent = outer.Span
	w.add(it)
	w.add(outer)
}

// besideFramework: a framework and an instrumentation of the SDK, each with a trace of its own.
func besideFramework(w *world, t *rapid.T, process string) {
	it := w.add(w.call(t, process))
	outer := w.around(t, it, "framework")
	outer.Trace = w.trace()
	w.add(outer)
}

// underAgent: several calls under spans that only repeat them.
func underAgent(w *world, t *rapid.T, process string) {
	agent := dedup.Item{Trace: w.trace(), Span: w.id(), Role: genai.RoleAggregate, HasUsage: true, Input: 5000, Output: 900, Process: dedup.Hash(process)}
	for range rapid.IntRange(1, 3).Draw(t, "calls") {
		step := dedup.Item{Trace: agent.Trace, Span: w.id(), Parent: agent.Span, Role: genai.RoleAggregate}
		it := w.call(t, process)
		it.Trace, it.Parent = agent.Trace, step.Span
		w.add(it)
		w.add(step)
	}
	w.add(agent)
}

// remoteAgent: an agent that is called over the wire, with or without its inference in sight.
func remoteAgent(w *world, t *rapid.T, process string) {
	it := w.call(t, process)
	if rapid.Bool().Draw(t, "inference") {
		agent := w.around(t, it, "agent")
		agent.Role = genai.RoleAgentCall
		it.Parent = agent.Span
		w.add(agent)
		w.add(it)
		return
	}
	it.Role = genai.RoleAgentCall
	w.add(it)
}

// throughGateway: the application's span and the gateway's, tied by parent or by response id.
func throughGateway(w *world, t *rapid.T, process string) {
	it := w.call(t, process)
	inner := it
	inner.Span, inner.Process, inner.Gateway = w.id(), dedup.Hash("gateway"), true
	if rapid.Bool().Draw(t, "parent") {
		inner.Parent = it.Span
	} else {
		it.Response = dedup.Hash(fmt.Sprint("resp ", w.ids))
		inner.Response, inner.Trace = it.Response, w.trace()
	}
	w.add(it)
	w.add(inner)
}

// retried: an attempt that failed and one that did not, under one span.
func retried(w *world, t *rapid.T, process string) {
	it := w.call(t, process)
	outer := w.around(t, it, "instrumentation")
	attempt := it
	attempt.Span, attempt.Failed, attempt.HasUsage, attempt.Input, attempt.Uncached, attempt.Output = w.id(), true, false, 0, 0, 0
	it.Parent, attempt.Parent = outer.Span, outer.Span
	w.add(attempt)
	w.add(it)
	w.add(outer)
}

// deep: a framework, an instrumentation and the SDK, each around the next, at times of which no two
// calls are alike.
func deep(w *world, t *rapid.T, process string) {
	it := w.apart(w.call(t, process))
	middle := w.around(t, it, "instrumentation")
	outer := w.around(t, middle, "framework")
	it.Parent, middle.Parent = middle.Span, outer.Span
	w.add(it)
	w.add(middle)
	w.add(outer)
}

// threeScopes: three instrumentations side by side, at times of which no two calls are alike.
func threeScopes(w *world, t *rapid.T, process string) {
	it := w.add(w.apart(w.call(t, process)))
	for _, scope := range []string{"instrumentation", "framework"} {
		it = w.around(t, it, scope)
		it.Trace = w.trace()
		w.add(it)
	}
}

func drawWorld(t *rapid.T) *world {
	w := &world{}
	for p := range rapid.IntRange(1, 3).Draw(t, "processes") {
		shape := rapid.IntRange(0, len(shapes)-1).Draw(t, "shape")
		for range rapid.IntRange(1, 6).Draw(t, "times") {
			shapes[shape](w, t, fmt.Sprint("process ", p))
		}
	}
	return w
}

// book is what a bill would be made from: each record once, whatever was sent again.
type book struct {
	verdicts map[[8]byte]dedup.Verdict
	calls    int
	tokens   int64
}

// deliver sends items in batches, some of them again, and checks that no verdict changes.
func deliver(t *rapid.T, d *dedup.Deduplicator, items []dedup.Item) *book {
	l := &book{verdicts: map[[8]byte]dedup.Verdict{}}
	var sent [][]dedup.Item
	for len(items) > 0 {
		n := rapid.IntRange(1, len(items)).Draw(t, "batch")
		sent = append(sent, items[:n])
		l.resolve(t, d, items[:n])
		items = items[n:]
		if rapid.IntRange(0, 3).Draw(t, "again") == 0 {
			l.resolve(t, d, rapid.SampledFrom(sent).Draw(t, "replay"))
		}
	}
	return l
}

func (l *book) resolve(t *rapid.T, d *dedup.Deduplicator, items []dedup.Item) {
	verdicts := make([]dedup.Verdict, len(items))
	d.Resolve(items, verdicts)
	for i, it := range items {
		before, known := l.verdicts[it.Span]
		if known {
			require.Equal(t, before, verdicts[i], "a replay changed the verdict")
			continue
		}
		l.verdicts[it.Span] = verdicts[i]
		if verdicts[i] == dedup.Count && it.HasUsage {
			l.calls++
			l.tokens += it.Input + it.Output
		}
	}
}

// Whatever the order, the batches and the replays: the calls that were made are counted, once.
func TestCallsCountOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		d := dedup.New(dedup.NewDefaultConfig(), newClock().Now)
		l := deliver(t, d, rapid.Permutation(slices.Clone(w.items)).Draw(t, "order"))
		require.Equal(t, w.calls, l.calls, "calls")
		require.Equal(t, w.tokens, l.tokens, "tokens")
	})
}

// Replicas that each see whole services count like one that sees all of them.
func TestReplicasByServiceCountOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		replicas := make([][]dedup.Item, rapid.IntRange(1, 4).Draw(t, "replicas"))
		for _, it := range rapid.Permutation(slices.Clone(w.items)).Draw(t, "order") {
			if it.Gateway {
				// Its service may be elsewhere; the caller stands for it.
				continue
			}
			r := it.Process % uint64(len(replicas))
			replicas[r] = append(replicas[r], it)
		}
		var tokens int64
		for _, items := range replicas {
			tokens += deliver(t, dedup.New(dedup.NewDefaultConfig(), newClock().Now), items).tokens
		}
		require.Equal(t, w.tokens, tokens)
	})
}

// With the caller's account wanted, gateways count for nothing, in any order.
func TestCallerPolicyCountsCallers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		cfg := dedup.NewDefaultConfig()
		cfg.Gateways = dedup.GatewaysCaller
		l := deliver(t, dedup.New(cfg, newClock().Now), rapid.Permutation(slices.Clone(w.items)).Draw(t, "order"))
		require.Equal(t, w.tokens, l.tokens)
		for _, it := range w.items {
			if it.Gateway {
				require.Equal(t, dedup.DuplicateGateway, l.verdicts[it.Span])
			}
		}
	})
}

// drawAnything is an item without rhyme or reason: malformed traces, cycles, times that run backwards.
func drawAnything(t *rapid.T) dedup.Item {
	small := rapid.IntRange(0, 4)
	return dedup.Item{
		Trace: [16]byte{byte(small.Draw(t, "trace"))}, Span: [8]byte{byte(small.Draw(t, "span"))}, Parent: [8]byte{byte(small.Draw(t, "parent"))},
		Start: rapid.Int64().Draw(t, "start"), End: rapid.Int64().Draw(t, "end"),
		Process: uint64(small.Draw(t, "process")), Scope: uint64(small.Draw(t, "scope")), Response: uint64(small.Draw(t, "response")),
		Model: uint64(small.Draw(t, "model")), Input: int64(small.Draw(t, "input") - 1), Uncached: int64(small.Draw(t, "uncached")),
		Output: int64(small.Draw(t, "output") - 1), Role: genai.Role(small.Draw(t, "role")), HasUsage: rapid.Bool().Draw(t, "usage"),
		Failed: rapid.Bool().Draw(t, "failed"), Gateway: rapid.Bool().Draw(t, "gateway"), OtherSignal: rapid.IntRange(0, 9).Draw(t, "signal") == 0,
	}
}

// Nothing that is sent can make it panic or hang, or change a verdict that was given.
func TestAnythingIsJudgedOnceAndForAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := dedup.NewDefaultConfig()
		cfg.Gateways = rapid.SampledFrom([]dedup.GatewayPolicy{dedup.GatewaysFirstSeen, dedup.GatewaysCaller, dedup.GatewaysGateway}).Draw(t, "gateways")
		d := dedup.New(cfg, newClock().Now)
		type key struct {
			trace [16]byte
			span  [8]byte
		}
		given := map[key]dedup.Verdict{}
		for range rapid.IntRange(1, 8).Draw(t, "batches") {
			items := rapid.SliceOfN(rapid.Custom(drawAnything), 1, 12).Draw(t, "items")
			verdicts := make([]dedup.Verdict, len(items))
			d.Resolve(items, verdicts)
			for i, it := range items {
				remembered := it.Span != [8]byte{} && !it.OtherSignal && (it.Role == genai.RoleCall || it.Role == genai.RoleAgentCall || it.Role == genai.RoleAggregate)
				if !remembered {
					continue
				}
				k := key{it.Trace, it.Span}
				if before, ok := given[k]; ok {
					require.Equal(t, before, verdicts[i])
				}
				given[k] = verdicts[i]
			}
		}
	})
}
