package dedup

import (
	"encoding/binary"
	"math"
	"sync"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
)

// Deduplicator remembers the records of model calls and judges new ones. It is safe for concurrent
// use; batches are judged one after the other.
type Deduplicator struct {
	cfg   Config
	now   func() time.Time
	epoch time.Time

	mu sync.Mutex
	store
	stats Stats
	// gateways is set once a gateway's record was seen; before, no look-ups for them are made.
	gateways bool
	// inexact is set once a record was seen whose usage is not to be compared; before, calls with usage are
	// looked for by their usage only.
	inexact bool
	// arrival is the time of the batch that is being judged.
	arrival uint32
	// batch is the first record of the batch that is being judged: verdicts from there on are not
	// given yet and may still change.
	batch seq
	// seqs has the record of each item of the batch, 0 where the item has none; keys has its hashes.
	seqs []seq
	keys []keys
	// inner, outer and silent are the calls of the batch by when they are judged: those with usage that
	// surround no other, those that do, those without usage.
	inner, outer, silent []seq
	// sink keeps the compiler from leaving out what warm reads.
	sink    seq
	pairing pairing
	scopes  scopes
}

// Stats counts what a Deduplicator did since it was made.
type Stats struct {
	// Remembered is the number of records in memory now.
	Remembered int64
	// Expired records were older than the window; Evicted ones had to make room before that.
	Expired, Evicted int64
	// Late counts duplicates that told of more tokens than the record that had been counted before
	// them, and LateTokens the difference.
	Late, LateTokens int64
	// Truncated counts searches for siblings that were given up because too many records were alike.
	Truncated int64
}

// New returns a Deduplicator that reads the time of arrival from now.
func New(cfg Config, now func() time.Time) *Deduplicator {
	return &Deduplicator{cfg: cfg, now: now, epoch: now(), store: newStore(cfg.MaxSpans)}
}

// Stats returns the counts.
func (d *Deduplicator) Stats() Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.stats
	s.Remembered = int64(d.len())
	return s
}

// Resolve judges a batch and writes the verdict on items[i] to verdicts[i]. All items of one batch should be
// given at once: the innermost span of a call can only win over what has not been judged before it.
func (d *Deduplicator) Resolve(items []Item, verdicts []Verdict) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.expire()
	for len(items) > 0 {
		// A batch that does not fit into memory is judged in parts that do.
		n := min(len(items), d.cfg.MaxSpans/2)
		d.makeRoom(n)
		d.resolve(items[:n], verdicts[:n])
		items, verdicts = items[n:], verdicts[n:]
	}
}

func (d *Deduplicator) resolve(items []Item, verdicts []Verdict) {
	d.batch = d.next
	d.seqs = d.seqs[:0]
	d.warm(items)
	for i := range items {
		d.seqs = append(d.seqs, d.admit(&items[i], &d.keys[i]))
	}
	d.climb()
	d.judge()
	for i, n := range d.seqs {
		if n == 0 {
			verdicts[i] = withoutIdentity(&items[i])
		} else {
			verdicts[i] = d.at(n).verdict
		}
	}
}

// withoutIdentity is the verdict on an item that nothing is remembered of.
func withoutIdentity(it *Item) Verdict {
	switch {
	case it.OtherSignal && it.Role != genai.RoleNone:
		return DuplicateSignal
	case it.Role == genai.RoleAggregate || it.Role == genai.RoleOther:
		return Aggregate
	default:
		return Count
	}
}

// admit returns the record of an item: the one there is when the item came before, a new one otherwise,
// and 0 for items that need none. Tool executions are not remembered: what runs inside a tool is no part of the
// call that surrounds it, so the chain of ancestors ends there.
func (d *Deduplicator) admit(it *Item, k *keys) seq {
	if it.OtherSignal || it.Role == genai.RoleNone || it.Role == genai.RoleOther || it.Span == [8]byte{} {
		return 0
	}
	span := binary.BigEndian.Uint64(it.Span[:])
	if n := d.findAt(k.self, k.trace, span); n != 0 {
		return n
	}
	n, r := d.add()
	r.trace, r.span, r.parent = k.trace, span, binary.BigEndian.Uint64(it.Parent[:])
	r.role, r.arrived = it.Role, d.arrival
	r.start, r.end = it.Start, max(it.Start, it.End)
	r.process, r.scope, r.model, r.response = uint32(it.Process), uint32(it.Scope), uint32(it.Model), it.Response
	r.input, r.uncached, r.output = saturate(it.Input), saturate(it.Uncached), saturate(it.Output)
	r.setFlags(it)
	d.inexact = d.inexact || r.is(inexact)
	r.cover = d.coverOf(r, k)
	d.index(n, r, k)
	if !r.isCall() {
		r.verdict = Aggregate
		r.flags |= judged
	}
	if r.isCall() && r.is(gateway) && d.cfg.Gateways == GatewaysCaller {
		// It never counts, so nothing may give way to it.
		r.role, r.verdict = genai.RoleOther, DuplicateGateway
		r.flags |= judged
	}
	return n
}

func (r *record) setFlags(it *Item) {
	if it.HasUsage {
		r.flags |= hasUsage
	}
	if it.Inexact && it.HasUsage {
		r.flags |= inexact
	}
	if it.Failed {
		r.flags |= failed
	}
	if it.Gateway {
		r.flags |= gateway
	}
}

// judge gives a verdict to every call of the batch, from the inside out.
func (d *Deduplicator) judge() {
	d.sort()
	for _, n := range d.inner {
		d.judgeInner(n, d.at(n))
	}
	for _, n := range d.outer {
		d.judgeOuter(n, d.at(n))
	}
	for _, n := range d.silent {
		d.judgeSilent(n, d.at(n))
	}
}

// sort deals the calls of the batch into the lists by when they are judged.
func (d *Deduplicator) sort() {
	d.inner, d.outer, d.silent = d.inner[:0], d.outer[:0], d.silent[:0]
	for n := d.batch; n != d.next; n++ {
		if n == 0 {
			continue
		}
		switch r := d.at(n); {
		case r.is(judged):
		case !r.is(hasUsage):
			d.silent = append(d.silent, n)
		case r.covered():
			d.outer = append(d.outer, n)
		default:
			d.inner = append(d.inner, n)
		}
	}
}

// expire forgets what is older than the window.
func (d *Deduplicator) expire() {
	now := uint32(max(0, d.now().Sub(d.epoch)/time.Second))
	d.arrival = now
	window := uint32(d.cfg.Window / time.Second)
	for d.len() > 0 && d.oldestArrived()+window < now {
		d.forget()
		d.stats.Expired++
	}
}

// oldestArrived is when the oldest record came. The place of number 0 is empty and goes first.
func (d *Deduplicator) oldestArrived() uint32 {
	if d.oldest == 0 {
		return 0
	}
	return d.at(d.oldest).arrived
}

// makeRoom forgets what n more records leave no room for.
func (d *Deduplicator) makeRoom(n int) {
	for d.len() > d.cfg.MaxSpans-n {
		d.forget()
		d.stats.Evicted++
	}
}

func saturate(n int64) uint32 { return uint32(min(max(n, 0), math.MaxUint32)) }
