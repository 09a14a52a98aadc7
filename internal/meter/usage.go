package meter

import "github.com/otelcol-finops/otelcol-finops/internal/money"

// Usage holds the quantity of every meter of one call. The zero value is no usage.
type Usage [Count]money.Quantity

// IsZero reports whether nothing at all was used.
func (u *Usage) IsZero() bool { return *u == Usage{} }

// OutputSize is every kind of output.
func (u *Usage) OutputSize() money.Quantity {
	var size money.Quantity
	for m := range Request {
		if !m.IsInput() {
			size = size.Add(u[m])
		}
	}
	return size
}

// InputSize is the size that context tiers are chosen by: every kind of input, cached or
// not, text or not.
func (u *Usage) InputSize() money.Quantity {
	var size money.Quantity
	for m := range Request {
		if m.IsInput() {
			size = size.Add(u[m])
		}
	}
	return size
}
