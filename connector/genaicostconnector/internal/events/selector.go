// Package events picks the calls of an interval that somebody should hear of, because they cost more than a
// threshold or more than nearly all others, and makes log records of them.
//
// Of a call it keeps what an allow-list names, and only once the call is picked.
package events

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Reason says why there is an event of a call.
type Reason string

const (
	// ReasonThreshold is that the call cost more than the threshold.
	ReasonThreshold Reason = "threshold"
	// ReasonTop is that it was among the dearest of the interval.
	ReasonTop Reason = "top"
)

// Settings say which calls are picked.
type Settings struct {
	// Threshold is what a call must cost more than; only with HasThreshold.
	Threshold    money.Amount
	HasThreshold bool
	// Top is how many of the dearest calls of an interval are picked.
	Top int
	// Limit is the most calls of an interval that are picked.
	Limit int
	// Record and Resource read what an event says of its call.
	Record, Resource *record.Reader
}

// Call is a call that was picked.
type Call struct {
	TraceID  pcommon.TraceID
	SpanID   pcommon.SpanID
	Time     pcommon.Timestamp
	Cost     money.Amount
	Currency string
	Reason   Reason
	// Attributes and Resource hold what the allow-lists name.
	Attributes, Resource pcommon.Map
}

// Selector picks calls. It is safe for concurrent use.
type Selector struct {
	Settings

	mu sync.Mutex
	// above are the calls beyond the threshold, below the dearest of the others.
	above, below ranking
	suppressed   int64
}

// NewSelector returns a selector at the begin of an interval.
func NewSelector(s Settings) *Selector {
	return &Selector{
		Settings: s,
		above:    ranking{limit: s.Limit},
		below:    ranking{limit: min(s.Top, s.Limit)},
	}
}

// Offer picks among the records of b, which have been accounted. The batch must keep sources.
func (s *Selector) Offer(b *record.Batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range b.Records {
		if r := &b.Records[i]; r.Cost.Sign() > 0 && isCall(r) {
			s.offer(b, i)
		}
	}
}

// isCall leaves out what was there before, parts of a call, and sums of many.
func isCall(r *record.Record) bool {
	return !r.Replayed && !r.Interval && r.Portion != record.PortionCost
}

func (s *Selector) offer(b *record.Batch, i int) {
	r := &b.Records[i]
	reason, in := ReasonTop, &s.below
	if s.HasThreshold && r.Cost.Cmp(s.Threshold) > 0 {
		reason, in = ReasonThreshold, &s.above
	}
	c := Call{TraceID: r.TraceID, SpanID: r.SpanID, Time: r.Time, Cost: r.Cost, Reason: reason}
	if !in.wants(&c) {
		s.suppress(reason, 1)
		return
	}
	s.describe(&c, b, i)
	s.suppress(reason, in.add(c))
}

// describe fills in what only a call that was picked has.
func (s *Selector) describe(c *Call, b *record.Batch, i int) {
	c.Currency = strings.Clone(b.Records[i].Currency)
	c.Attributes, c.Resource = pcommon.NewMap(), pcommon.NewMap()
	attrs, resource := b.Source(i)
	s.Record.Describe(attrs, resource, c.Attributes)
	s.Resource.Describe(attrs, resource, c.Resource)
}

// suppress counts calls that the limit leaves out. Not to be among the dearest is no suppression.
func (s *Selector) suppress(reason Reason, n int) {
	if reason == ReasonThreshold {
		s.suppressed += int64(n)
	}
}

// Take ends the interval and returns its calls, the dearest first, and how many more there would have been
// but for the limit.
func (s *Selector) Take() (calls []*Call, suppressed int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls = s.above.calls
	// Every call above the threshold is dearer than all below it, and so among the top before them.
	if room := s.Top - len(calls); room > 0 {
		calls = append(calls, s.below.calls[:min(room, len(s.below.calls))]...)
	}
	suppressed = s.suppressed
	s.above.calls, s.below.calls, s.suppressed = nil, nil, 0
	return calls, suppressed
}

// IsEmpty reports whether the interval has no calls yet.
func (s *Selector) IsEmpty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.above.calls) == 0 && len(s.below.calls) == 0
}

// ranking holds the dearest calls, in that order. Calls of the same cost are ordered by their IDs, so that
// the choice does not depend on who came first.
type ranking struct {
	limit int
	calls []*Call
}

// wants reports whether c is among the dearest so far.
func (r *ranking) wants(c *Call) bool {
	n := len(r.calls)
	return n < r.limit || n > 0 && dearer(c, r.calls[n-1]) < 0
}

// add puts c in its place and returns how many calls have lost theirs.
func (r *ranking) add(c Call) (dropped int) {
	at, _ := slices.BinarySearchFunc(r.calls, &c, dearer)
	r.calls = slices.Insert(r.calls, at, &c)
	if len(r.calls) <= r.limit {
		return 0
	}
	r.calls = r.calls[:r.limit]
	return 1
}

func dearer(a, b *Call) int {
	return cmp.Or(
		b.Cost.Cmp(a.Cost),
		bytes.Compare(a.TraceID[:], b.TraceID[:]),
		bytes.Compare(a.SpanID[:], b.SpanID[:]),
		cmp.Compare(a.Time, b.Time),
	)
}
