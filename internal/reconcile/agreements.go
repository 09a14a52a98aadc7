package reconcile

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Bounds of what is called an agreement.
var (
	// spread is how far ratios of one agreement are apart, beyond what rounding accounts for.
	spread = big.NewRat(1, 2000)
	// exempt is the part of an account's spending that an agreement may not reach.
	exempt = big.NewRat(1, 20)
)

// agreements finds wrong prices of which the bill is the same part for several models of an account, and for nearly all that the
// account spends: that is what was agreed, and no wrong entry. It returns them and the other findings.
func (fs *findings) agreements(all []*finding, tolerated tolerance) (agreed []Finding, rest []*finding) {
	byAccount := map[accountModel][]*finding{}
	for _, f := range all {
		if f.kind == WrongPrice && f.expected.Sign() > 0 {
			key := accountModel{f.currency, f.provider, f.account, ""}
			byAccount[key] = append(byAccount[key], f)
			continue
		}
		rest = append(rest, f)
	}
	keys := slices.SortedFunc(maps.Keys(byAccount), func(a, b accountModel) int {
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	for _, key := range keys {
		members, others := cluster(byAccount[key], tolerated)
		if fs.reach(key, members, others) {
			agreed = append(agreed, agreement(members, fs.listed[key]))
			members = nil
		}
		rest = append(append(rest, members...), others...)
	}
	return agreed, rest
}

// cluster returns the findings whose ratio is that of most of the money, and the others.
func cluster(found []*finding, tolerated tolerance) (members, others []*finding) {
	for _, center := range found {
		near, far := split(found, center.ratio(), tolerated)
		if sumOf(near).Cmp(sumOf(members)) > 0 {
			members, others = near, far
		}
	}
	return members, others
}

func split(found []*finding, ratio *big.Rat, tolerated tolerance) (near, far []*finding) {
	for _, f := range found {
		if f.isNear(ratio, tolerated) {
			near = append(near, f)
		} else {
			far = append(far, f)
		}
	}
	return near, far
}

func (f *finding) ratio() *big.Rat { return new(big.Rat).Quo(f.charged.Rat(), f.expected.Rat()) }

// isNear reports whether the finding and each of its meters have about this ratio.
func (f *finding) isNear(ratio *big.Rat, tolerated tolerance) bool {
	near := func(charged, expected money.Amount) bool {
		if expected.Sign() <= 0 {
			return charged.IsZero()
		}
		off := new(big.Rat).Sub(new(big.Rat).Quo(charged.Rat(), expected.Rat()), ratio)
		within := new(big.Rat).Quo(tolerated(f.provider, charged, f.charges, new(big.Rat)).Rat(), expected.Rat())
		return off.Abs(off).Cmp(within.Add(within, spread)) <= 0
	}
	for _, r := range f.rates {
		if !near(r.charged, r.expected) {
			return false
		}
	}
	return near(f.charged, f.expected)
}

func sumOf(found []*finding) (sum money.Amount) {
	for _, f := range found {
		sum = sum.Add(f.expected)
	}
	return sum
}

// reach reports whether a ratio holds for more than one model, and for the account rather than for some of its models.
func (fs *findings) reach(account accountModel, members, others []*finding) bool {
	if len(members) < 2 {
		return false
	}
	named := map[string]bool{}
	for _, f := range append(slices.Clone(members), others...) {
		named[f.model] = true
	}
	var all, untouched money.Amount
	for key, expected := range fs.expected {
		model := key.model
		if key.model = ""; key != account {
			continue
		}
		all = all.Add(expected)
		if !named[model] {
			untouched = untouched.Add(expected)
		}
	}
	return untouched.Rat().Cmp(new(big.Rat).Mul(all.Rat(), exempt)) <= 0 && sumOf(members).Cmp(sumOf(others)) > 0
}

// agreement makes one finding of several.
func agreement(members []*finding, at *listed) Finding {
	first := members[0]
	merged := &finding{
		findingKey: findingKey{line: Price, kind: Agreement, currency: first.currency, provider: first.provider, account: first.account},
		days:       map[time.Time]bool{},
	}
	for _, f := range members {
		merged.amount = merged.amount.Add(f.amount)
		merged.charged, merged.expected = merged.charged.Add(f.charged), merged.expected.Add(f.expected)
		for day := range f.days {
			merged.days[day] = true
		}
	}
	told := merged.finding(nil)
	ratio := merged.ratio()
	told.Ratio = ratioText(ratio)
	if at != nil && at.cost != at.list {
		// Agreements are not stacked: what replaces ours is stated of list prices, as ours is.
		told.ListRatio = ratioText(new(big.Rat).Mul(ratio, new(big.Rat).Quo(at.cost.Rat(), at.list.Rat())))
	}
	off := new(big.Rat).Sub(ratio, new(big.Rat).SetInt64(1))
	told.Text = fmt.Sprintf("The bill is %s times what our rates give, for all %d models: an agreement of %s that the prices do not have.",
		told.Ratio, len(members), signed(off))
	return told
}

// ratioText is the ratio that was agreed rather than what rounding made of it.
func ratioText(ratio *big.Rat) string {
	return simplest(ratio, new(big.Rat).Mul(spread, big.NewRat(1, 10)))
}

func signed(r *big.Rat) string {
	if r.Sign() > 0 {
		return "+" + percent(r, 2)
	}
	return percent(r, 2)
}
