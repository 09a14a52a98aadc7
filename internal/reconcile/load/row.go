package load

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// standard is the tier that nobody has to name.
const standard = "standard"

func tierOf(r *focus.Row) string {
	tier := pricing.CanonicalTier(r.XServiceTier)
	if strings.EqualFold(tier, standard) {
		return ""
	}
	return tier
}

// accountOf returns who pays, empty where the row does not know.
func accountOf(r *focus.Row) string { return focus.NamedAccount(r.BillingAccountId) }

// key returns what a row says of its cell, in its own spelling.
func key(r *focus.Row, provider string) reconcile.Key {
	return reconcile.Key{
		Day: dayOf(r.ChargePeriodStart), Provider: provider, Account: accountOf(r), Subaccount: r.SubAccountId, Model: r.XModel,
		Currency: r.BillingCurrency,
	}
}

// providerOf returns whose charge a row is: of exports that know nothing of x_Provider, by the service, or else by who sells it.
func (l *loader) providerOf(r *focus.Row) string {
	if r.XProvider != "" {
		return pricing.CanonicalProvider(r.XProvider)
	}
	if p, ok := l.routes.ProviderOf(r.ServiceName); ok {
		return p
	}
	return pricing.CanonicalProvider(cmp.Or(r.ServiceProviderName, r.ProviderName))
}

// meterOf returns the meter of a row, if it is one of ours.
func meterOf(r *focus.Row) (meter.Meter, bool) { return meter.Parse(r.SkuMeter) }

// checkCurrency wants a code as of ISO 4217.
func checkCurrency(code string) error {
	if len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return nil
	}
	if code == "" {
		return errors.New("BillingCurrency is NULL")
	}
	return fmt.Errorf("BillingCurrency %q: want a code of ISO 4217 such as USD", code)
}

// quantity reads a column of quantities; NULL is 0.
func quantity(column string, n focus.Number) (money.Quantity, error) {
	if n.IsNull() {
		return money.Quantity{}, nil
	}
	q, err := money.ParseQuantity(n.String())
	if err != nil {
		return q, fmt.Errorf("%s %s: %w", column, n, err)
	}
	return q, nil
}

// counted reads a quantity that cannot be negative.
func counted(column string, n focus.Number) (money.Quantity, error) {
	q, err := quantity(column, n)
	if err == nil && q.Sign() < 0 {
		err = fmt.Errorf("%s %s is negative", column, n)
	}
	return q, err
}

// requestsOf reads x_Requests.
func requestsOf(r *focus.Row) (int64, error) {
	q, err := counted("x_Requests", r.XRequests)
	if err != nil {
		return 0, err
	}
	n, exact := q.Int64()
	if !exact {
		return 0, fmt.Errorf("x_Requests %s is no whole number", r.XRequests)
	}
	return n, nil
}

// checkDays notes rows of usage that span more than a day, which can be compared on their first day only.
func (l *loader) checkDays(f *file, r *focus.Row) {
	if r.ChargePeriodEnd.After(dayOf(r.ChargePeriodStart).Add(24 * time.Hour)) {
		l.long[f.dataset]++
	}
}
