package meter

import "github.com/otelcol-finops/otelcol-finops/internal/money"

// Usage holds the quantity of every meter of one call. The zero value is no usage.
type Usage [Count]money.Quantity

// IsZero reports whether nothing at all was used.
func (u *Usage) IsZero() bool { return *u == Usage{} }

// OutputSize is every kind of output.
func (u *Usage) OutputSize() money.Quantity { return u.sum(outputs) }

// InputSize is the size that context tiers are chosen by: every kind of input, cached or
// not, text or not.
func (u *Usage) InputSize() money.Quantity { return u.sum(inputs) }

// inputs and outputs are the token meters of either side.
var inputs, outputs = func() (in, out []Meter) {
	for m := range Request {
		if m.IsInput() {
			in = append(in, m)
		} else {
			out = append(out, m)
		}
	}
	return in, out
}()

// sum passes over what was not used, which is most: a call has two or three meters, and is measured several times.
func (u *Usage) sum(meters []Meter) money.Quantity {
	var size money.Quantity
	for _, m := range meters {
		if !u[m].IsZero() {
			size = size.Add(u[m])
		}
	}
	return size
}
