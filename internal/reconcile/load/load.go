package load

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// Load reads the datasets. Its errors name the file and say what to change.
func Load(ctx context.Context, o Options) (*reconcile.Input, error) {
	l := newLoader(&o)
	for _, d := range []struct {
		dataset focus.Dataset
		add     func(*file, *focus.Row) error
		missing string
	}{
		{focus.Billed, l.addBilled, "no bill in %s: the gen_ai_billing receiver and the focus exporter write it; name another place, or the export of a cloud, with --billed"},
		{focus.Metered, l.addMetered, "nothing metered in %s: the focus exporter writes it behind the gen_ai_cost processor; name another place with --metered"},
		{focus.Unpriced, l.addUnpriced, ""},
		{focus.BilledUsage, l.addUsage, ""},
	} {
		places := o.places(d.dataset)
		files, err := l.read(ctx, d.dataset, places, d.add)
		if err != nil {
			return nil, err
		}
		if files == 0 && d.missing != "" {
			return nil, fmt.Errorf(d.missing, targets(places))
		}
	}
	return l.input()
}

func targets(places []place) string {
	if len(places) == 0 {
		return "no place at all"
	}
	list := make([]string, len(places))
	for i, p := range places {
		list[i] = p.target
	}
	return strings.Join(list, ", ")
}

// loader gathers what the files say, in their own spelling.
type loader struct {
	*Options
	models *models
	routes *focus.Routes

	metered  sums[reconcile.Metered]
	unpriced sums[reconcile.Unpriced]
	charges  sums[reconcile.Charge]
	// charged are the quantities that lines of a bill state, counts those of usage reports.
	charged, counts sums[reconcile.Count]
	sources         map[string]*source
	// countedBy has the accounts that usage reports are of.
	countedBy map[report]bool
	spans     map[spanned][]span

	rounded int
	// long counts rows of usage that span more than a day.
	long         map[focus.Dataset]int
	unknownLines map[string]bool
	warnings     []string
}

func newLoader(o *Options) *loader {
	providers := make([]string, len(o.Providers))
	for i, p := range o.Providers {
		providers[i] = pricing.CanonicalProvider(p)
	}
	o.Providers = providers
	return &loader{
		Options: o, models: newModels(o.Engine), routes: focus.BuiltinRoutes(),
		metered: sums[reconcile.Metered]{}, unpriced: sums[reconcile.Unpriced]{}, charges: sums[reconcile.Charge]{},
		charged: sums[reconcile.Count]{}, counts: sums[reconcile.Count]{}, sources: map[string]*source{},
		countedBy: map[report]bool{}, spans: map[spanned][]span{},
		long: map[focus.Dataset]int{}, unknownLines: map[string]bool{},
	}
}

func (l *loader) wantsProvider(provider string) bool {
	return len(l.Providers) == 0 || slices.Contains(l.Providers, provider)
}

func (l *loader) warnf(format string, args ...any) {
	l.warnings = append(l.warnings, fmt.Sprintf(format, args...))
}
