package attribution

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// split says who shares the cost of one value, by period. Periods are in order and do not overlap; between them
// the value bears its cost alone.
type split []period

type period struct {
	from, until time.Time
	shares      []ledger.Share
	text        string
}

// at returns the shares at a time as finops.shares carries them, "" if the cost is not shared then.
func (s split) at(t time.Time) string {
	for i := range s {
		if p := &s[i]; !t.Before(p.from) && (p.until.IsZero() || t.Before(p.until)) {
			return p.text
		}
	}
	return ""
}

// compileSplit makes a split of the periods that are configured for one value. Errors begin with the rest of the key, or
// with a colon.
func compileSplit(configs []ShareConfig) (split, []error) {
	if len(configs) == 0 {
		return nil, []error{errors.New(": say who shares the cost: weights, or even")}
	}
	var errs []error
	s := make(split, len(configs))
	for i := range configs {
		var err error
		if s[i], err = compilePeriod(&configs[i]); err != nil {
			errs = append(errs, fmt.Errorf("::%d%w", i, err))
		}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	slices.SortStableFunc(s, func(a, b period) int { return a.from.Compare(b.from) })
	for i := range s[1:] {
		if before, after := &s[i], &s[i+1]; before.until.IsZero() || before.until.After(after.from) {
			return nil, []error{fmt.Errorf(": two periods overlap on %s: end one with until where the next begins", after.from.Format(time.DateOnly))}
		}
	}
	return s, nil
}

func compilePeriod(cfg *ShareConfig) (p period, err error) {
	if p.from, err = parseDate(cfg.From); err != nil {
		return p, fmt.Errorf("::from: %w", err)
	}
	if p.until, err = parseDate(cfg.Until); err != nil {
		return p, fmt.Errorf("::until: %w", err)
	}
	if !p.until.IsZero() && !p.until.After(p.from) {
		return p, fmt.Errorf("::until: %s does not lie after from %s", p.until.Format(time.RFC3339), p.from.Format(time.RFC3339))
	}
	if p.shares, err = weigh(cfg); err != nil {
		return p, err
	}
	p.text = string(ledger.AppendShares(nil, p.shares))
	return p, nil
}

// weigh returns the shares of a period, with the smallest weights of the same ratio.
func weigh(cfg *ShareConfig) ([]ledger.Share, error) {
	if (cfg.Weights == nil) == (cfg.Even == nil) {
		return nil, errors.New(": give weights, or even, and not both")
	}
	if cfg.Even != nil {
		return evenly(cfg.Even)
	}
	weights, err := readWeights(cfg.Weights)
	if err != nil {
		return nil, fmt.Errorf("::weights%w", err)
	}
	if err := checkWeights(weights); err != nil {
		return nil, fmt.Errorf("::weights%w", err)
	}
	return reduce(weights), nil
}

func evenly(values []string) ([]ledger.Share, error) {
	weights := make([]weight, len(values))
	for i, value := range values {
		weights[i] = weight{value, 1}
	}
	if err := checkWeights(weights); err != nil {
		return nil, fmt.Errorf("::even%w", err)
	}
	return reduce(weights), nil
}

type weight struct {
	value string
	n     int64
}

// readWeights brings weights into an order that is the same for all dimensions of a call, so that shares of
// equal weights can be told to belong together: lists as they are, mappings by weight.
func readWeights(w Weights) ([]weight, error) {
	switch v := w.(type) {
	case map[string]any:
		return weightsOf(v)
	case []any:
		var all []weight
		for i, item := range v {
			one, ok := item.(map[string]any)
			if !ok || len(one) != 1 {
				return nil, fmt.Errorf("::%d: want one value and its weight, as in [search: 60, support: 40]", i)
			}
			weights, err := weightsOf(one)
			if err != nil {
				return nil, fmt.Errorf("::%d%w", i, err)
			}
			all = append(all, weights...)
		}
		return all, nil
	default:
		return nil, errors.New(": want values and their weights, as in {search: 60, support: 40}")
	}
}

// weightsOf orders a mapping by weight, the heaviest first, then by name.
func weightsOf(m map[string]any) ([]weight, error) {
	weights := make([]weight, 0, len(m))
	for value, given := range m {
		n, ok := given.(int)
		if !ok || n < 1 || n > math.MaxUint32 {
			return nil, fmt.Errorf("::%s: %v is not a whole number from 1 to %d; leave out who bears nothing", value, given, uint32(math.MaxUint32))
		}
		weights = append(weights, weight{value, int64(n)})
	}
	slices.SortFunc(weights, func(a, b weight) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.value, b.value))
	})
	return weights, nil
}

func checkWeights(weights []weight) error {
	if len(weights) == 0 {
		return errors.New(": nobody is named")
	}
	seen := make(map[string]bool, len(weights))
	for _, w := range weights {
		if w.value == "" || seen[w.value] {
			return fmt.Errorf(": %q is empty or given twice", w.value)
		}
		seen[w.value] = true
	}
	return nil
}

func reduce(weights []weight) []ledger.Share {
	var common int64
	for _, w := range weights {
		common = gcd(common, w.n)
	}
	shares := make([]ledger.Share, len(weights))
	for i, w := range weights {
		shares[i] = ledger.Share{Value: w.value, Weight: uint32(w.n / common)}
	}
	return shares
}

func gcd(a, b int64) int64 {
	for a != 0 {
		a, b = b%a, a
	}
	return b
}

// parseDate reads a day or an RFC 3339 time, or the timestamp that YAML makes of one. No date is the zero time.
func parseDate(d Date) (time.Time, error) {
	switch v := d.(type) {
	case nil:
		return time.Time{}, nil
	case time.Time:
		return v.UTC(), nil
	case string:
		for _, layout := range []string{time.DateOnly, time.RFC3339} {
			if t, err := time.Parse(layout, v); err == nil {
				return t.UTC(), nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("%v must be a day such as 2026-11-15 or a time such as 2026-11-15T07:00:00Z", d)
}
