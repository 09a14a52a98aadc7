package ledger

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestValues(t *testing.T) {
	for _, s := range []Status{StatusPriced, StatusFree, StatusUnpriced, StatusNotBilled, StatusDuplicate, StatusAggregate} {
		assert.True(t, s.Valid(), s)
		assert.NotEmpty(t, s.Reasons(), s)
		for _, r := range s.Reasons() {
			assert.True(t, r.Valid(s), "%s %s", s, r)
			assert.Equal(t, s == StatusPriced, r == "", "priced needs no reason, all others do")
		}
	}
	assert.False(t, Status("").Valid())
	assert.False(t, Status("Priced").Valid())
	assert.False(t, ReasonNoRate.Valid(StatusFree))
	assert.False(t, Reason("whatever").Valid(StatusUnpriced))

	for _, c := range []Confidence{ConfidenceExact, ConfidenceUpperBound, ConfidenceLowerBound, ConfidenceEstimated} {
		assert.True(t, c.Valid(), c)
	}
	assert.False(t, Confidence("").Valid())

	for _, s := range []CostSource{SourceCatalog, SourceOverride, SourceAgreement, SourceCommitment, SourceReported} {
		assert.True(t, s.Valid(), s)
	}
	assert.False(t, CostSource("invoice").Valid())
}

func TestHasAmount(t *testing.T) {
	var with []Status
	for _, s := range []Status{StatusPriced, StatusFree, StatusUnpriced, StatusNotBilled, StatusDuplicate, StatusAggregate} {
		if s.HasAmount() {
			with = append(with, s)
		}
	}
	assert.Equal(t, []Status{StatusPriced, StatusFree}, with)
}
