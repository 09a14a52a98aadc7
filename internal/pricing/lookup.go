package pricing

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// The look-up cache holds lookupSets x lookupWays resolved pairs of provider and model, unknown ones too.
const (
	lookupSets = 4096
	lookupWays = 4
)

// lookupCache maps (provider, model) as telemetry spells them to what they mean. Reading takes no lock
// and makes no garbage; a set that is full replaces one of its own, so that the cache is bounded
// and names made up by somebody push out only their like.
type lookupCache struct {
	seed  maphash.Seed
	slots []atomic.Pointer[lookup]

	misses    atomic.Uint64
	evictions atomic.Uint64
}

// lookup is one resolved pair.
type lookup struct {
	provider, model string
	resolution
	// offer is nil when the model is unknown.
	offer *offer
}

func newLookupCache() *lookupCache {
	return &lookupCache{seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[lookup], lookupSets*lookupWays)}
}

// set returns the slots that a pair can be in.
func (c *lookupCache) set(provider, model string) (set []atomic.Pointer[lookup], h uint64) {
	h = maphash.String(c.seed, model) ^ maphash.String(c.seed, provider)*0x9e3779b97f4a7c15
	at := h % lookupSets * lookupWays
	return c.slots[at : at+lookupWays], h
}

func (c *lookupCache) get(provider, model string) *lookup {
	set, _ := c.set(provider, model)
	for i := range set {
		if l := set[i].Load(); l != nil && l.model == model && l.provider == provider {
			return l
		}
	}
	return nil
}

func (c *lookupCache) put(l *lookup) {
	c.misses.Add(1)
	l.provider, l.model = strings.Clone(l.provider), strings.Clone(l.model)
	set, h := c.set(l.provider, l.model)
	for i := range set {
		if set[i].CompareAndSwap(nil, l) {
			return
		}
	}
	c.evictions.Add(1)
	set[(h>>32)%lookupWays].Store(l)
}

func (c *lookupCache) clear() {
	for i := range c.slots {
		c.slots[i].Store(nil)
	}
}
