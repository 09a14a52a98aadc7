package genaicostprocessor

import (
	"context"

	"github.com/otelcol-finops/otelcol-finops/internal/accounts"
	"github.com/otelcol-finops/otelcol-finops/internal/dedup"
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/rating"
)

// book is the prices that one batch is judged by, all records alike.
type book struct {
	engine   *pricing.Engine
	accounts *accounts.Table
	rater    *rating.Rater
	catalog  string
}

// book returns the prices in use now. The rater is made anew only when they have changed.
func (c *costing) book() *book {
	engine, payers := c.source.Engine(), c.source.Accounts()
	if current := c.current.Load(); current != nil && current.engine == engine && current.accounts == payers {
		return current
	}
	info := engine.Info()
	made := &book{
		engine:   engine,
		accounts: payers,
		rater:    rating.New(rating.Options{Currency: info.Currency, BYOK: c.cfg.BYOK}),
		catalog:  info.Catalog,
	}
	c.current.Store(made)
	return made
}

// judge gives every record of the batch its verdict and writes it.
func (c *costing) judge(ctx context.Context, b *batch) {
	book := c.book()
	for i := range b.records {
		r := &b.records[i]
		c.look(b, book, r)
		b.items = append(b.items, item(&b.origins[r.origin], r))
	}
	b.verdicts = append(b.verdicts, make([]dedup.Verdict, len(b.items))...)
	c.dedup.Resolve(b.items, b.verdicts)
	for i := range b.records {
		c.conclude(b, book, &b.records[i], b.verdicts[i])
	}
	c.disownResources(b)
	if c.cfg.Attribution.ResourceAttributes && c.cfg.Detail != DetailMinimal {
		c.writer.writeResources(b)
	}
	c.recorder.record(ctx, &b.tally)
}

// look finds the price of a call. It comes before the calls are resolved against each other,
// because records of one call may spell its model differently.
func (c *costing) look(b *batch, book *book, r *record) {
	r.account = accounts.Account{}
	if !r.call.Role.IsCall() || r.keep {
		r.price = pricing.Price{}
		return
	}
	r.price = c.quote(b, book.engine, r)
	if !book.accounts.IsEmpty() {
		c.findAccount(b, book, r)
	}
	b.tally.lookups[r.price.Match]++
}

// findAccount looks up who pays, and prices the call again if it is known: an agreement may be for that
// account. The provider's canonical name is known only once the model is found.
func (c *costing) findAccount(b *batch, book *book, r *record) {
	key := accounts.Key{
		Endpoint: r.call.ServerAddress, Service: b.origins[r.origin].service, Provider: provider(r),
	}
	if account, ok := book.accounts.FindByKeys(key, r.answer.APIKeys); ok {
		r.account = account
		r.price = c.quote(b, book.engine, r)
	}
}

func (c *costing) quote(b *batch, engine *pricing.Engine, r *record) pricing.Price {
	p := &b.pricing
	rating.Describe(&r.call, p)
	p.Team, p.CostCenter = r.answer.Values[c.team].Text, r.answer.Values[c.costCenter].Text
	p.Account = r.account.Account
	return engine.Price(p)
}

// conclude writes what became of a record and counts it.
func (c *costing) conclude(b *batch, book *book, r *record, resolved dedup.Verdict) {
	if r.keep {
		b.tally.add(statusUpstream, "")
		return
	}
	v := &b.verdict
	switch {
	case resolved.IsDuplicate():
		mark(v, ledger.StatusDuplicate, resolved.Reason(), &r.price)
	case resolved == dedup.Aggregate:
		mark(v, ledger.StatusAggregate, r.call.AggregateReason(), &r.price)
	default:
		c.rate(b, book, r)
		c.assumeAccount(b, r)
	}
	b.tally.note(&r.call, v)
	c.writer.write(r, v, book.catalog, &b.texts)
}

// rate prices the record of a call. Missing usage is estimated only now: a record that repeats
// a call must not count because its usage was made up.
func (c *costing) rate(b *batch, book *book, r *record) {
	book.rater.Rate(&r.call, &r.price, &b.verdict)
	if !c.cfg.EstimateMissingUsage || b.verdict.Reason != ledger.ReasonNoUsage || !genai.Estimate(r.attrs, &r.call) {
		return
	}
	r.price = c.quote(b, book.engine, r)
	book.rater.Rate(&r.call, &r.price, &b.verdict)
}

// mark makes a verdict on a record that is not the one which counts.
func mark(v *rating.Verdict, status ledger.Status, reason ledger.Reason, price *pricing.Price) {
	*v = rating.Verdict{Lines: v.Lines[:0], Status: status, Reason: reason, Model: price.Model, Version: price.Version}
}

// note counts a verdict.
func (t *tally) note(call *genai.Call, v *rating.Verdict) {
	t.add(v.Status, v.Reason)
	if call.Gaps.Has(genai.GapClamped) {
		t.clamped++
	}
	if v.HasReported && v.HasComputed && v.ReportedReason == "" {
		t.difference = t.difference.Add(v.Reported.Sub(v.Computed))
	}
}

// item is what a record is resolved against others by.
func item(o *origin, r *record) dedup.Item {
	it := dedup.Item{
		Trace: r.ids.trace, Span: r.ids.span, Parent: r.ids.parent,
		Process: o.process, Scope: r.scope, Gateway: o.gateway, OtherSignal: o.otherSignal,
	}
	it.Describe(&r.call, r.price.Model)
	return it
}
