package genaibillingreceiver

import (
	"context"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/fakeproviders"
	"github.com/otelcol-finops/otelcol-finops/receiver/genaibillingreceiver/internal/metadata"
)

const secret = "sk-admin-very-secret"

var (
	november = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	december = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
)

// host has extensions and hears statuses.
type host struct {
	component.Host
	extensions map[component.ID]component.Component
	statuses   []*componentstatus.Event
}

func newHost() *host { return &host{Host: componenttest.NewNopHost()} }

func (h *host) GetExtensions() map[component.ID]component.Component { return h.extensions }
func (h *host) Report(e *componentstatus.Event)                     { h.statuses = append(h.statuses, e) }

// rig is a receiver in front of fake providers, with a clock that the test moves and a ledger behind it.
type rig struct {
	*billing
	t       *testing.T
	server  *fakeproviders.Server
	url     string
	mu      sync.Mutex // guards clock
	clock   time.Time
	host    *host
	logs    *observer.ObservedLogs
	refuse  error
	ledger  ledger
	payload pmetric.Metrics
}

// newRig starts a receiver with a source for each provider.
func newRig(t *testing.T, providers ...string) *rig {
	t.Helper()
	r := &rig{t: t, clock: november, host: newHost(), ledger: ledger{days: map[dayKey]*dayRows{}}}
	r.server = &fakeproviders.Server{Key: secret, Now: r.time}
	srv := httptest.NewServer(r.server)
	t.Cleanup(srv.Close)
	r.url = srv.URL
	var list []any
	for _, p := range providers {
		list = append(list, map[string]any{"provider": p, "endpoint": srv.URL, "api_key": secret, "account": "org-1"})
	}
	r.boot(map[string]any{"providers": list})
	return r
}

// boot starts the receiver; again, it is a restart.
func (r *rig) boot(raw map[string]any) {
	cfg := createDefaultConfig().(*Config)
	require.NoError(r.t, confmap.NewFromStringMap(raw).Unmarshal(cfg))
	require.NoError(r.t, confmap.Validate(cfg))
	core, logs := observer.New(zap.DebugLevel)
	set := receivertest.NewNopSettings(metadata.Type)
	set.ID = component.NewID(metadata.Type)
	set.Logger = zap.New(core)
	b, err := newBilling(set, cfg)
	require.NoError(r.t, err)
	b.now = r.time
	b.sleep = func(_ context.Context, d time.Duration) error {
		r.set(r.time().Add(d))
		return nil
	}
	require.NoError(r.t, b.start(r.t.Context(), r.host))
	r.t.Cleanup(func() { _ = b.shutdown(context.Background()) })
	r.billing, r.logs = b, logs
}

func (r *rig) time() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.clock
}

func (r *rig) set(t time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clock = t
}

// collect reads at a time and hands on what was read, as the controller does.
func (r *rig) collect(at time.Time) error {
	r.set(at)
	md, err := r.scrape(r.t.Context())
	next, newErr := consumer.NewMetrics(func(_ context.Context, md pmetric.Metrics) error { return r.take(md) })
	require.NoError(r.t, newErr)
	_ = r.passTo(next)(r.t.Context(), md)
	return err
}

// take is the pipeline: it refuses, or keeps the books.
func (r *rig) take(md pmetric.Metrics) error {
	if r.refuse != nil {
		return r.refuse
	}
	r.payload = md
	r.ledger.take(r.t, md)
	return nil
}

// ledger keeps the newest whole snapshot of each day, as a consumer of the metrics does.
type ledger struct{ days map[dayKey]*dayRows }

type dayKey struct {
	source string
	day    time.Time
}

type dayRows struct {
	header billed.Header
	rows   map[int64]billed.Charge
	want   int64
}

func (l *ledger) take(t *testing.T, md pmetric.Metrics) {
	t.Helper()
	eachPoint(md, billed.MetricCost, func(p pmetric.NumberDataPoint) {
		h, at, c, err := billed.ReadCharge(p)
		require.NoError(t, err)
		k := dayKey{h.Source, h.Day}
		d := l.days[k]
		if d == nil || h.ReadTime.After(d.header.ReadTime) {
			d = &dayRows{header: h, rows: map[int64]billed.Charge{}, want: at.Rows}
			l.days[k] = d
		}
		if at.Rows > 0 {
			d.rows[at.Row] = c
		}
	})
	for _, d := range l.days {
		require.Len(t, d.rows, int(d.want), "a day must be whole")
	}
}

func (l *ledger) total(source string, from, to time.Time) money.Amount {
	var sum money.Amount
	for k, d := range l.days {
		if k.source != source || k.day.Before(from) || !k.day.Before(to) {
			continue
		}
		for _, c := range d.rows {
			sum = sum.Add(c.Amount)
		}
	}
	return sum
}

func eachPoint(md pmetric.Metrics, name string, f func(pmetric.NumberDataPoint)) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if m.Name() != name {
					continue
				}
				for _, p := range m.Gauge().DataPoints().All() {
					f(p)
				}
			}
		}
	}
}
