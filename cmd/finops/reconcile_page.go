package main

import (
	"io"

	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile/page"
)

func writePage(w io.Writer, r *reconcile.Report, by []reconcile.Dimension, l *limits) error {
	return page.Write(w, r, page.Options{By: by, MaxDrift: l.maxDrift, MinCoverage: l.minCoverage})
}
