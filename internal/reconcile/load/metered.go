package load

import (
	"errors"
	"fmt"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// committed is the PricingCategory of usage that was paid for when capacity was bought.
const committed = "Committed"

// isEstimate tells estimates from what the close of a month added to them. Everything else is no telemetry.
func isEstimate(r *focus.Row) (bool, error) {
	switch r.XCostSource {
	case focus.SourceEstimate:
		return true, nil
	case focus.SourceTrueUp:
		return false, nil
	case "":
		return false, errors.New("x_CostSource is NULL, so that this is no file of the focus exporter; name bills with --billed")
	default:
		return false, fmt.Errorf("x_CostSource is %s where estimates are expected; name bills with --billed", r.XCostSource)
	}
}

func (l *loader) addMetered(f *file, r *focus.Row) error {
	estimate, err := isEstimate(r)
	provider := l.providerOf(r)
	if err != nil || !estimate || !l.wantsProvider(provider) {
		return err
	}
	if err := checkCurrency(r.BillingCurrency); err != nil {
		return err
	}
	if r.BilledCost.IsNull() {
		return errors.New("BilledCost is NULL")
	}
	more := sum{cost: r.BilledCost.Amount()}
	if more.quantity, err = counted("ConsumedQuantity", r.ConsumedQuantity); err != nil {
		return err
	}
	if more.requests, err = requestsOf(r); err != nil {
		return err
	}
	m := reconcile.Metered{
		Key: key(r, provider), PricingID: r.XPricingId, Confidence: ledger.Confidence(r.XConfidence),
	}
	switch r.ChargeCategory {
	case billed.Purchase:
		m.Purchase, m.Model, more.quantity = true, "", more.quantity.Sub(more.quantity)
	case billed.Usage:
		used, ok := meterOf(r)
		if !ok && more.cost.IsZero() {
			return nil // capacity that nobody used: its cost is that of the purchase
		}
		if !ok {
			return fmt.Errorf("SkuMeter %q is not a meter", r.SkuMeter)
		}
		m.Slot = reconcile.Slot{Meter: reconcile.Meter(used.String()), Tier: tierOf(r)}
		if r.PricingCategory == committed {
			more.committed = more.quantity
		} else if !r.ListCost.IsNull() {
			more.list = r.ListCost.Amount()
		}
		m.Model = l.models.canonical(provider, m.Model, m.Day) // files may be older than the catalog
		l.checkDays(f, r)
	default:
		return fmt.Errorf("ChargeCategory %q: telemetry has Usage and Purchase only", r.ChargeCategory)
	}
	l.metered.add(m, more)
	return nil
}

func (l *loader) addUnpriced(f *file, r *focus.Row) error {
	provider := l.providerOf(r)
	if r.XCostStatus != string(ledger.StatusUnpriced) || !l.wantsProvider(provider) {
		return nil
	}
	u := reconcile.Unpriced{Key: key(r, provider), Reason: ledger.Reason(r.XCostReason)}
	u.Currency = "" // nothing was priced
	u.Model = l.models.canonical(provider, r.XModel, u.Day)
	if used, ok := meterOf(r); ok {
		u.Slot = reconcile.Slot{Meter: reconcile.Meter(used.String()), Tier: tierOf(r)}
	}
	var more sum
	var err error
	if more.quantity, err = counted("ConsumedQuantity", r.ConsumedQuantity); err != nil {
		return err
	}
	if more.requests, err = requestsOf(r); err != nil {
		return err
	}
	l.checkDays(f, r)
	l.unpriced.add(u, more)
	return nil
}
