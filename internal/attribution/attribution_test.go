package attribution

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

var nopSettings = componenttest.NewNopTelemetrySettings()

// configure reads a configuration as the collector does.
func configure(t testing.TB, yaml string) *Config {
	t.Helper()
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	require.NoError(t, err)
	conf, err := retrieved.AsConf()
	require.NoError(t, err)
	cfg := NewDefaultConfig()
	require.NoError(t, conf.Unmarshal(&cfg))
	return &cfg
}

func newAttributor(t testing.TB, yaml string) *Attributor {
	t.Helper()
	a, err := New(configure(t, yaml), nopSettings)
	require.NoError(t, err)
	require.NoError(t, a.Load())
	return a
}

// told is what telemetry says about one call.
type told struct {
	resource, scope, record map[string]any
	model, provider         string
	at                      string
}

func (c told) time() time.Time {
	if c.at == "" {
		return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	}
	at, err := time.Parse(time.RFC3339, c.at)
	if err != nil {
		panic(err)
	}
	return at
}

func fill(m pcommon.Map, raw map[string]any) {
	if err := m.FromRaw(raw); err != nil {
		panic(err)
	}
}

// asker answers records of one signal one after the other, as a batch does.
type asker struct {
	t       testing.TB
	view    View
	scratch Scratch
	base    Base
	record  Record
	answer  Answer
	// inherited says that the call is of the resource and scope of the one before.
	inherited bool
}

func (k *asker) ask(c told) []Value {
	attrs := k.place(c)
	k.record.At, k.record.Model, k.record.Provider = c.time(), c.model, c.provider
	if !k.inherited {
		k.view.Inherit(k.t.Context(), &k.scratch, &k.record, &k.base)
	}
	k.view.Start(&k.scratch)
	for key, value := range attrs.All() {
		if k.view.Wants(key) {
			k.view.Offer(&k.scratch, key, value)
		}
	}
	k.view.Answer(k.t.Context(), &k.scratch, &k.record, &k.base, &k.answer)
	return k.answer.Values
}

// place puts the call into telemetry of the signal and returns the record's attributes.
func (k *asker) place(c told) pcommon.Map {
	switch k.view.plan.signal {
	case signals.Traces:
		rs := ptrace.NewTraces().ResourceSpans().AppendEmpty()
		ss := rs.ScopeSpans().AppendEmpty()
		span := ss.Spans().AppendEmpty()
		fill(rs.Resource().Attributes(), c.resource)
		fill(ss.Scope().Attributes(), c.scope)
		fill(span.Attributes(), c.record)
		k.record.InResourceSpans(rs)
		k.record.InScopeSpans(ss)
		k.record.IsSpan(span)
		return span.Attributes()
	case signals.Logs:
		rl := plog.NewLogs().ResourceLogs().AppendEmpty()
		sl := rl.ScopeLogs().AppendEmpty()
		log := sl.LogRecords().AppendEmpty()
		fill(rl.Resource().Attributes(), c.resource)
		fill(sl.Scope().Attributes(), c.scope)
		fill(log.Attributes(), c.record)
		k.record.InResourceLogs(rl)
		k.record.InScopeLogs(sl)
		k.record.IsLog(log)
		return log.Attributes()
	default:
		resource, attrs := pcommon.NewResource(), pcommon.NewMap()
		fill(resource.Attributes(), c.resource)
		fill(attrs, c.record)
		k.record.InResource(resource)
		return attrs
	}
}

func ask(t testing.TB, a *Attributor, signal signals.Signal, c told) []Value {
	t.Helper()
	k := &asker{t: t, view: a.View(signal)}
	return append([]Value(nil), k.ask(c)...)
}

// shown is the value of a dimension with how it was found, as in "search (lookup)".
func shown(t testing.TB, a *Attributor, values []Value, dimension string) string {
	t.Helper()
	i := a.Index(dimension)
	require.GreaterOrEqual(t, i, 0)
	text := values[i].Shown()
	if allocation := values[i].Allocation.String(); allocation != "" {
		text += " (" + allocation + ")"
	}
	if values[i].Shares != "" {
		text += " " + values[i].Shares
	}
	return text
}

func TestAnswersAreTheSameInEverySignal(t *testing.T) {
	t.Parallel()
	a := newAttributor(t, `{}`)
	c := told{resource: map[string]any{"team": "platform"}, record: map[string]any{"cost_center": 4711}}
	for _, signal := range []signals.Signal{signals.Traces, signals.Logs, signals.Metrics} {
		values := ask(t, a, signal, c)
		assert.Equal(t, "platform", shown(t, a, values, "team"), signal)
		assert.Equal(t, "4711", shown(t, a, values, "cost_center"), signal)
	}
}

func TestNothingRemainsOfTheRecordBefore(t *testing.T) {
	t.Parallel()
	a := newAttributor(t, `{}`)
	k := &asker{t: t, view: a.View(signals.Traces)}
	first := told{record: map[string]any{"team": "search", "metadata.user_api_key_hash": "abc"}}
	assert.Equal(t, "search", k.ask(first)[0].Text)
	assert.Equal(t, []string{"abc"}, k.answer.APIKeys)
	assert.Equal(t, Value{}, k.ask(told{})[0])
	assert.Empty(t, k.answer.APIKeys)
	k.ask(told{resource: map[string]any{"cloud.account.id": "cloud"}})
	assert.Equal(t, []string{"cloud"}, k.answer.APIKeys)
	k.ask(told{
		record:   map[string]any{"metadata.user_api_key_project_id": "project", "metadata.user_api_key_hash": "abc"},
		resource: map[string]any{"cloud.account.id": "cloud"},
	})
	assert.Equal(t, []string{"abc", "project", "cloud"}, k.answer.APIKeys, "a key before the project and the account that it belongs to")
}
