package attribution

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

func answer(a *Attributor, resource, record map[string]any) []string {
	res, rec := pcommon.NewMap(), pcommon.NewMap()
	_ = res.FromRaw(resource)
	_ = rec.FromRaw(record)
	var ans Answer
	a.Start(a.Resource(res, nil), &ans)
	for k, v := range rec.All() {
		a.Offer(k, v, &ans)
	}
	return ans.Values
}

func TestConventions(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		resource, record map[string]any
		team, costCenter string
	}{
		"nothing matches": {resource: map[string]any{"service.name": "x"}},
		"resource": {
			resource: map[string]any{"team": "search", "cost_center": "CC-1"},
			team:     "search", costCenter: "CC-1",
		},
		"record wins over resource": {
			resource: map[string]any{"team": "platform"},
			record:   map[string]any{"app.team": "search"},
			team:     "search",
		},
		"first key of a list wins whatever the order on the record": {
			record: map[string]any{"team.name": "second", "team": "first"},
			team:   "first",
		},
		"empty is no value": {
			resource: map[string]any{"team": "", "service.team": "search"},
			record:   map[string]any{"team": ""},
			team:     "search",
		},
		"numbers are cost centers too": {
			resource:   map[string]any{"cost.center": 4711},
			costCenter: "4711",
		},
		"pod label before namespace label": {
			resource: map[string]any{"k8s.namespace.labels.team": "platform", "k8s.pod.labels.team": "search"},
			team:     "search",
		},
		"other types are not dimensions": {
			resource: map[string]any{"team": []any{"a", "b"}},
		},
		"Vercel AI SDK metadata": {
			record: map[string]any{"ai.telemetry.metadata.team": "support"},
			team:   "support",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, []string{tc.team, tc.costCenter}, answer(New(Conventions()), tc.resource, tc.record))
		})
	}
}

func TestKeysFitTheIndex(t *testing.T) {
	t.Parallel()
	for _, d := range Conventions() {
		for _, key := range d.Record {
			assert.LessOrEqual(t, len(key), maxKeyLength, key)
		}
	}
}

func TestAnswerIsReusable(t *testing.T) {
	t.Parallel()
	a := New(Conventions())
	var ans Answer
	a.Start([]string{"", ""}, &ans)
	a.Offer("team", pcommon.NewValueStr("first"), &ans)
	a.Start([]string{"", "CC-2"}, &ans)
	assert.Equal(t, []string{"", "CC-2"}, ans.Values, "nothing may remain of the record before")
}

func BenchmarkRecord(b *testing.B) {
	a := New(Conventions())
	attrs := pcommon.NewMap()
	for _, key := range []string{
		"gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model",
		"gen_ai.response.id", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "server.address",
		"server.port", "gen_ai.request.max_tokens", "gen_ai.request.temperature", "gen_ai.conversation.id",
		"http.request.method", "url.full", "http.response.status_code", "network.protocol.name", "user.id", "error.type",
	} {
		attrs.PutStr(key, "value")
	}
	resource := []string{"search", "CC-1"}
	var ans Answer
	b.ReportAllocs()
	for b.Loop() {
		a.Start(resource, &ans)
		for k, v := range attrs.All() {
			a.Offer(k, v, &ans)
		}
	}
}
