package books

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Call is a span with a verdict.
type Call struct {
	TraceID pcommon.TraceID
	SpanID  pcommon.SpanID
	Name    string
	// Attributes are the span's own; Resource those of its resource.
	Attributes, Resource map[string]any
	Lines                []Line
}

// Text returns a span attribute as text, "" if it has none of that key.
func (c Call) Text(key string) string {
	if value, ok := c.Attributes[key]; ok {
		return fmt.Sprint(value)
	}
	return ""
}

// Amount is what the call cost: the exact sum of its lines.
func (c Call) Amount() *big.Rat {
	sum := new(big.Rat)
	for _, line := range c.Lines {
		sum.Add(sum, line.Amount())
	}
	return sum
}

// Quantity is the sum of what the call used of the meters that match accepts.
func (c Call) Quantity(match func(meter string) bool) *big.Rat {
	sum := new(big.Rat)
	for _, line := range c.Lines {
		if match(line.Meter) {
			sum.Add(sum, line.Quantity)
		}
	}
	return sum
}

// Books are all calls that a collector gave a verdict on.
type Books []Call

// ReadFile reads what the file exporter wrote: one OTLP JSON document a line. A last line
// that is cut short, as SIGKILL leaves it, is not an error.
func ReadFile(path string) (Books, error) {
	file, err := os.Open(path) //nolint:gosec // the caller's own file
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

// FromTraces takes the calls of traces into new books.
func FromTraces(traces ptrace.Traces) (Books, error) { return Books(nil).append(traces) }

func (b Books) append(traces ptrace.Traces) (Books, error) {
	for _, resource := range traces.ResourceSpans().All() {
		attributes := resource.Resource().Attributes().AsRaw()
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				if _, judged := span.Attributes().Get("finops.cost.status"); !judged {
					continue
				}
				call := Call{
					TraceID: span.TraceID(), SpanID: span.SpanID(), Name: strings.Clone(span.Name()),
					Attributes: span.Attributes().AsRaw(), Resource: attributes,
				}
				var err error
				if call.Lines, err = ParseLines(call.Text("finops.cost.lines")); err != nil {
					return nil, fmt.Errorf("span %s (%s): %w", call.SpanID, call.Name, err)
				}
				b = append(b, call)
			}
		}
	}
	return b, nil
}

// Once keeps the first verdict on each span: a client that resent a batch has the collector
// export it twice, and a call is paid for once.
func (b Books) Once() Books {
	type id struct {
		trace pcommon.TraceID
		span  pcommon.SpanID
	}
	seen := make(map[id]bool, len(b))
	kept := make(Books, 0, len(b))
	for _, call := range b {
		key := id{call.TraceID, call.SpanID}
		if !seen[key] {
			seen[key] = true
			kept = append(kept, call)
		}
	}
	return kept
}

// Where keeps the calls that match.
func (b Books) Where(match func(Call) bool) Books {
	var kept Books
	for _, call := range b {
		if match(call) {
			kept = append(kept, call)
		}
	}
	return kept
}

// Cost is what all calls cost.
func (b Books) Cost() *big.Rat {
	sum := new(big.Rat)
	for _, call := range b {
		sum.Add(sum, call.Amount())
	}
	return sum
}

// Sums adds up what quantity says of each call, by key.
func (b Books) Sums(key func(Call) string, quantity func(Call) *big.Rat) map[string]*big.Rat {
	sums := map[string]*big.Rat{}
	for _, call := range b {
		k := key(call)
		if sums[k] == nil {
			sums[k] = new(big.Rat)
		}
		sums[k].Add(sums[k], quantity(call))
	}
	return sums
}

// Float returns the nearest double.
func Float(r *big.Rat) float64 {
	f, _ := r.Float64()
	return f
}
