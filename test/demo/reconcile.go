//go:build unix

package main

import (
	"fmt"
	"math"
	"math/big"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/promtext"
)

// tolerance is what sums of doubles on the page may differ by from the exact sum.
const tolerance = 1e-9

// reconcile compares the cost of each team on the metrics page with the exact sum of its
// spans, and returns the largest difference.
func reconcile(spans books.Books, page promtext.Page) (float64, error) {
	exact := spans.Sums(
		func(s books.Span) string { return s.Text("finops.team") },
		func(s books.Span) *big.Rat { return s.Amount() },
	)
	largest := 0.0
	for team, sum := range exact {
		want := books.Float(sum)
		got := page.Sum(metricCost, func(labels map[string]string) bool { return labels[labelTeam] == team })
		difference := math.Abs(got - want)
		if !(difference <= tolerance) {
			return 0, fmt.Errorf("the metrics say that team %s spent USD %.12f, its spans say %.12f: please report this", team, got, want)
		}
		largest = max(largest, difference)
	}
	want, got := books.Float(spans.Cost()), page.Sum(metricCost, nil)
	if !(math.Abs(got-want) <= tolerance) {
		return 0, fmt.Errorf("the metrics say that all teams spent USD %.12f, the spans say %.12f: please report this", got, want)
	}
	return max(largest, math.Abs(got-want)), nil
}
