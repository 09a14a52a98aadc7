package main

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	ten := bill{amount: big.NewRat(10, 1)}
	four := bill{amount: big.NewRat(4, 1)}
	priced := func(confidence string, amount int64) claim {
		return claim{status: "priced", confidence: confidence, amount: big.NewRat(amount, 1)}
	}
	unpriced := claim{status: "unpriced", reason: "no_usage"}
	for name, tc := range map[string]struct {
		claims []claim
		bills  []bill
		want   class
	}{
		"the very price":                            {[]claim{priced("exact", 10)}, []bill{ten}, exact},
		"two calls, two prices":                     {[]claim{priced("exact", 4), priced("exact", 10)}, []bill{ten, four}, exact},
		"duplicates and aggregates do not count":    {[]claim{priced("exact", 10), {status: "duplicate"}, {status: "aggregate"}}, []bill{ten}, exact},
		"a failed call that nobody billed":          {[]claim{{status: "not_billed"}}, nil, exact},
		"exactly another price":                     {[]claim{priced("exact", 9)}, []bill{ten}, wrong},
		"exactly, though nobody can know":           {[]claim{priced("exact", 9)}, []bill{{}}, wrong},
		"exactly, though a contract says more":      {[]claim{priced("exact", 10)}, []bill{{amount: ten.amount, atLeast: true}}, wrong},
		"one call priced twice":                     {[]claim{priced("exact", 10), priced("exact", 10)}, []bill{ten}, wrong},
		"one call priced twice, marked":             {[]claim{priced("exact", 10), priced("estimated", 10)}, []bill{ten}, wrong},
		"a failed call priced":                      {[]claim{priced("exact", 10)}, nil, wrong},
		"a call is missing":                         {[]claim{priced("exact", 10)}, []bill{ten, four}, wrong},
		"a billed call said not to be":              {[]claim{{status: "not_billed"}}, []bill{ten}, wrong},
		"a call is missing, and a span says so":     {[]claim{priced("exact", 10), unpriced}, []bill{ten, four}, flagged},
		"an unpriced span that needed none":         {[]claim{priced("exact", 10), unpriced}, []bill{ten}, flagged},
		"above, and says so":                        {[]claim{priced("upper_bound", 11)}, []bill{ten}, flagged},
		"a bound that is met":                       {[]claim{priced("upper_bound", 10)}, []bill{ten}, flagged},
		"below, but says above":                     {[]claim{priced("upper_bound", 9)}, []bill{ten}, wrong},
		"below, and says so":                        {[]claim{priced("lower_bound", 9)}, []bill{ten}, flagged},
		"above, but says below":                     {[]claim{priced("lower_bound", 11)}, []bill{ten}, wrong},
		"an upper bound of what has no upper bound": {[]claim{priced("upper_bound", 11)}, []bill{{amount: ten.amount, atLeast: true}}, wrong},
		"somewhere near":                            {[]claim{priced("estimated", 1)}, []bill{ten}, flagged},
		"a flag that does not exist":                {[]claim{priced("", 10)}, []bill{ten}, wrong},
		"bounds find their calls in any order":      {[]claim{priced("upper_bound", 5), priced("lower_bound", 9)}, []bill{ten, four}, flagged},
		"bounds that cannot both hold":              {[]claim{priced("upper_bound", 5), priced("upper_bound", 6)}, []bill{ten, four}, wrong},
		"free though billed":                        {[]claim{{status: "free", confidence: "exact", amount: new(big.Rat)}}, []bill{ten}, wrong},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.want, judge(tc.claims, tc.bills, 1).class)
		})
	}
}

func TestJudgeNothingSent(t *testing.T) {
	t.Parallel()
	assert.Equal(t, unseen, judge(nil, []bill{{amount: big.NewRat(1, 1)}}, 0).class)
	assert.Equal(t, exact, judge(nil, nil, 0).class)
}
