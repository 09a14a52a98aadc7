package books

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Span is a span as the collector exported it.
type Span struct {
	TraceID pcommon.TraceID
	SpanID  pcommon.SpanID
	Name    string
	// Attributes are the span's own; Resource those of its resource.
	Attributes, Resource map[string]any
	// Lines are what it cost; none unless it was priced.
	Lines []Line
}

// Status is the verdict on the span, "" for one that is no model call.
func (s Span) Status() string { return s.Text("finops.cost.status") }

// Text returns a span attribute as text, "" if it has none of that key.
func (s Span) Text(key string) string {
	if value, ok := s.Attributes[key]; ok {
		return fmt.Sprint(value)
	}
	return ""
}

// Amount is what the span cost: the exact sum of its lines.
func (s Span) Amount() *big.Rat {
	sum := new(big.Rat)
	for _, line := range s.Lines {
		sum.Add(sum, line.Amount())
	}
	return sum
}

// Quantity is the sum of what the span used of the meters that match accepts.
func (s Span) Quantity(match func(meter string) bool) *big.Rat {
	sum := new(big.Rat)
	for _, line := range s.Lines {
		if match(line.Meter) {
			sum.Add(sum, line.Quantity)
		}
	}
	return sum
}

// Books are all spans that a collector exported.
type Books []Span

// ReadFile reads what the file exporter wrote: one OTLP JSON document a line. A last line
// that is cut short, as SIGKILL leaves it, is not an error.
func ReadFile(path string) (Books, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return Read(file)
}

// Read is [ReadFile] on a reader.
func Read(r io.Reader) (Books, error) {
	var books Books
	in := bufio.NewReader(r)
	for number := 1; ; number++ {
		document, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return books, nil
		}
		if err != nil {
			return nil, err
		}
		traces, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(bytes.TrimSpace(document))
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", number, err)
		}
		if books, err = books.append(traces); err != nil {
			return nil, fmt.Errorf("document %d: %w", number, err)
		}
	}
}

// FromTraces takes the spans of traces into new books.
func FromTraces(traces ptrace.Traces) (Books, error) { return Books(nil).append(traces) }

func (b Books) append(traces ptrace.Traces) (Books, error) {
	for _, resource := range traces.ResourceSpans().All() {
		attributes := resource.Resource().Attributes().AsRaw()
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				entry := Span{
					TraceID: span.TraceID(), SpanID: span.SpanID(), Name: span.Name(),
					Attributes: span.Attributes().AsRaw(), Resource: attributes,
				}
				var err error
				if entry.Lines, err = ParseLines(entry.Text("finops.cost.lines")); err != nil {
					return nil, fmt.Errorf("span %s (%s): %w", entry.SpanID, entry.Name, err)
				}
				b = append(b, entry)
			}
		}
	}
	return b, nil
}

// Judged keeps the spans that got a verdict.
func (b Books) Judged() Books { return b.Where(func(s Span) bool { return s.Status() != "" }) }

// Once keeps the first verdict on each span: a client that resent a batch has the collector
// export it twice, and a call is paid for once.
func (b Books) Once() Books {
	type id struct {
		trace pcommon.TraceID
		span  pcommon.SpanID
	}
	seen := make(map[id]bool, len(b))
	kept := make(Books, 0, len(b))
	for _, span := range b {
		key := id{span.TraceID, span.SpanID}
		if !seen[key] {
			seen[key] = true
			kept = append(kept, span)
		}
	}
	return kept
}

// Where keeps the spans that match.
func (b Books) Where(match func(Span) bool) Books {
	var kept Books
	for _, span := range b {
		if match(span) {
			kept = append(kept, span)
		}
	}
	return kept
}

// Cost is what all spans cost.
func (b Books) Cost() *big.Rat {
	sum := new(big.Rat)
	for _, span := range b {
		sum.Add(sum, span.Amount())
	}
	return sum
}

// Sums adds up what quantity says of each span, by key.
func (b Books) Sums(key func(Span) string, quantity func(Span) *big.Rat) map[string]*big.Rat {
	sums := map[string]*big.Rat{}
	for _, span := range b {
		k := key(span)
		if sums[k] == nil {
			sums[k] = new(big.Rat)
		}
		sums[k].Add(sums[k], quantity(span))
	}
	return sums
}

// Float returns the nearest double.
func Float(r *big.Rat) float64 {
	f, _ := r.Float64()
	return f
}
