package pricing

import (
	"math/big"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// Values of a tier's keys.
const (
	metricInput    = "total_input"
	metricOutput   = "output"
	opGreater      = "gt"
	opGreaterEqual = "gte"
	modeCliff      = "cliff"
	modeGraduated  = "graduated"

	defaultTierName = "long_context"

	multiplierTokens = "tokens"
	multiplierUnits  = "units"
)

// rateTable holds exact rates per single unit by meter; nil where there is none.
type rateTable [meter.Count]*big.Rat

var noRates rateTable

func compileRates(specs map[string]RateSpec, filePer string) *rateTable {
	if len(specs) == 0 {
		return &noRates
	}
	table := new(rateTable)
	for name, spec := range specs {
		m, ok := meter.Parse(name)
		if ok {
			table[m] = quotient(spec.Rate, perOf(m, spec.Per, filePer))
		}
	}
	return table
}

// factorTable holds factors by meter; nil where there is none.
type factorTable [meter.Count]*big.Rat

var noFactors factorTable

// compileFactors completes what a file says of some meters: a factor covers the meters that fall back
// to its meter, then those of "tokens" and "units" what is left.
func compileFactors(multipliers Multipliers, parents *parentTable) *factorTable {
	if len(multipliers) == 0 {
		return &noFactors
	}
	var stated factorTable
	for name, factor := range multipliers {
		if m, ok := meter.Parse(name); ok {
			stated[m] = decimalOrNil(factor)
		}
	}
	tokens, units := decimalOrNil(multipliers[multiplierTokens]), decimalOrNil(multipliers[multiplierUnits])
	table := new(factorTable)
	for m := range meter.Meter(meter.Count) {
		if table[m] = stated[m]; table[m] != nil {
			continue
		}
		table[m] = units
		if m.IsToken() {
			table[m] = tokens
		}
		for p := parents[m]; p.ok; p = parents[p.meter] {
			if stated[p.meter] != nil {
				table[m] = stated[p.meter]
				break
			}
		}
	}
	return table
}

// parent is the meter whose rate stands in for a missing one.
type parent struct {
	meter meter.Meter
	ok    bool
	// sure is set when the stand-in keeps the confidence.
	sure bool
}

type parentTable [meter.Count]parent

// parentsWith returns the general parents with those of the price list in their place.
func parentsWith(declared map[string]string) parentTable {
	var table parentTable
	for m := range meter.Meter(meter.Count) {
		p, ok := m.Parent()
		table[m] = parent{meter: p, ok: ok, sure: m == meter.Reasoning}
		if name, given := declared[m.String()]; given {
			p, ok := meter.Parse(name)
			table[m] = parent{meter: p, ok: ok, sure: ok}
		}
	}
	return table
}
