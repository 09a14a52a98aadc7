package publish

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/charge"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// maxParts bounds the rows that one charge is divided into, of all its shared dimensions together; the connector has the
// same bound. What is beyond it stays whole.
const maxParts = 1024

var errParts = fmt.Errorf("more than %d parts", maxParts)

// part is what a charge is divided into.
type part struct {
	charge  focus.Charge
	amounts focus.Amounts
}

// axis are dimensions that are shared by the same weights: their values belong together, so that a team's part goes to that
// team's cost center.
type axis struct {
	dimensions []string
	shares     [][]ledger.Share
	weights    []uint32
}

// splitter divides charges among those who share them.
type splitter struct{ money money.Splitter }

// split divides a charge's quantity by the largest remainder, so that the parts add up to it exactly. A charge whose shares
// cannot be read stays whole, under the value that the dimension has.
func (s *splitter) split(id *charge.Identity, amounts focus.Amounts) ([]part, error) {
	parts := []part{{id.Charge, amounts}}
	axes, err := axesOf(id.Splits)
	for _, a := range axes {
		if len(parts)*len(a.weights) > maxParts {
			return parts, errors.Join(err, errParts)
		}
		var divided []part
		for i := range parts {
			divided = s.divide(divided, &parts[i], &a)
		}
		parts = divided
	}
	return parts, err
}

func axesOf(splits []focus.Tag) (axes []axis, err error) {
	for _, split := range splits {
		shares, problem := ledger.ParseShares(split.Value, nil)
		if problem != nil {
			err = errors.Join(err, fmt.Errorf("%s%s: %w", ledger.SharesPrefix, split.Key, problem))
			continue
		}
		weights := make([]uint32, len(shares))
		for i := range shares {
			weights[i] = shares[i].Weight
		}
		at := slices.IndexFunc(axes, func(a axis) bool { return slices.Equal(a.weights, weights) })
		if at < 0 {
			at, axes = len(axes), append(axes, axis{weights: weights})
		}
		axes[at].dimensions = append(axes[at].dimensions, split.Key)
		axes[at].shares = append(axes[at].shares, shares)
	}
	return axes, err
}

// divide appends the parts of p along one axis. The calls, which are not divisible, stay with the first part.
func (s *splitter) divide(dst []part, p *part, a *axis) []part {
	var total uint64
	for _, w := range a.weights {
		total += uint64(w)
	}
	for i, quantity := range s.money.SplitQuantity(nil, p.amounts.Quantity, a.weights) {
		divided := part{charge: p.charge, amounts: focus.Amounts{Quantity: quantity}}
		if i == 0 {
			divided.amounts.Requests = p.amounts.Requests
		}
		divided.charge.Tags = slices.Clone(p.charge.Tags)
		values := make([]string, 0, len(a.dimensions))
		for d, name := range a.dimensions {
			value := a.shares[d][i].Value
			values = append(values, value)
			divided.charge.Tags = setTag(divided.charge.Tags, name, value)
		}
		divided.charge.Shared = combine(p.charge.Shared, focus.Shared{
			Dimension: strings.Join(a.dimensions, "+"), Value: strings.Join(values, "+"), Weight: a.weights[i], Total: total,
		})
		dst = append(dst, divided)
	}
	return dst
}

// setTag sets a tag among those that are sorted by key.
func setTag(tags []focus.Tag, key, value string) []focus.Tag {
	at, found := slices.BinarySearchFunc(tags, key, func(t focus.Tag, key string) int { return strings.Compare(t.Key, key) })
	if found {
		tags[at].Value = value
		return tags
	}
	return slices.Insert(tags, at, focus.Tag{Key: key, Value: value})
}

// combine describes a part of a part. Weights are for people, so the largest is kept where the product does not fit.
func combine(outer, inner focus.Shared) focus.Shared {
	if outer.Dimension == "" {
		return inner
	}
	weight := min(uint64(outer.Weight)*uint64(inner.Weight), 1<<32-1)
	return focus.Shared{
		Dimension: outer.Dimension + "+" + inner.Dimension, Value: outer.Value + "+" + inner.Value,
		Weight: uint32(weight), Total: outer.Total * inner.Total,
	}
}
