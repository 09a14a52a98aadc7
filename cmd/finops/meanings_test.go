package main

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

func TestEveryGapAndReasonHasAMeaning(t *testing.T) {
	for gap := range genai.Gap(32) {
		if gap.String() != "unknown" {
			var one genai.Gaps
			one.Add(gap)
			assert.Len(t, notTold(one), 1, gap)
		}
	}
	assert.Len(t, notTold(genai.Gaps(math.MaxUint32)), len(gapMeanings))
	for _, status := range []ledger.Status{ledger.StatusUnpriced, ledger.StatusNotBilled, ledger.StatusDuplicate, ledger.StatusAggregate} {
		for _, reason := range status.Reasons() {
			assert.Contains(t, reasonMeanings, reason, status)
		}
	}
}
