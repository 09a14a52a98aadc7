package focus

import (
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

func price(t require.TestingT, s string) money.UnitPrice {
	p, err := money.ParseUnitPrice(s)
	require.NoError(t, err)
	return p
}

// claude is a charge of Claude on Bedrock under an agreement.
func claude(t require.TestingT) *Charge {
	return &Charge{
		Start: time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC),
		Provider: "aws.bedrock", Account: "111122223333", Subaccount: "444455556666",
		Model: "claude-sonnet-4-5", Version: "20250929", Meter: meter.CacheRead,
		Status: ledger.StatusPriced, Region: "eu", ServiceTier: "batch",
		PricingID: "aws.bedrock/claude-sonnet-4-5@2025-09-29#long_context+batch", Currency: "USD",
		Confidence: ledger.ConfidenceExact, Source: ledger.SourceAgreement,
		Effective: price(t, "0.00000051"), Contracted: price(t, "0.00000051"), List: price(t, "0.0000006"),
		Tags: []Tag{{"cost_center", "4711"}, {"team", "search"}},
	}
}

func TestRow(t *testing.T) {
	row, err := claude(t).Row(BuiltinRoutes(), Amounts{Quantity: money.Units(1_234_567), Requests: 3})
	require.NoError(t, err)
	want := map[string]string{
		"BilledCost": "0.62962917", "ContractedCost": "0.62962917", "EffectiveCost": "0.62962917", "ListCost": "0.7407402",
		"ListUnitPrice": "0.6", "ContractedUnitPrice": "0.51", "PricingQuantity": "1.234567", "PricingUnit": "1000000 Tokens",
		"ConsumedQuantity": "1234567", "ConsumedUnit": "Tokens", "BillingCurrency": "USD",
		"BillingPeriodStart": "2026-11-01T00:00:00Z", "BillingPeriodEnd": "2026-12-01T00:00:00Z",
		"ChargePeriodStart": "2026-11-23T14:00:00Z", "ChargePeriodEnd": "2026-11-23T15:00:00Z",
		"BillingAccountId": "111122223333", "BillingAccountName": "111122223333", "BillingAccountType": "AWS Account",
		"SubAccountId": "444455556666", "SubAccountName": "444455556666", "SubAccountType": "AWS Account",
		"ServiceName": "Amazon Bedrock", "ProviderName": "AWS", "PublisherName": "Anthropic", "InvoiceIssuerName": "AWS",
		"ServiceProviderName": "AWS", "HostProviderName": "AWS", "ServiceCategory": "AI and Machine Learning", "ServiceSubcategory": "Generative AI",
		"ChargeCategory": "Usage", "ChargeFrequency": "Usage-Based", "PricingCategory": "Standard",
		"ChargeDescription": "claude-sonnet-4-5 cached input tokens (batch, eu, long_context)",
		"SkuId":             "aws.bedrock/claude-sonnet-4-5@20250929/cache_read", "SkuMeter": "cache_read",
		"SkuPriceId": "aws.bedrock/claude-sonnet-4-5@20250929/cache_read#batch+eu+long_context",
		"SkuPriceDetails": `{"x_Model":"claude-sonnet-4-5","x_ModelVersion":"20250929","x_PriceVariants":"long_context,batch",` +
			`"x_Region":"eu","x_ServiceTier":"batch","x_TokenCacheAction":"Read","x_TokenDirection":"Input"}`,
		"RegionId": "eu", "RegionName": "eu", "Tags": `{"cost_center":"4711","team":"search"}`,
		"x_Confidence": "exact", "x_CostSource": "estimate", "x_CostStatus": "priced", "x_Late": "false", "x_Model": "claude-sonnet-4-5",
		"x_ModelVersion": "20250929", "x_PriceSource": "agreement", "x_PricingId": "aws.bedrock/claude-sonnet-4-5@2025-09-29#long_context+batch",
		"x_Provider": "aws.bedrock", "x_PublisherName": "Anthropic", "x_Requests": "3", "x_ServiceTier": "batch",
	}
	have := map[string]string{}
	for _, c := range AllColumns() {
		if text, ok := c.Text(&row); ok {
			have[c.Name] = text
		}
	}
	assert.Equal(t, want, have)
}

func TestCommittedUsageIsNotBilled(t *testing.T) {
	c := claude(t)
	c.Source, c.Commitment = ledger.SourceCommitment, Commitment{
		ID: "ptu-1", Name: "PTU one", Type: "Provisioned Throughput", HourlyCost: price(t, "0.0004"),
	}
	c.Effective = price(t, "0.0000001")
	row, err := c.Row(BuiltinRoutes(), Amounts{Quantity: money.Units(1000)})
	require.NoError(t, err)
	assert.Equal(t, "0", row.BilledCost.String())
	assert.Equal(t, "0.0001", row.EffectiveCost.String())
	assert.Equal(t, "0.00051", row.ContractedCost.String())
	assert.Equal(t, "Committed", row.PricingCategory)
	assert.Equal(t, []string{"ptu-1", "Usage", "Used", "0.25", "Hours"}, []string{
		row.CommitmentDiscountId, row.CommitmentDiscountCategory,
		row.CommitmentDiscountStatus, row.CommitmentDiscountQuantity.String(), row.CommitmentDiscountUnit,
	})
}

