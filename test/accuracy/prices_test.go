package main

import (
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

var november = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestBill(t *testing.T) {
	t.Parallel()
	p, err := builtinPrices()
	require.NoError(t, err)
	chat := billed{provider: "openai", responseModel: "gpt-4o-2024-08-06", usage: meter.Usage{
		meter.Input: money.Units(176), meter.CacheRead: money.Units(1024), meter.Output: money.Units(300),
	}}
	unknown := chat
	unknown.provider, unknown.responseModel = "aws.bedrock", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123def456"
	charged := unknown
	charged.charged = big.NewRat(421, 100000)
	for name, tc := range map[string]struct {
		call billed
		want string
	}{
		"list price":                {chat, "0.00472"},
		"model that no list knows":  {unknown, "?"},
		"charged by the provider":   {charged, "0.00421"},
		"nothing told about caches": {billed{provider: "openai", responseModel: "gpt-4o-2024-08-06", usage: moved(meter.CacheRead, meter.Input)(chat.usage)}, "0.006"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.want, usd(p.bill(tc.call, november).amount))
		})
	}
}
