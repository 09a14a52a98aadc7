package series

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/histogram"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Phase is how far a cumulative series has been told downstream.
type Phase uint8

const (
	// PhaseNew is a series of which nothing was sent yet. The first point is a zero.
	PhaseNew Phase = iota
	// PhaseOwed is one whose zero was sent and refused by someone. It is sent again, along with the value.
	PhaseOwed
	// PhaseLive is one whose zero has arrived; the value follows.
	PhaseLive
)

// Cell is the state of one series: L says which of its group's series it is, V what it has
// counted.
type Cell[L, V any] struct {
	Label L
	Value V
	// Start is when the series began, before its first value.
	Start pcommon.Timestamp
	// seen is when it last changed, by arrival time.
	seen pcommon.Timestamp
	// phase belongs to the flusher alone; everything else to the holder of the store's lock.
	phase Phase
}

// Kind is a kind of savings.
type Kind uint8

// The kinds in the order in which they are valued.
const (
	KindServiceTier Kind = iota
	KindCache
	KindAgreement

	kinds = int(KindAgreement) + 1
)

// String returns the value of finops.savings.kind.
func (k Kind) String() string {
	return [kinds]string{ledger.SavingsServiceTier, ledger.SavingsCache, ledger.SavingsAgreement}[k]
}

// Request labels a count of requests.
type Request struct {
	Status            ledger.Status
	Reason, ErrorType string
}

// bounded leaves only what there are few of.
func (r Request) bounded() Request {
	r.ErrorType = ""
	if r.Reason != record.ReasonMalformed && !ledger.Reason(r.Reason).Valid(r.Status) {
		r.Reason = ""
	}
	return r
}

// canonical returns a label that can be kept and that every backend accepts.
func (r Request) canonical() Request {
	r.Reason = strings.Clone(record.CanonicalString(r.Reason))
	r.ErrorType = strings.Clone(record.CanonicalString(r.ErrorType))
	return r
}

// Cost is what a meter cost, and what it would have at list price.
type Cost struct{ Effective, List money.Amount }

// Spread is a distribution of costs, with examples of the calls that it is made of.
type Spread struct {
	histogram.Distribution
	Exemplars []Exemplar
}

// The kinds of series.
type (
	// UsageCell counts how much of a meter was used.
	UsageCell = Cell[meter.Meter, money.Quantity]
	// CostCell adds up what a meter cost.
	CostCell = Cell[meter.Meter, Cost]
	// SavingCell adds up savings of one kind.
	SavingCell = Cell[Kind, money.Amount]
	// RequestCell counts requests.
	RequestCell = Cell[Request, uint64]
	// SpreadCell distributes requests by their cost.
	SpreadCell = Cell[struct{}, Spread]
)

// Exemplar is one call that a distribution has counted.
type Exemplar struct {
	TraceID pcommon.TraceID
	SpanID  pcommon.SpanID
	Time    pcommon.Timestamp
	Cost    money.Amount
	bucket  int
}

// keep adds an exemplar to at most limit of them. When they are full it takes the place of one in the
// same bucket, so that the newest call of each is at hand, or else of the cheapest: the
// call that someone will ask about is the dear one.
func keep(exemplars []Exemplar, e Exemplar, limit int) []Exemplar {
	if len(exemplars) < limit {
		return append(exemplars, e)
	}
	cheapest := 0
	for i := range exemplars {
		if exemplars[i].bucket == e.bucket {
			exemplars[i] = e
			return exemplars
		}
		if exemplars[i].Cost.Cmp(exemplars[cheapest].Cost) < 0 {
			cheapest = i
		}
	}
	if exemplars[cheapest].Cost.Cmp(e.Cost) < 0 {
		exemplars[cheapest] = e
	}
	return exemplars
}
