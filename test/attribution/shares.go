//go:build unix

package main

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
)

// share is a part of a call's cost. It is read here a second time and as fractions, so that a mistake of the
// connector shows.
type share struct {
	value  string
	weight int64
}

// shares reads finops.shares.<dimension>; a call that nobody shares is its owner's whole.
func shares(span books.Span, dimension string) ([]share, error) {
	text := span.Text("finops.shares." + dimension)
	if text == "" {
		return []share{{span.Text("finops." + dimension), 1}}, nil
	}
	var parts []share
	for part := range strings.SplitSeq(text, ";") {
		value, weight, _ := strings.Cut(part, ":")
		n, err := strconv.ParseInt(weight, 10, 64)
		if err != nil || value == "" || n <= 0 {
			return nil, fmt.Errorf("span %s: shares of %s are %q", span.SpanID, dimension, text)
		}
		parts = append(parts, share{value, n})
	}
	return parts, nil
}

// spanTable splits what every span cost among those who share it. The shares of team and cost
// center go together, part by part.
func spanTable(spans books.Books) (table, error) {
	t := table{}
	for _, span := range spans {
		if len(span.Lines) == 0 {
			continue
		}
		teams, err := shares(span, "team")
		if err != nil {
			return nil, err
		}
		centers, err := shares(span, "cost_center")
		if err != nil {
			return nil, err
		}
		sameWeight := func(a, b share) bool { return a.weight == b.weight }
		if !slices.EqualFunc(teams, centers, sameWeight) {
			return nil, fmt.Errorf("span %s is shared by teams %v and by cost centers %v", span.SpanID, teams, centers)
		}
		t.split(span.Amount(), teams, centers)
	}
	return t, nil
}

func (t table) split(cost *big.Rat, teams, centers []share) {
	var whole int64
	for _, part := range teams {
		whole += part.weight
	}
	for i, part := range teams {
		t.add(owner{part.value, centers[i].value}, new(big.Rat).Mul(cost, big.NewRat(part.weight, whole)))
	}
}
