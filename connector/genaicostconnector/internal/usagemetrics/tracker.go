package usagemetrics

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// StreamID identifies a stream: resource, scope, metric and attributes.
type StreamID [16]byte

// Point is one value of a stream. Times are in nanoseconds; a Start of 0 is unknown.
type Point struct {
	Start, Time uint64
	Value       money.Quantity
	// Delta says that Value is what came since the point before, not since Start.
	Delta bool
}

// Step is what a point turned out to be.
type Step uint8

const (
	// StepBilled is a point whose increase counts.
	StepBilled Step = iota
	// StepReset is one whose counter began again: what it has counted since counts.
	StepReset
	// StepSeeded is the first of its stream: what it has counted, and when, is not known.
	StepSeeded
	// StepReplayed is no newer than the last one.
	StepReplayed
)

// PageCount is the number of pages that the state is persisted in. A stream's page is the first byte of its
// ID, so that a change of few streams writes little.
const PageCount = 256

// MaxStreams bounds the streams that are remembered, at about 250 bytes each.
const MaxStreams = 1 << 16

// Tracker remembers the last point of each stream. Its methods but Lock, Unlock and Len need the lock,
// which is the caller's so that a stream's step and what is made of it can be one.
type Tracker struct {
	mu      sync.Mutex
	streams *simplelru.LRU[StreamID, *stream]
	pages   [PageCount]map[StreamID]*stream
	dirty   [PageCount]bool
	evicted int64
}

// stream is what is known of one stream: a run for each start time, because writers that should
// tell themselves apart by a resource attribute, and do not, take turns.
type stream struct {
	// watchedSince is when its first point was taken. A run that started since then has been watched
	// from its first token on.
	watchedSince uint64
	runs         []run
}

// run is the counting since one start.
type run struct {
	start, last uint64
	value       money.Quantity
}

// maxRuns bounds the runs of one stream.
const maxRuns = 16

// NewTracker returns a tracker of at most limit streams.
func NewTracker(limit int) *Tracker {
	t := &Tracker{}
	// It refuses only a size that is not positive.
	t.streams, _ = simplelru.NewLRU(max(limit, 1), t.forget)
	for i := range t.pages {
		t.pages[i] = map[StreamID]*stream{}
	}
	return t
}

// Lock keeps everybody else from the streams.
func (t *Tracker) Lock() { t.mu.Lock() }

// Unlock ends Lock.
func (t *Tracker) Unlock() { t.mu.Unlock() }

// forget is called for streams that leave, whatever the reason.
func (t *Tracker) forget(id StreamID, _ *stream) {
	delete(t.pages[id[0]], id)
	t.dirty[id[0]] = true
}

// Advance takes the next point of a stream and returns what it adds to the usage.
func (t *Tracker) Advance(id StreamID, p Point) (money.Quantity, Step) {
	s, known := t.streams.Get(id)
	if !known {
		s = &stream{watchedSince: p.Time}
		t.insert(id, s)
	}
	added, step := s.advance(p)
	if step != StepReplayed {
		t.dirty[id[0]] = true
	}
	return added, step
}

func (t *Tracker) insert(id StreamID, s *stream) {
	t.pages[id[0]][id] = s
	if t.streams.Add(id, s) {
		t.evicted++
	}
}

func (s *stream) advance(p Point) (money.Quantity, Step) {
	if p.Delta {
		// Every delta has a start of its own.
		p.Start = 0
	}
	for i := range s.runs {
		if s.runs[i].start == p.Start {
			return s.runs[i].advance(p)
		}
	}
	step := StepSeeded
	switch {
	case p.Delta:
		step = StepBilled
	case len(s.runs) > 0 && p.Start >= s.watchedSince:
		step = StepReset
	}
	s.add(run{start: p.Start, last: p.Time, value: p.Value})
	if step == StepSeeded {
		return money.Quantity{}, step
	}
	return p.Value, step
}

func (r *run) advance(p Point) (money.Quantity, Step) {
	if p.Time <= r.last {
		return money.Quantity{}, StepReplayed
	}
	r.last = p.Time
	if p.Delta {
		return p.Value, StepBilled
	}
	before := r.value
	r.value = p.Value
	if p.Value.Cmp(before) < 0 {
		return p.Value, StepReset
	}
	return p.Value.Sub(before), StepBilled
}

// add makes room by forgetting the run that was silent for longest. Should it speak again, it must
// not pass for one that was watched from its start.
func (s *stream) add(r run) {
	if len(s.runs) < maxRuns {
		s.runs = append(s.runs, r)
		return
	}
	oldest := 0
	for i := range s.runs {
		if s.runs[i].last < s.runs[oldest].last {
			oldest = i
		}
	}
	s.watchedSince = max(s.watchedSince, s.runs[oldest].start+1)
	s.runs[oldest] = r
}

// Len returns the number of streams.
func (t *Tracker) Len() int64 {
	t.Lock()
	defer t.Unlock()
	return int64(t.streams.Len())
}

// TakeEvicted returns how many streams were forgotten for newer ones since it was last called.
func (t *Tracker) TakeEvicted() int64 {
	n := t.evicted
	t.evicted = 0
	return n
}
