package closing

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// usualDimensions are those that are asked of every call, for months in which nothing was metered.
var usualDimensions = map[string]bool{"team": true, "cost_center": true}

// trueUp returns the rows that carry a residual to teams, at most one for each set of tags. They add up to it exactly.
func (b *books) trueUp(s *balance, mode Mode, month time.Time) []focus.Row {
	if s.Residual == nil || s.Residual.IsZero() {
		return nil
	}
	tags, parts, pro := []string{b.unallocated()}, []money.Amount{*s.Residual}, false
	if mode == ProRata {
		if sorted, weights, ok := sortWeights(s.weights); ok {
			tags, parts, pro = sorted, money.Allocate(*s.Residual, weights), true
		}
	}
	row := b.template(s, month, pro)
	rows := make([]focus.Row, 0, len(parts))
	for i, part := range parts {
		if part.IsZero() {
			continue
		}
		n := focus.NumberOf(part)
		row.Tags, row.BilledCost, row.EffectiveCost, row.ListCost, row.ContractedCost = tags[i], n, n, n, n
		rows = append(rows, row)
	}
	return rows
}

// sortWeights returns the weights in the order of the tags, and false if there is nothing above zero to divide by.
func sortWeights(costs map[string]money.Amount) (tags []string, weights []money.Amount, ok bool) {
	tags = slices.Sorted(maps.Keys(costs))
	for _, t := range tags {
		weights = append(weights, costs[t])
		ok = ok || costs[t].Sign() > 0
	}
	return tags, weights, ok
}

// unallocated returns the Tags of what belongs to nobody, in every dimension of the month.
func (b *books) unallocated() string {
	dimensions := b.dimensions
	if len(dimensions) == 0 {
		dimensions = usualDimensions
	}
	tags := make([]focus.Tag, 0, len(dimensions))
	for key := range dimensions {
		tags = append(tags, focus.Tag{Key: key, Value: ledger.Unallocated})
	}
	return focus.FormatTags(tags)
}

// template returns what the rows of a balance have in common. Their names are those of the metered rows beside them.
func (b *books) template(s *balance, month time.Time, proRata bool) focus.Row {
	start, end := focus.BillingPeriod(month)
	bill := b.billed[s.party]
	account := s.Account
	if account == "" {
		account, _ = bill.account.get()
	}
	identity := focus.Charge{Start: start, End: end, Provider: s.Provider, Account: account, Status: ledger.StatusUnpriced}
	r, _ := identity.Row(focus.BuiltinRoutes(), focus.Amounts{}) // without a quantity or a price there is nothing out of range
	if m, ok := b.metered[s.party]; ok {
		m.fill(&r)
	}
	r.ChargeCategory, r.ChargeFrequency = "Adjustment", "One-Time"
	r.ChargeDescription = "True-up of " + start.Format(monthLayout) + " to the bill of " + r.InvoiceIssuerName
	if proRata {
		r.ChargeDescription += ", pro rata"
	}
	r.BillingCurrency, r.XCostSource = s.Currency, focus.SourceTrueUp
	r.InvoiceId, _ = bill.invoices.get()
	r.SkuId, r.SkuMeter, r.XCostStatus, r.XRequests = "", "", "", focus.Number{}
	r.ConsumedQuantity, r.ConsumedUnit = focus.Number{}, ""
	return r
}

// fill writes the names that all rows have; those that rows differ in stay what the builtin routes say of the provider.
func (m *metered) fill(r *focus.Row) {
	s, ok := m.seller.get()
	if !ok {
		return
	}
	r.ServiceName, r.ServiceCategory, r.ServiceSubcategory = s.service, s.category, s.subcategory
	r.ProviderName, r.ServiceProviderName, r.InvoiceIssuerName = s.provider, s.serviceProvider, s.issuer
	r.BillingAccountType = s.accountType
	if k, ok := m.maker.get(); ok {
		r.PublisherName, r.XPublisherName, r.HostProviderName = k.publisher, k.publisher, k.host
	}
}

const monthLayout = "2006-01"

// name is that of the file without its extension, in the partition of the day on which the rows' charge period starts.
const name = "true-up"

// partition returns the directory of the true-up rows below metered/.
func partition(month time.Time) string {
	start, _ := focus.BillingPeriod(month)
	return "billing_period=" + start.Format(monthLayout) + "/day=" + start.Format(time.DateOnly) + "/"
}

// isTrueUp reports whether a key of metered/ is that of the month's true-up rows, in either format.
func isTrueUp(key string, month time.Time) bool {
	rest, ok := strings.CutPrefix(key, partition(month)+name)
	return ok && (rest == ".parquet" || rest == ".csv")
}