// Whether telemetry says that a call was served as standard makes no difference to its price.
func TestStandardTierIsNoPriceOfItsOwn(t *testing.T) {
	silent, standard, priority := claude(t), claude(t), claude(t)
	silent.ServiceTier, standard.ServiceTier, priority.ServiceTier = "", "standard", "priority"
	assert.Equal(t, silent.SkuPriceID(), standard.SkuPriceID())
	assert.Equal(t, silent.skuPriceDetails(), standard.skuPriceDetails())
	assert.NotEqual(t, silent.SkuPriceID(), priority.SkuPriceID())
	row, err := standard.Row(BuiltinRoutes(), Amounts{Quantity: money.Units(1)})
	require.NoError(t, err)
	assert.Equal(t, "standard", row.XServiceTier, "what is known is kept")
}

func TestUnpricedHasNoCost(t *testing.T) {
	c := claude(t)
	c.Status, c.Reason, c.Currency = ledger.StatusUnpriced, ledger.ReasonUnknownModel, ""
	row, err := c.Row(BuiltinRoutes(), Amounts{Quantity: money.Units(1000)})
	require.NoError(t, err)
	assert.True(t, row.BilledCost.IsNull())
	assert.True(t, row.ListUnitPrice.IsNull())
	assert.Equal(t, "1000", row.ConsumedQuantity.String())
	assert.Equal(t, "unknown_model", row.XCostReason)
}

func TestRowOutOfRange(t *testing.T) {
	c := claude(t)
	c.List = price(t, "100000000000000000000")
	_, err := c.Row(BuiltinRoutes(), Amounts{Quantity: money.Units(1_000_000)})
	require.ErrorIs(t, err, ErrRange)
	assert.ErrorContains(t, err, "aws.bedrock/claude-sonnet-4-5@20250929/cache_read")
}

// drawCharge makes charges of every meter, with prices of up to 15 decimals.
func drawCharge(t *rapid.T) *Charge {
	c := claude(t)
	c.Meter = meter.Meter(rapid.IntRange(0, meter.Count-1).Draw(t, "meter"))
	for _, p := range []*money.UnitPrice{&c.Effective, &c.Contracted, &c.List} {
		var err error
		*p, err = money.RoundUnitPrice(big.NewRat(rapid.Int64Range(0, 1e5).Draw(t, "num"), rapid.Int64Range(1, 1e15).Draw(t, "den")))
		require.NoError(t, err)
	}
	c.Late, c.Commitment.Spend = rapid.Bool().Draw(t, "late"), rapid.Bool().Draw(t, "spend")
	c.Model = rapid.String().Draw(t, "model")
	c.Shared.Weight, c.Shared.Total = rapid.Uint32().Draw(t, "weight"), rapid.Uint64().Draw(t, "total")
	c.Tags = nil
	for _, key := range rapid.SliceOfDistinct(rapid.String(), func(s string) string { return s }).Draw(t, "keys") {
		c.Tags = append(c.Tags, Tag{key, rapid.String().Draw(t, "value")})
	}
	return c
}

func TestCostsAreProducts(t *testing.T) {
	routes := BuiltinRoutes()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCharge(t)
		q, ok := money.QuantityFromFloat(rapid.Float64Range(0, 1e9).Draw(t, "quantity"))
		require.True(t, ok)
		row, err := c.Row(routes, Amounts{Quantity: q})
		require.NoError(t, err)
		product := func(price Number) *big.Rat {
			return new(big.Rat).Mul(price.Amount().Rat(), row.PricingQuantity.Amount().Rat())
		}
		require.Zero(t, product(row.ListUnitPrice).Cmp(row.ListCost.Amount().Rat()))
		require.Zero(t, product(row.ContractedUnitPrice).Cmp(row.ContractedCost.Amount().Rat()))
		require.Equal(t, q.String(), row.ConsumedQuantity.String())
	})
}

func TestKeyGivesTheChargeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCharge(t)
		back, err := ParseKey(c.AppendKey(nil))
		require.NoError(t, err)
		require.Equal(t, *c, back)
	})
}

func FuzzParseKey(f *testing.F) {
	f.Add(claude(f).AppendKey(nil))
	f.Add([]byte{keyVersion})
	f.Fuzz(func(t *testing.T, key []byte) {
		c, err := ParseKey(key)
		if err != nil {
			require.ErrorIs(t, err, ErrKey)
			return
		}
		again, err := ParseKey(c.AppendKey(nil))
		require.NoError(t, err)
		require.Equal(t, c, again)
	})
}

func TestNamedAccount(t *testing.T) {
	for id, want := range map[string]string{"": "", "unknown": "", "unknown:openai": "", "org-1": "org-1", "unknown-org": "unknown-org"} {
		assert.Equal(t, want, NamedAccount(id), id)
	}
}
