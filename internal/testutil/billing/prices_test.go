package billing

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
	p, err := BuiltinPrices()
	require.NoError(t, err)
	chat := Call{Provider: "openai", ResponseModel: "gpt-4o-2024-08-06", Usage: meter.Usage{
		meter.Input: money.Units(176), meter.CacheRead: money.Units(1024), meter.Output: money.Units(300),
	}}
	unknown := chat
	unknown.Provider, unknown.ResponseModel = "aws.bedrock", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123def456"
	charged := unknown
	charged.Charged = big.NewRat(421, 100000)
	for name, tc := range map[string]struct {
		call Call
		want string
	}{
		"list price":               {chat, "0.00472"},
		"model that no list knows": {unknown, "?"},
		"charged by the provider":  {charged, "0.00421"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.want, USD(p.Bill(tc.call, november).Amount))
		})
	}
}
