package ledger

import "slices"

// reasons lists, for every status, the reasons that go with it.
var reasons = map[Status][]Reason{
	StatusPriced:    {""},
	StatusFree:      {ReasonZeroPrice, ReasonGatewayCache},
	StatusUnpriced:  {ReasonUnknownModel, ReasonNoModel, ReasonNoUsage, ReasonNoRate, ReasonCurrency, ReasonInvalidUsage},
	StatusNotBilled: {ReasonError},
	StatusDuplicate: {ReasonAncestor, ReasonResponseID, ReasonSibling, ReasonGateway, ReasonSignal},
	StatusAggregate: {ReasonAgent, ReasonWorkflow, ReasonTool, ReasonOperation},
}

// Valid reports whether s is one of the six verdicts.
func (s Status) Valid() bool {
	_, ok := reasons[s]
	return ok
}

// HasAmount reports whether calls of this status carry an amount, a currency and a confidence.
func (s Status) HasAmount() bool { return s == StatusPriced || s == StatusFree }

// Reasons returns the reasons that go with s, in the order of the documentation. The caller must not
// change the slice.
func (s Status) Reasons() []Reason { return reasons[s] }

// Valid reports whether c is one of the four confidences.
func (c Confidence) Valid() bool {
	switch c {
	case ConfidenceExact, ConfidenceUpperBound, ConfidenceLowerBound, ConfidenceEstimated:
		return true
	default:
		return false
	}
}

// Valid reports whether s is the catalog or one of the sources of finops.cost.source.
func (s CostSource) Valid() bool {
	switch s {
	case SourceCatalog, SourceOverride, SourceAgreement, SourceCommitment, SourceReported:
		return true
	default:
		return false
	}
}

// Valid reports whether r goes with status s.
func (r Reason) Valid(s Status) bool { return slices.Contains(reasons[s], r) }
