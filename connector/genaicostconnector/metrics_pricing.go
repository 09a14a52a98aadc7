package genaicostconnector

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/usagemetrics"
	"github.com/otelcol-finops/otelcol-finops/internal/accounts"
	"github.com/otelcol-finops/otelcol-finops/internal/attribution"
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricingsource"
	"github.com/otelcol-finops/otelcol-finops/internal/rating"
	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

// metering prices what token metrics report. It makes of each interval the attributes that the
// processor would have written on a span, and from there on an interval goes the way of a span.
type metering struct {
	cfg        *Config
	id         component.ID
	tracker    *usagemetrics.Tracker
	reader     *usagemetrics.Reader
	calls      *genai.Reader
	attributor *attribution.Attributor
	// team and costCenter index the dimensions that agreements select by.
	team, costCenter int
	// owners keeps the lookup tables of attributor up to date.
	owners *attribution.Keeper

	started  sync.Once
	startErr error
	source   pricingsource.Source
}

func newMetering(set connector.Settings, cfg *Config, tel *telemetry) (*metering, error) {
	tracker := usagemetrics.NewTracker(usagemetrics.MaxStreams)
	attributor, err := cfg.attributor(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	return &metering{
		cfg:        cfg,
		id:         set.ID,
		tracker:    tracker,
		reader:     usagemetrics.NewReader(tracker),
		calls:      genai.NewReader(),
		attributor: attributor,
		team:       attributor.Index("team"),
		costCenter: attributor.Index("cost_center"),
		owners:     attribution.NewKeeper(attributor, cfg.Attribution.Watch, set.Logger, tel.countReload),
	}, nil
}

func (m *metering) start(host component.Host) error {
	m.started.Do(func() {
		if m.source, m.startErr = pricingsource.Find(host, m.cfg.Pricing); m.startErr != nil {
			m.startErr = fmt.Errorf("connectors::%s::pricing: %w", m.id, m.startErr)
			return
		}
		m.startErr = attribution.Below("connectors::"+m.id.String()+"::attribution", m.owners.Start())
	})
	return m.startErr
}

// stop may be called without start.
func (m *metering) stop() { m.owners.Stop() }

func (s *state) consumeMetrics(ctx context.Context, md pmetric.Metrics) {
	t := s.tally()
	t.now = time.Now()
	var counts metered
	for _, rm := range md.ResourceMetrics().All() {
		if usagemetrics.Has(rm) {
			s.readMetrics(ctx, rm, t, &counts)
		}
	}
	counts.overflowed = t.result.Overflowed
	s.telemetry.countPoints(ctx, &counts)
	s.rest(t)
}

// readMetrics accounts the metrics of one resource. Until that is done the streams stay locked: a
// flush must not come between a stream and what was made of it.
func (s *state) readMetrics(ctx context.Context, rm pmetric.ResourceMetrics, t *tally, counts *metered) {
	m := s.metering
	service := ""
	if v, ok := rm.Resource().Attributes().Get("service.name"); ok {
		service = v.AsString()
	}
	if !m.cfg.Count.Counts(service, signals.Metrics) {
		counts.otherSignal += usagemetrics.Points(rm)
		return
	}
	q := m.newQuoter(ctx, rm.Resource(), service, t.now)
	m.tracker.Lock()
	defer m.tracker.Unlock()
	for _, u := range m.reader.Read(rm, &counts.Counts) {
		if u.Clamped {
			counts.clamped++
		}
		if u.Meters.IsZero() {
			counts.accounted += u.Points
			continue
		}
		switch q.write(ctx, u) {
		case ledger.StatusPriced, ledger.StatusFree:
			counts.accounted += u.Points
			s.reader.ReadInterval(rm.Resource(), u.Attributes, &t.batch, t.account)
		case ledger.StatusAggregate:
			counts.aggregate += u.Points
		default:
			counts.unpriced += u.Points
			s.complaints.addUnpriced(q.model(), string(q.verdict.Reason))
		}
	}
	counts.evicted += m.tracker.TakeEvicted()
}

// quoter prices the usage of one resource.
type quoter struct {
	*metering
	engine   *pricing.Engine
	accounts *accounts.Table
	rater    *rating.Rater
	now      time.Time
	service  string

	// view, base and scratch attribute what the points of the resource report.
	view    attribution.View
	owned   attribution.Record
	base    attribution.Base
	scratch attribution.Scratch
	answer  attribution.Answer
	call    genai.Call
	verdict rating.Verdict
}

func (m *metering) newQuoter(ctx context.Context, resource pcommon.Resource, service string, now time.Time) *quoter {
	engine := m.source.Engine()
	q := &quoter{
		metering: m,
		engine:   engine,
		accounts: m.source.Accounts(),
		rater:    rating.New(rating.Options{Currency: engine.Info().Currency}),
		now:      now,
		service:  service,
		view:     m.attributor.View(signals.Metrics),
	}
	q.owned.InResource(resource)
	q.view.Inherit(ctx, &q.scratch, &q.owned, &q.base)
	return q
}

// write prices u and puts the results among its attributes.
func (q *quoter) write(ctx context.Context, u *usagemetrics.Usage) ledger.Status {
	q.describe(u)
	if q.call.Role == genai.RoleAggregate {
		return ledger.StatusAggregate
	}
	q.call.Role = genai.RoleCall
	q.attribute(ctx, u)
	price, account := q.quote()
	v := &q.verdict
	q.rater.Rate(&q.call, &price, v)
	if v.Status != ledger.StatusPriced && v.Status != ledger.StatusFree {
		return v.Status
	}
	// The rater takes a call for one request. How many an interval had is not known.
	v.Lines = slices.DeleteFunc(v.Lines, func(l ledger.Line) bool { return l.Meter == meter.Request })
	q.put(u.Attributes, account)
	return v.Status
}

// attribute finds out whose the usage is.
func (q *quoter) attribute(ctx context.Context, u *usagemetrics.Usage) {
	q.owned.At, q.owned.Provider, q.owned.Model = q.call.Start, q.call.Provider, cmp.Or(q.call.ResponseModel, q.call.RequestModel)
	q.view.Start(&q.scratch)
	for name, value := range u.Attributes.All() {
		if q.view.Wants(name) {
			q.view.Offer(&q.scratch, name, value)
		}
	}
	q.view.Answer(ctx, &q.scratch, &q.owned, &q.base, &q.answer)
}

// maxAhead is how far in the future an interval may end before the clock that set it is not believed.
const maxAhead = 5 * time.Minute

// describe makes a call of u. Who was called is read as it is from a span with the attributes of the
// points; how much was used, and when, is not.
func (q *quoter) describe(u *usagemetrics.Usage) {
	span := ptrace.NewSpan()
	span.SetKind(ptrace.SpanKindClient)
	u.Attributes.CopyTo(span.Attributes())
	q.call = genai.Call{}
	q.calls.Scope(u.Scope).ReadSpan(span, &q.call)
	c := &q.call
	c.Usage, c.HasUsage, c.Invalid = u.Meters, true, false
	c.Reported, c.GatewayCacheHit = genai.Reported{}, false
	c.Gaps.Add(genai.GapUsageEstimated)
	if u.Clamped {
		c.Gaps.Add(genai.GapClamped)
	}
	if u.WriteSplitUnknown {
		c.Gaps.Add(genai.GapWriteSplitUnknown)
	}
	if c.Start = u.Time.AsTime(); c.Start.After(q.now.Add(maxAhead)) {
		c.Start = q.now
		c.Gaps.Add(genai.GapTimeAssumed)
	}
}

// quote looks up the price, and who pays, which an agreement may depend on.
func (q *quoter) quote() (pricing.Price, accounts.Account) {
	price := q.price("")
	if q.accounts.IsEmpty() {
		return price, accounts.Account{}
	}
	key := accounts.Key{Endpoint: q.call.ServerAddress, Service: q.service, Provider: q.call.Provider}
	if price.Sheet != nil && price.Sheet.Entry != nil {
		key.Provider = price.Sheet.Entry.Provider
	}
	account, ok := q.accounts.FindByKeys(key, q.answer.APIKeys)
	if ok {
		price = q.price(account.Account)
	}
	return price, account
}

// price is that of small requests: an interval says nothing about the size of any, and its sum
// would pass every threshold.
func (q *quoter) price(account string) pricing.Price {
	var p pricing.Call
	rating.Describe(&q.call, &p)
	p.Usage = nil
	p.Team, p.CostCenter = q.answer.Values[q.team].Text, q.answer.Values[q.costCenter].Text
	p.Account = account
	price := q.engine.Price(&p)
	price.Upper = nil
	return price
}

// put writes what the processor writes on a span.
func (q *quoter) put(attrs pcommon.Map, account accounts.Account) {
	v := &q.verdict
	attrs.PutStr(ledger.AttrStatus, string(v.Status))
	putNonEmpty(attrs, ledger.AttrReason, string(v.Reason))
	attrs.PutStr(ledger.AttrCurrency, v.Currency)
	// Whatever the facts that are known, the usage is a sum whose calls are not.
	attrs.PutStr(ledger.AttrConfidence, string(ledger.ConfidenceEstimated))
	attrs.PutStr(ledger.AttrLines, v.Lines.String())
	putNonEmpty(attrs, ledger.AttrSavings, v.Savings.String())
	putNonEmpty(attrs, ledger.AttrModelName, v.Model)
	putNonEmpty(attrs, ledger.AttrModelVersion, v.Version)
	putNonEmpty(attrs, ledger.AttrBillingAccount, account.Account)
	putNonEmpty(attrs, ledger.AttrBillingSubaccount, account.Subaccount)
	for i, name := range q.attributor.Names() {
		value := &q.answer.Values[i]
		attrs.PutStr(ledger.Prefix+name, value.Shown())
		putNonEmpty(attrs, ledger.AllocationPrefix+name, value.Allocation.String())
		putNonEmpty(attrs, ledger.SharesPrefix+name, value.Shares)
	}
}

func putNonEmpty(attrs pcommon.Map, name, value string) {
	if value != "" {
		attrs.PutStr(name, value)
	}
}

// model is the name to complain about. It outlives the batch.
func (q *quoter) model() string {
	if q.call.ResponseModel != "" {
		return strings.Clone(q.call.ResponseModel)
	}
	return strings.Clone(q.call.RequestModel)
}
