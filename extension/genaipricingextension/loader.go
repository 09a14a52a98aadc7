package genaipricingextension

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// outcome is what came of an attempt to load a source.
type outcome string

const (
	outcomeLoaded      outcome = "loaded"
	outcomeUnchanged   outcome = "unchanged"
	outcomeRefused     outcome = "refused"
	outcomeUnreachable outcome = "unreachable"
)

// slot is one source: the content in use and, while that cannot be put to use, newer content.
type slot struct {
	name string
	// parse checks content by itself.
	parse func(data []byte) (any, error)
	// path is set for files, which the loader reads by itself.
	path string
	// optional is set for endpoints: a start does without them.
	optional bool
	// accepted is called with content that has just been put to use; it may be nil.
	accepted func(context.Context, *content)

	inUse  part
	newest part
}

// part is content and what it was parsed to.
type part struct {
	content *content
	parsed  any
}

func (p part) is(sum [sha256.Size]byte) bool { return p.content != nil && p.content.sum == sum }

// current reports whether the newest content is the one in use.
func (s *slot) current() bool { return s.inUse.content != nil && s.newest.content == s.inUse.content }

// loader holds the last content of every source that worked, and builds the whole anew when one
// changes. Content that is wrong by itself, or does not go together with the rest, leaves everything as it was.
type loader struct {
	mu    sync.Mutex
	slots []*slot
	// build makes a whole of all parts and installs it; when it fails nothing has changed.
	build func(parts []any) error
	// report is told about every attempt. It is called with the lock held.
	report func(context.Context, *slot, outcome, error)
}

// errIncomplete is the reason of a start that is refused.
var errIncomplete = errors.New("prices cannot be loaded")

// start reads all files and builds. Any failure is an error, but for the kept copies of endpoints, without
// which a start must do as well. Slots that are neither given nor files stay empty until content
// is offered.
func (l *loader) start(ctx context.Context, given map[*slot]*content) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	var fresh []*slot
	for _, s := range l.slots {
		c, err := given[s], error(nil)
		if s.path != "" {
			c, err = readFile(s.path)
		}
		if err == nil && c != nil {
			err = s.take(c)
			fresh = append(fresh, s)
		}
		if err != nil && s.optional {
			l.report(ctx, s, outcomeRefused, err)
		} else {
			errs = append(errs, err)
		}
	}
	if errors.Join(errs...) == nil {
		errs = append(errs, l.startWith(ctx, fresh))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%w: %w", errIncomplete, err)
	}
	return nil
}

// startWith builds from the fresh slots, and if that fails from those that are not optional.
func (l *loader) startWith(ctx context.Context, fresh []*slot) error {
	err := l.rebuild(ctx, fresh)
	if err == nil {
		return nil
	}
	required := slices.DeleteFunc(slices.Clone(fresh), func(s *slot) bool { return s.optional })
	if len(required) == len(fresh) || l.rebuild(ctx, required) != nil {
		return err
	}
	for _, s := range fresh {
		if s.optional {
			l.report(ctx, s, outcomeRefused, err)
		}
	}
	return nil
}

// take parses content into the newest part; content that does not parse leaves a part that
// cannot be used, so that it is not parsed again.
func (s *slot) take(c *content) error {
	parsed, err := s.parse(c.data)
	s.newest = part{content: c, parsed: parsed}
	if err != nil {
		s.newest.parsed = nil
	}
	return err
}

// readFiles looks at every file and puts what has changed to use.
func (l *loader) readFiles(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var fresh []*slot
	for _, s := range l.slots {
		if s.path == "" {
			continue
		}
		c, err := readFile(s.path)
		if err != nil {
			l.report(ctx, s, outcomeUnreachable, err)
			continue
		}
		if l.consider(ctx, s, c) {
			fresh = append(fresh, s)
		}
	}
	l.tryRebuild(ctx, fresh)
}

// offer takes the content of an endpoint; nil content confirms the last.
func (l *loader) offer(ctx context.Context, s *slot, c *content) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c == nil || s.newest.is(c.sum) {
		l.confirm(ctx, s)
		return
	}
	if l.consider(ctx, s, c) {
		l.tryRebuild(ctx, []*slot{s})
	}
}

// confirm notes that an endpoint still holds what it gave last, good or bad.
func (l *loader) confirm(ctx context.Context, s *slot) {
	if !s.current() {
		l.report(ctx, s, outcomeRefused, nil)
		return
	}
	s.inUse.content.at = time.Now()
	l.report(ctx, s, outcomeUnchanged, nil)
}

// unreachable notes that a source gave nothing.
func (l *loader) unreachable(ctx context.Context, s *slot, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.report(ctx, s, outcomeUnreachable, err)
}

// consider reports whether content is new and sound by itself.
func (l *loader) consider(ctx context.Context, s *slot, c *content) bool {
	if s.newest.is(c.sum) {
		return false
	}
	if s.inUse.is(c.sum) {
		// A refused version was taken back.
		s.newest = s.inUse
		l.report(ctx, s, outcomeLoaded, nil)
		return false
	}
	if err := s.take(c); err != nil {
		l.report(ctx, s, outcomeRefused, err)
		return false
	}
	return true
}

func (l *loader) tryRebuild(ctx context.Context, fresh []*slot) {
	if len(fresh) == 0 {
		return
	}
	if err := l.rebuild(ctx, fresh); err != nil {
		for _, s := range fresh {
			l.report(ctx, s, outcomeRefused, err)
		}
	}
}

// rebuild puts the fresh slots to use, together with sound content that was refused before
// because of what it was to go with: two files that only make sense together may change one after
// the other. When that fails, the fresh ones are tried without it.
func (l *loader) rebuild(ctx context.Context, fresh []*slot) error {
	waiting := l.waiting()
	err := l.build(l.parts(waiting))
	if err == nil {
		l.commit(ctx, waiting)
		return nil
	}
	if len(waiting) == len(fresh) {
		return err
	}
	if err := l.build(l.parts(fresh)); err != nil {
		return err
	}
	l.commit(ctx, fresh)
	return nil
}

// waiting are the slots whose newest content is sound but not in use.
func (l *loader) waiting() []*slot {
	var slots []*slot
	for _, s := range l.slots {
		if s.newest.parsed != nil && !s.current() {
			slots = append(slots, s)
		}
	}
	return slots
}

// parts are what is in use, with the newest content of some slots in its place.
func (l *loader) parts(newest []*slot) []any {
	parts := make([]any, len(l.slots))
	for i, s := range l.slots {
		parts[i] = s.inUse.parsed
		for _, n := range newest {
			if n == s {
				parts[i] = s.newest.parsed
			}
		}
	}
	return parts
}

func (l *loader) commit(ctx context.Context, slots []*slot) {
	for _, s := range slots {
		s.inUse = s.newest
		l.report(ctx, s, outcomeLoaded, nil)
		if s.accepted != nil {
			s.accepted(ctx, s.inUse.content)
		}
		// Only the checksum is needed from here on.
		s.inUse.content.data = nil
	}
}

// each visits the slots with the lock held.
func (l *loader) each(visit func(*slot)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.slots {
		visit(s)
	}
}
