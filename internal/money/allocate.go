package money

import (
	"cmp"
	"math/big"
	"slices"
)

// Allocate splits total in proportion to weights, by the method of the largest remainder: every
// part is rounded toward zero, and what is left goes, smallest unit by smallest unit, to the parts that
// lost most by it, the earlier one first. The parts add up to total exactly. Negative weights count
// as 0; if all weights are 0 the parts are equal. No weights give no parts.
func Allocate(total Amount, weights []Amount) []Amount {
	if len(weights) == 0 {
		return nil
	}
	shares, sum := shareOut(weights)
	mag := new(big.Int).Abs(total.v.big())
	left := new(big.Int).Set(mag)
	parts := make([]*big.Int, len(weights))
	lost := make([]*big.Int, len(weights))
	for i, share := range shares {
		parts[i], lost[i] = new(big.Int).QuoRem(new(big.Int).Mul(mag, share), sum, new(big.Int))
		left.Sub(left, parts[i])
	}
	// Fewer units are left than there are parts: each lost less than one.
	one := big.NewInt(1)
	for _, i := range byLoss(lost)[:left.Int64()] {
		parts[i].Add(parts[i], one)
	}
	return signedParts(parts, total.Sign() < 0)
}

func shareOut(weights []Amount) (shares []*big.Int, sum *big.Int) {
	shares = make([]*big.Int, len(weights))
	sum = new(big.Int)
	for i, w := range weights {
		shares[i] = new(big.Int)
		if w.Sign() > 0 {
			shares[i] = w.v.big()
		}
		sum.Add(sum, shares[i])
	}
	if sum.Sign() != 0 {
		return shares, sum
	}
	for _, share := range shares {
		share.SetInt64(1)
	}
	return shares, sum.SetInt64(int64(len(shares)))
}

func byLoss(lost []*big.Int) []int {
	order := make([]int, len(lost))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(lost[b].Cmp(lost[a]), cmp.Compare(a, b))
	})
	return order
}

func signedParts(parts []*big.Int, neg bool) []Amount {
	out := make([]Amount, len(parts))
	for i, p := range parts {
		if neg {
			p.Neg(p)
		}
		out[i].v, _ = fromBig(p)
	}
	return out
}
