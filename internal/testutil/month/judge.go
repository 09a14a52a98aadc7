//go:build unix

package month

import (
	"fmt"
	"math/big"
)

// Cents prints an amount in whole cents.
func Cents(r *big.Rat) string {
	if text := r.FloatString(2); text != "-0.00" {
		return text
	}
	return "0.00"
}

// same reports whether two amounts are the same to the cent.
func same(a, b *big.Rat) bool {
	difference := new(big.Rat).Sub(a, b)
	return difference.Abs(difference).Cmp(big.NewRat(1, 200)) < 0
}

// judge assigns each finding to the fault that it names. The sizes are those of the scenario's faults.
func (o *Outcome) judge(sizes []*big.Rat, findings []Finding) {
	for i, size := range sizes {
		o.Results = append(o.Results, Result{Fault: o.Faults[i], Size: size, Found: new(big.Rat)})
	}
	for _, f := range findings {
		if result := o.named(&f); result != nil {
			result.Findings = append(result.Findings, f)
			result.Found.Add(result.Found, f.amount())
		} else if !same(f.amount(), new(big.Rat)) {
			o.Unexpected = append(o.Unexpected, f)
		}
	}
}

// named returns the result of the fault that a finding names, or nil.
func (o *Outcome) named(f *Finding) *Result {
	for i := range o.Results {
		if o.Results[i].names(f) {
			return &o.Results[i]
		}
	}
	return nil
}

// names reports whether the finding says all that there is to say of the fault.
func (r *Result) names(f *Finding) bool {
	return f.Kind == r.Kind && f.Provider == r.Provider &&
		(r.Model == "" || f.Model == r.Model) && (r.BillLine == "" || f.BillLine == r.BillLine)
}

// Difference is what the findings have beyond the true size.
func (r *Result) Difference() *big.Rat { return new(big.Rat).Sub(r.Found, r.Size) }

// Drift is the difference of bill and books as a share of the bill.
func (o *Outcome) Drift() *big.Rat {
	drift := new(big.Rat).Sub(o.Billed, o.Metered)
	return drift.Quo(drift, o.Billed)
}

// Problems are what the report gets wrong.
func (o *Outcome) Problems() (problems []string) {
	complain := func(format string, arguments ...any) {
		problems = append(problems, o.Name+": "+fmt.Sprintf(format, arguments...))
	}
	if !same(o.Metered, o.told) {
		complain("metered %s, and telemetry tells of %s", Cents(o.Metered), Cents(o.told))
	}
	if !same(o.Billed, o.charged) {
		complain("billed %s, and the providers charge %s", Cents(o.Billed), Cents(o.charged))
	}
	if drift := o.Drift(); len(o.Faults) == 0 && drift.Sign() != 0 {
		complain("a drift of %s without any fault", drift.FloatString(6))
	}
	if len(o.Faults) == 0 && o.Exact.Cmp(o.Metered) != 0 {
		complain("only %s of %s is exact, of telemetry that has every fact", Cents(o.Exact), Cents(o.Metered))
	}
	size, found := new(big.Rat), new(big.Rat)
	for i := range o.Results {
		r := &o.Results[i]
		size.Add(size, r.Size)
		found.Add(found, r.Found)
		switch {
		case len(r.Findings) == 0:
			complain("%s: of USD %s, and no finding %s", r.Name, Cents(r.Size), r.Kind)
		case !o.Mixed && !same(r.Found, r.Size):
			complain("%s: of USD %s, found as %s", r.Name, Cents(r.Size), Cents(r.Found))
		}
	}
	if o.Mixed && !same(size, found) {
		complain("all faults: of USD %s, found as %s", Cents(size), Cents(found))
	}
	for _, problem := range o.Closed.Problems {
		complain("%s", problem)
	}
	for _, f := range o.Unexpected {
		complain("nothing accounts for USD %s: %s %s %s: %s", Cents(f.amount()), f.Kind, f.Provider, f.Model, f.Text)
	}
	return problems
}
