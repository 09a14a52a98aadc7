package importer

import (
	"fmt"
	"sort"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// maxSize bounds a price list; the largest public one has 3 MB.
const maxSize = 64 << 20

type reader func(name string, data []byte) ([]pricing.File, Report, error)

var readers = map[string]reader{
	"litellm":      readLiteLLM,
	"genai_prices": readGenAIPrices,
	"models_dev":   readModelsDev,
}

// Formats lists the names that [Read] knows, sorted.
func Formats() []string {
	names := make([]string, 0, len(readers))
	for name := range readers {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Options say what a price list does not say itself.
type Options struct {
	// Date is the day on which the list stated its prices, YYYY-MM-DD. Price lists do not carry
	// one; without it prices name no source.
	Date string
}

// Read reads a price list of a named public format. The name, a path or an address, is
// for messages. The error is about the list as a whole; what is wrong with single entries
// is in the report, see [Report.Err].
func Read(format, name string, data []byte, opts Options) ([]pricing.File, Report, error) {
	read, ok := readers[format]
	if !ok {
		return nil, Report{}, fmt.Errorf("%s: unknown price list format %q: use one of %s",
			name, format, strings.Join(Formats(), ", "))
	}
	if len(data) > maxSize {
		return nil, Report{}, fmt.Errorf("%s: %d bytes: a price list may have at most %d", name, len(data), maxSize)
	}
	files, report, err := read(name, data)
	if err != nil {
		return nil, Report{}, err
	}
	report.Format, report.Name = format, name
	report.Providers = len(files)
	for i := range files {
		report.Models += len(files[i].Models)
		dateSources(&files[i], opts.Date)
	}
	return files, report, nil
}

// dateSources completes the sources of a file. A source is nothing without its date.
func dateSources(file *pricing.File, date string) {
	if date == "" {
		file.Sources = nil
		for i := range file.Models {
			for j := range file.Models[i].Prices {
				file.Models[i].Prices[j].Source = ""
			}
		}
		return
	}
	for key, source := range file.Sources {
		source.Date = date
		file.Sources[key] = source
	}
}
