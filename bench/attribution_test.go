package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/transformprocessor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/bench/peers"
	"github.com/otelcol-finops/otelcol-finops/bench/workload"
	"github.com/otelcol-finops/otelcol-finops/internal/attribution"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

const ownerExpression = `ToLowerCase(span.attributes["gen_ai.agent.name"])`

// ownerRules are ways to say who owns a call: ours, and those of the transform processor.
type ownerRules struct {
	name  string
	ours  string
	peers map[string]map[string]any
}

// allOwnerRules has a table of 200 services, four of which are in the batch.
func allOwnerRules(tb testing.TB) []ownerRules {
	services, teams, costCenters := make([]string, 200), make([]string, 200), make([]string, 200)
	var table strings.Builder
	table.WriteString("service.name,team,cost_center\n")
	for i := range services {
		services[i], teams[i], costCenters[i] = fmt.Sprintf("assistant-%d", i), fmt.Sprintf("owner-%d", i%20), fmt.Sprintf("CC-%d", i%7)
		fmt.Fprintf(&table, "%s,%s,%s\n", services[i], teams[i], costCenters[i])
	}
	path := filepath.Join(tb.TempDir(), "owners.csv")
	require.NoError(tb, os.WriteFile(path, []byte(table.String()), 0o600))
	return []ownerRules{
		{"resource", `{}`, map[string]map[string]any{"transform": peers.TransformOwnersOfResource()}},
		{
			"table200",
			"lookups: {owners: {path: " + path + ", keys: [service.name]}}\n" +
				"dimensions: {team: {sources: [lookup: owners]}, cost_center: {sources: [lookup: owners]}}",
			map[string]map[string]any{
				"transform_where": peers.TransformOwnersWhere(services, teams, costCenters),
				"transform_table": peers.TransformOwnersTable(services, teams, costCenters),
			},
		},
		{
			"expression", `dimensions: {team: {sources: [expression: '` + ownerExpression + `']}}`,
			map[string]map[string]any{"transform": peers.TransformOwnersExpression(ownerExpression)},
		},
	}
}

// attribute is a consumer that does nothing but attribute: what the processor does beside pricing.
func attribute(tb testing.TB, rules string, next consumer.Traces) consumer.Traces {
	tb.Helper()
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(rules))
	require.NoError(tb, err)
	conf, err := retrieved.AsConf()
	require.NoError(tb, err)
	cfg := attribution.NewDefaultConfig()
	require.NoError(tb, conf.Unmarshal(&cfg))
	a, err := attribution.New(&cfg, componenttest.NewNopTelemetrySettings())
	require.NoError(tb, err)
	require.NoError(tb, a.Load())
	o := &owner{view: a.View(signals.Traces), next: next}
	c, err := consumer.NewTraces(o.consume, consumer.WithCapabilities(consumer.Capabilities{MutatesData: true}))
	require.NoError(tb, err)
	return c
}

type owner struct {
	view    attribution.View
	record  attribution.Record
	base    attribution.Base
	scratch attribution.Scratch
	answer  attribution.Answer
	next    consumer.Traces
}

func (o *owner) consume(ctx context.Context, td ptrace.Traces) error {
	for _, rs := range td.ResourceSpans().All() {
		o.record.InResourceSpans(rs)
		o.view.Inherit(ctx, &o.scratch, &o.record, &o.base)
		for _, ss := range rs.ScopeSpans().All() {
			o.record.InScopeSpans(ss)
			for _, span := range ss.Spans().All() {
				o.record.IsSpan(span)
				o.write(ctx, span.Attributes())
			}
		}
	}
	return o.next.ConsumeTraces(ctx, td)
}

func (o *owner) write(ctx context.Context, attrs pcommon.Map) {
	o.view.Start(&o.scratch)
	for key, value := range attrs.All() {
		if o.view.Wants(key) {
			o.view.Offer(&o.scratch, key, value)
		}
	}
	o.view.Answer(ctx, &o.scratch, &o.record, &o.base, &o.answer)
	attrs.EnsureCapacity(attrs.Len() + 2)
	attrs.PutStr(ledger.AttrTeam, o.answer.Values[0].Shown())
	attrs.PutStr(ledger.AttrCostCenter, o.answer.Values[1].Shown())
}

// BenchmarkAttribute is team and cost center for every span, without pricing.
func BenchmarkAttribute(b *testing.B) {
	for _, rules := range allOwnerRules(b) {
		b.Run(rules.name+"/attribution", func(b *testing.B) {
			consume(b, newBatch(b, workload.Spec{}), attribute(b, rules.ours, consumertest.NewNop()), stateless)
		})
		for name, config := range rules.peers {
			b.Run(rules.name+"/"+name, func(b *testing.B) {
				peer := pricer{name: name, factory: transformprocessor.NewFactory(), config: config}
				consume(b, newBatch(b, workload.Spec{}), peer.start(b, consumertest.NewNop()), stateless)
			})
		}
	}
}

// Everything that is measured must say the same of the same span.
func TestOwnersAgree(t *testing.T) {
	for _, rules := range allOwnerRules(t) {
		batch := newBatch(t, workload.Spec{})
		want := owners(t, batch, func(next consumer.Traces) consumer.Traces { return attribute(t, rules.ours, next) })
		assert.Len(t, want, batch.Spans)
		assert.NotContains(t, want, "unallocated")
		for name, config := range rules.peers {
			got := owners(t, batch, func(next consumer.Traces) consumer.Traces {
				return pricer{name: name, factory: transformprocessor.NewFactory(), config: config}.start(t, next)
			})
			assert.Equal(t, want, got, rules.name+"/"+name)
		}
	}
}

// owners lists team and cost center of every span.
func owners(t *testing.T, batch *workload.Batch, through func(consumer.Traces) consumer.Traces) []string {
	t.Helper()
	sink := &consumertest.TracesSink{}
	td, err := batch.Traces()
	require.NoError(t, err)
	require.NoError(t, through(sink).ConsumeTraces(t.Context(), td))
	var list []string
	for _, rs := range sink.AllTraces()[0].ResourceSpans().All() {
		for _, span := range rs.ScopeSpans().At(0).Spans().All() {
			team, _ := span.Attributes().Get(ledger.AttrTeam)
			costCenter, _ := span.Attributes().Get(ledger.AttrCostCenter)
			list = append(list, team.AsString()+"/"+costCenter.AsString())
		}
	}
	return list
}
