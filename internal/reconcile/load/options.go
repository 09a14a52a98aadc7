package load

import (
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// Options say what is compared.
type Options struct {
	// Root is the directory or URL that has the datasets below it.
	Root string
	// Stores are where a dataset lies instead: directories, files, URLs of buckets.
	Stores map[focus.Dataset][]string
	// First and Last are UTC days, zero for all that there are.
	First, Last time.Time
	// Providers and Accounts, when there are any, are the only ones that are compared.
	Providers, Accounts []string
	// Settle is how long after its end a day's report must have been read for the day to be final.
	Settle time.Duration
	// Now tells which days are final where a bill does not say when it was read.
	Now time.Time
	// Engine knows the models and what they cost.
	Engine *pricing.Engine
	// ExchangeRates convert metered amounts into the currency of the bill; it may be nil.
	ExchangeRates *pricing.ExchangeRates
}

// place is where a dataset is looked for.
type place struct {
	target string
	// named is set when the user named it, and it must be there.
	named bool
}

func (o *Options) places(d focus.Dataset) []place {
	var places []place
	for _, target := range o.Stores[d] {
		places = append(places, place{target, true})
	}
	if len(places) == 0 && o.Root != "" {
		places = append(places, place{Below(o.Root, d), false})
	}
	return places
}

// Below returns where a dataset lies below a root: in its directory, before the query of a URL.
func Below(root string, d focus.Dataset) string {
	path, query := root, ""
	if strings.Contains(root, "://") {
		if i := strings.IndexByte(root, '?'); i >= 0 {
			path, query = root[:i], root[i:]
		}
	}
	return strings.TrimRight(path, "/") + "/" + d.String() + query
}

// wants reports whether a day is compared.
func (o *Options) wants(day time.Time) bool {
	return (o.First.IsZero() || !day.Before(o.First)) && (o.Last.IsZero() || !day.After(o.Last))
}

// dayOf returns the first instant of the UTC day of t.
func dayOf(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
