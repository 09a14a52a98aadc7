package genaicostconnector

import (
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/histogram"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
)

func isDefaultDimension(name string) bool {
	return slices.ContainsFunc(defaultDimensions, func(d record.Dimension) bool { return d.Name == name })
}

func defaultDimensionNames() []string {
	names := make([]string, 0, len(defaultDimensions))
	for _, d := range defaultDimensions {
		names = append(names, d.Name)
	}
	return names
}

// resolvedDimensions are the default dimensions less the excluded, then those that were added.
func (c *Config) resolvedDimensions() []record.Dimension {
	resolved := slices.DeleteFunc(slices.Clone(defaultDimensions), func(d record.Dimension) bool {
		return slices.Contains(c.ExcludeDimensions, d.Name)
	})
	for _, d := range c.Dimensions {
		i := slices.IndexFunc(resolved, func(r record.Dimension) bool { return r.Name == d.Name })
		if i >= 0 {
			resolved[i].Default = d.Default
			continue
		}
		resolved = append(resolved, record.Dimension{Name: d.Name, Default: d.Default})
	}
	return resolved
}

func (h *HistogramConfig) layout() histogram.Layout {
	switch {
	case h.Exponential.HasValue():
		return histogram.Exponential(h.Exponential.Get().MaxSize)
	case h.Explicit.HasValue():
		return histogram.Explicit(h.Explicit.Get().Buckets)
	default:
		return histogram.Explicit(defaultBuckets)
	}
}

// schema describes what persisted series depend on.
func (c *Config) schema() string {
	var names []string
	for _, d := range c.resolvedDimensions() {
		names = append(names, d.Name)
	}
	l := c.Histogram.layout()
	return fmt.Sprintf("dimensions=%s buckets=%v max_size=%d temporality=%s",
		strings.Join(names, ","), l.Bounds, l.MaxSize, c.Temporality)
}
