package main

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// limitFlags say what a nightly job fails on.
type limitFlags struct{ maxDrift, minCoverage string }

func (f *limitFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.maxDrift, "max-drift", "", "exit with 1 when the bill is further than this from what was metered: 2% or 0.02")
	flags.StringVar(&f.minCoverage, "min-coverage", "", "exit with 1 when less than this of the provider's requests was metered: 95% or 0.95")
}

// limits are the parsed limits, nil for none.
type limits struct{ maxDrift, minCoverage *big.Rat }

func (f *limitFlags) parse() (*limits, error) {
	l := new(limits)
	for _, limit := range []struct {
		flag, text string
		part       **big.Rat
	}{{"max-drift", f.maxDrift, &l.maxDrift}, {"min-coverage", f.minCoverage, &l.minCoverage}} {
		if limit.text == "" {
			continue
		}
		part, ok := parsePart(limit.text)
		if !ok {
			return nil, fmt.Errorf("--%s %q must be a part such as 2%% or 0.02, from 0 to 100%%", limit.flag, limit.text)
		}
		*limit.part = part
	}
	return l, nil
}

var hundred = big.NewRat(100, 1)

// maxPartText bounds what is read as a number: an exponent of a billion would be expanded.
const maxPartText = 16

// parsePart reads 2% or 0.02.
func parsePart(text string) (*big.Rat, bool) {
	number, isPercent := strings.CutSuffix(strings.TrimSpace(text), "%")
	if number = strings.TrimSpace(number); len(number) > maxPartText || strings.Trim(number, "0123456789.") != "" {
		return nil, false
	}
	part, ok := new(big.Rat).SetString(number)
	if !ok {
		return nil, false
	}
	if isPercent {
		part.Quo(part, hundred)
	}
	return part, part.Cmp(big.NewRat(1, 1)) <= 0
}

// percent writes a part for people.
func percent(part *big.Rat) string {
	return new(big.Rat).Mul(part, hundred).FloatString(2) + "%"
}

// judge returns what breaks a limit: the whole, or an account of a provider.
func (l *limits) judge(r *reconcile.Report) error {
	if l.maxDrift == nil && l.minCoverage == nil {
		return nil
	}
	if len(r.Cells) == 0 {
		return failed("nothing could be compared, so that no limit is known to hold")
	}
	var broken []string
	if l.minCoverage != nil && !anyCoverage(r) {
		broken = append(broken, "no provider counts requests or tokens, so that --min-coverage is not known to hold")
	}
	for _, by := range [][]reconcile.Dimension{nil, {reconcile.ByProvider, reconcile.ByAccount}} {
		groups := r.Group(by...)
		for i := range groups {
			broken = append(broken, l.broken(&groups[i])...)
		}
	}
	if len(broken) == 0 {
		return nil
	}
	return failed("%s", strings.Join(broken, "\nfinops: "))
}

// anyCoverage reports whether coverage is known of anything.
func anyCoverage(r *reconcile.Report) bool {
	groups := r.Group()
	return slices.ContainsFunc(groups, func(g reconcile.Group) bool {
		_, requests := g.Coverage()
		_, tokens := g.TokenCoverage()
		return requests || tokens
	})
}

// broken says which limits a group does not meet.
func (l *limits) broken(g *reconcile.Group) (broken []string) {
	who := strings.TrimSpace(strings.Join(g.Values, " "))
	if who == "" {
		who = "in total"
	}
	if drift, known := g.Drift(); l.maxDrift != nil {
		switch {
		case !known && g.Difference().Cmp(g.Bridge[reconcile.Rounding]) == 0: // less than the bill can tell
		case !known:
			broken = append(broken, fmt.Sprintf("%s (%s): %s is metered and nothing billed, beyond --max-drift %s", who, g.Currency, g.Metered, percent(l.maxDrift)))
		case new(big.Rat).Abs(drift).Cmp(l.maxDrift) > 0:
			broken = append(broken, fmt.Sprintf("%s (%s): drift %s is beyond --max-drift %s", who, g.Currency, percent(drift), percent(l.maxDrift)))
		}
	}
	what := "requests"
	coverage, known := g.Coverage()
	if !known {
		what = "tokens"
		coverage, known = g.TokenCoverage()
	}
	if l.minCoverage != nil && known && coverage.Cmp(l.minCoverage) < 0 {
		broken = append(broken, fmt.Sprintf("%s (%s): coverage %s of %s is below --min-coverage %s", who, g.Currency, percent(coverage), what, percent(l.minCoverage)))
	}
	return broken
}
