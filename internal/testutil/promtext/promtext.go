// Package promtext reads the text page of a Prometheus exporter, as much of the format as
// checking our own metrics takes.
package promtext

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Sample is one line of the page.
type Sample struct {
	Name   string
	Labels map[string]string
	Value  float64
}

// Page is what one scrape returned.
type Page []Sample

// Fetch scrapes url once.
func Fetch(ctx context.Context, url string) (Page, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("scrape %s: %s", url, response.Status)
	}
	return Parse(response.Body)
}

// Parse reads a page; comments are skipped.
func Parse(r io.Reader) (Page, error) {
	var page Page
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<22)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		sample, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		page = append(page, sample)
	}
	return page, lines.Err()
}

func parseLine(line string) (Sample, error) {
	end := strings.IndexAny(line, "{ ")
	if end < 0 {
		return Sample{}, fmt.Errorf("%q has no value", line)
	}
	sample := Sample{Name: line[:end], Labels: map[string]string{}}
	rest := line[end:]
	if rest[0] == '{' {
		var err error
		if rest, err = parseLabels(rest[1:], sample.Labels); err != nil {
			return Sample{}, fmt.Errorf("%q: %w", line, err)
		}
	}
	// A timestamp or an exemplar may follow the value.
	value, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	var err error
	sample.Value, err = strconv.ParseFloat(value, 64)
	return sample, err
}

var errLabels = errors.New("malformed labels")

// parseLabels reads name="value" pairs up to the closing brace and returns what follows it.
func parseLabels(rest string, into map[string]string) (string, error) {
	for {
		rest = strings.TrimLeft(rest, ", ")
		if after, closed := strings.CutPrefix(rest, "}"); closed {
			return after, nil
		}
		name, after, found := strings.Cut(rest, "=")
		if !found {
			return "", errLabels
		}
		quoted, err := strconv.QuotedPrefix(after)
		if err != nil {
			return "", errLabels
		}
		value, err := strconv.Unquote(quoted)
		if err != nil {
			return "", errLabels
		}
		into[name] = value
		rest = after[len(quoted):]
	}
}

// Sum adds up the samples of that name that match keeps.
func (p Page) Sum(name string, keep func(labels map[string]string) bool) float64 {
	var sum float64
	for _, sample := range p {
		if sample.Name == name && (keep == nil || keep(sample.Labels)) {
			sum += sample.Value
		}
	}
	return sum
}
