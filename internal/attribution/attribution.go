// Package attribution says whose money a call is: for every dimension (team, cost center) the
// first source that has a value wins, and what nothing claims is visibly unallocated.
//
// Sources on the resource are resolved once per resource; sources on the record itself are
// more specific and win over them. An [Attributor] is immutable and safe for concurrent use.
package attribution

import (
	"slices"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// Dimension is one question about a cost, and where its answer may stand.
type Dimension struct {
	// Name of the dimension; its attribute is "finops." + Name.
	Name string
	// Record and Resource are attribute keys of the span or log record, and of its
	// resource; within each list the first key that has a value wins.
	Record, Resource []string
}

// Attributor answers the dimensions for records.
type Attributor struct {
	dimensions []Dimension
	// byLength indexes the record keys by their length, so that a key of no interest
	// costs one array access.
	byLength [maxKeyLength + 1][]candidate
	// lengths has a bit for every length that has candidates.
	lengths uint64
}

// maxKeyLength bounds the record keys that are looked at; longer ones are refused by New's callers.
const maxKeyLength = 63

type candidate struct {
	key       string
	dimension int
	rank      int
}

// New returns an Attributor for the dimensions, in their order. Record keys longer than
// 63 bytes never match.
func New(dimensions []Dimension) *Attributor {
	a := &Attributor{dimensions: dimensions}
	for i, d := range dimensions {
		for rank, key := range d.Record {
			if len(key) <= maxKeyLength {
				a.byLength[len(key)] = append(a.byLength[len(key)], candidate{key, i, rank})
				a.lengths |= 1 << len(key)
			}
		}
	}
	return a
}

// Dimensions are the dimensions that the Attributor answers, in the order of its results.
func (a *Attributor) Dimensions() []Dimension { return a.dimensions }

// Index returns the place of the named dimension in results, and -1 if it is not answered.
func (a *Attributor) Index(name string) int {
	return slices.IndexFunc(a.dimensions, func(d Dimension) bool { return d.Name == name })
}

// Resource appends what the resource says for each dimension to dst; "" where it says nothing.
// The strings belong to attrs.
func (a *Attributor) Resource(attrs pcommon.Map, dst []string) []string {
	for _, d := range a.dimensions {
		dst = append(dst, firstValue(attrs, d.Resource))
	}
	return dst
}

func firstValue(attrs pcommon.Map, keys []string) string {
	for _, key := range keys {
		if v, ok := attrs.Get(key); ok {
			if s := text(v); s != "" {
				return s
			}
		}
	}
	return ""
}

// Answer collects the answers for one record. It is reused from record to record.
type Answer struct {
	// Values by dimension; "" means unallocated.
	Values []string
	ranks  []int
}

// Start begins a record of a resource that said the given values.
func (a *Attributor) Start(resource []string, ans *Answer) {
	ans.Values = append(ans.Values[:0], resource...)
	if cap(ans.ranks) < len(resource) {
		ans.ranks = make([]int, len(resource))
	}
	ans.ranks = ans.ranks[:len(resource)]
	for i := range ans.ranks {
		ans.ranks[i] = maxRank
	}
}

// maxRank is the rank of a value that came from the resource: any record key wins over it.
const maxRank = int(^uint(0) >> 1)

// Wants reports whether an attribute of that key could be an answer. It is small enough to be inlined
// into the loop over a record's attributes, nearly all of which end here.
func (a *Attributor) Wants(key string) bool { return a.lengths>>len(key)&1 != 0 }

// Offer shows one attribute of the record to the answer.
func (a *Attributor) Offer(key string, value pcommon.Value, ans *Answer) {
	if !a.Wants(key) {
		return
	}
	for _, c := range a.byLength[len(key)] {
		if c.key != key || c.rank >= ans.ranks[c.dimension] {
			continue
		}
		if s := text(value); s != "" {
			ans.Values[c.dimension], ans.ranks[c.dimension] = s, c.rank
		}
	}
}

// text is the value of a dimension: strings as they are, numbers in decimal, nothing else.
func text(v pcommon.Value) string {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return v.Str()
	case pcommon.ValueTypeInt:
		return strconv.FormatInt(v.Int(), 10)
	default:
		return ""
	}
}
