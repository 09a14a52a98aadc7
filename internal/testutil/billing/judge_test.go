package billing

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	ten := Bill{Amount: big.NewRat(10, 1)}
	four := Bill{Amount: big.NewRat(4, 1)}
	priced := func(confidence string, amount int64) Claim {
		return Claim{Status: "priced", Confidence: confidence, Amount: big.NewRat(amount, 1)}
	}
	unpriced := Claim{Status: "unpriced", Reason: "no_usage"}
	for name, tc := range map[string]struct {
		claims []Claim
		bills  []Bill
		want   Class
	}{
		"the very price":                            {[]Claim{priced("exact", 10)}, []Bill{ten}, Exact},
		"two calls, two prices":                     {[]Claim{priced("exact", 4), priced("exact", 10)}, []Bill{ten, four}, Exact},
		"duplicates and aggregates do not count":    {[]Claim{priced("exact", 10), {Status: "duplicate"}, {Status: "aggregate"}}, []Bill{ten}, Exact},
		"a failed call that nobody billed":          {[]Claim{{Status: "not_billed"}}, nil, Exact},
		"exactly another price":                     {[]Claim{priced("exact", 9)}, []Bill{ten}, Wrong},
		"exactly, though nobody can know":           {[]Claim{priced("exact", 9)}, []Bill{{}}, Wrong},
		"exactly, though a contract says more":      {[]Claim{priced("exact", 10)}, []Bill{{Amount: ten.Amount, AtLeast: true}}, Wrong},
		"one call priced twice":                     {[]Claim{priced("exact", 10), priced("exact", 10)}, []Bill{ten}, Wrong},
		"one call priced twice, marked":             {[]Claim{priced("exact", 10), priced("estimated", 10)}, []Bill{ten}, Wrong},
		"a failed call priced":                      {[]Claim{priced("exact", 10)}, nil, Wrong},
		"a call is missing":                         {[]Claim{priced("exact", 10)}, []Bill{ten, four}, Wrong},
		"a billed call said not to be":              {[]Claim{{Status: "not_billed"}}, []Bill{ten}, Wrong},
		"a call is missing, and a span says so":     {[]Claim{priced("exact", 10), unpriced}, []Bill{ten, four}, Flagged},
		"an unpriced span that needed none":         {[]Claim{priced("exact", 10), unpriced}, []Bill{ten}, Flagged},
		"above, and says so":                        {[]Claim{priced("upper_bound", 11)}, []Bill{ten}, Flagged},
		"a bound that is met":                       {[]Claim{priced("upper_bound", 10)}, []Bill{ten}, Flagged},
		"below, but says above":                     {[]Claim{priced("upper_bound", 9)}, []Bill{ten}, Wrong},
		"below, and says so":                        {[]Claim{priced("lower_bound", 9)}, []Bill{ten}, Flagged},
		"above, but says below":                     {[]Claim{priced("lower_bound", 11)}, []Bill{ten}, Wrong},
		"an upper bound of what has no upper bound": {[]Claim{priced("upper_bound", 11)}, []Bill{{Amount: ten.Amount, AtLeast: true}}, Wrong},
		"somewhere near":                            {[]Claim{priced("estimated", 1)}, []Bill{ten}, Flagged},
		"a flag that does not exist":                {[]Claim{priced("", 10)}, []Bill{ten}, Wrong},
		"bounds find their calls in any order":      {[]Claim{priced("upper_bound", 5), priced("lower_bound", 9)}, []Bill{ten, four}, Flagged},
		"bounds that cannot both hold":              {[]Claim{priced("upper_bound", 5), priced("upper_bound", 6)}, []Bill{ten, four}, Wrong},
		"free though billed":                        {[]Claim{{Status: "free", Confidence: "exact", Amount: new(big.Rat)}}, []Bill{ten}, Wrong},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.want, Judge(tc.claims, tc.bills, 1).Class)
		})
	}
}

func TestJudgeNothingSent(t *testing.T) {
	t.Parallel()
	assert.Equal(t, Unseen, Judge(nil, []Bill{{Amount: big.NewRat(1, 1)}}, 0).Class)
	assert.Equal(t, Exact, Judge(nil, nil, 0).Class)
}
