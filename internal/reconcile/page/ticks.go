package page

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// tick is a round amount on an axis.
type tick struct {
	At    money.Amount
	Label string
}

// ticks returns at most n+1 round amounts between lowest and highest: multiples of 1, 2 or 5 times a power of ten.
func ticks(lowest, highest money.Amount, n int) []tick {
	step, ok := niceStep(lowest, highest, n)
	if !ok {
		return nil
	}
	var found []tick
	for at := floorTo(lowest, step); at.Cmp(highest) <= 0 && !at.IsLimit(); at = at.Add(step) {
		if at.Cmp(lowest) >= 0 {
			found = append(found, tick{at, tickLabel(at, step)})
		}
	}
	return found
}

// niceStep is the smallest round step that has no more than n intervals.
func niceStep(lowest, highest money.Amount, n int) (money.Amount, bool) {
	span := highest.Sub(lowest)
	if span.Sign() <= 0 {
		return money.Amount{}, false
	}
	exponent := int(math.Floor(math.Log10(span.Float64()/float64(n)))) - 1
	if exponent < -maxDecimals {
		return money.Amount{}, false // a label would be all zeros
	}
	for range 4 {
		for _, mantissa := range []int{1, 2, 5} {
			step, err := money.ParseAmount(strconv.Itoa(mantissa) + "e" + strconv.Itoa(exponent))
			if err != nil {
				continue // beyond the range of amounts
			}
			intervals := new(big.Rat).Quo(span.Rat(), step.Rat())
			if intervals.Cmp(big.NewRat(int64(n), 1)) <= 0 {
				return step, true
			}
		}
		exponent++
	}
	return money.Amount{}, false
}

// floorTo is the greatest multiple of step that is not above a.
func floorTo(a, step money.Amount) money.Amount {
	steps := new(big.Rat).Quo(a.Rat(), step.Rat())
	floor := new(big.Int).Div(steps.Num(), steps.Denom())
	multiple, err := money.RoundAmount(new(big.Rat).Mul(new(big.Rat).SetInt(floor), step.Rat()))
	if err != nil {
		return a
	}
	return multiple
}

// units shorten what is labelled at steps of as much.
var units = []struct {
	size, name string
}{{"1000000000", "bn"}, {"1000000", "M"}, {"1000", "k"}}

func tickLabel(at, step money.Amount) string {
	for _, unit := range units {
		size, err := money.ParseAmount(unit.size)
		if err == nil && step.Cmp(size) >= 0 {
			whole := new(big.Rat).Quo(at.Rat(), size.Rat())
			if at.IsZero() {
				return "0"
			}
			return decorate(strings.TrimSuffix(whole.FloatString(0), ".")) + unit.name
		}
	}
	return decorate(at.String())
}
