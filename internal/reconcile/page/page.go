// Package page renders a reconcile.Report as one HTML page that needs nothing else: no script, no font, no image and no
// network. The charts are inline SVG, computed from exact amounts; floats are pixel positions only.
package page

import (
	"bytes"
	"embed"
	"html/template"
	"io"
	"math/big"

	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// Options say what the page has beyond the report. The zero value is of use.
type Options struct {
	// Title is the heading; empty for "Metered against billed".
	Title string
	// Source says what the report was made from, for the foot of the page.
	Source string
	// By are the dimensions of a table beside the one by provider and account.
	By []reconcile.Dimension
	// MaxDrift and MinCoverage hold for the whole and for each account of a provider, and mark what is beyond; nil for no
	// limit.
	MaxDrift, MinCoverage *big.Rat
}

//go:embed page.html chart.html style.css
var files embed.FS

var templates = template.Must(template.New("page.html").Funcs(template.FuncMap{"px": px, "long": long}).ParseFS(files, "*"))

// Write writes the page. Equal reports give equal bytes.
func Write(w io.Writer, r *reconcile.Report, o Options) error {
	// What fails must not leave half a page behind.
	var page bytes.Buffer
	if err := templates.Execute(&page, newView(r, &o)); err != nil {
		return err
	}
	_, err := page.WriteTo(w)
	return err
}
