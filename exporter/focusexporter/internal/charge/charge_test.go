package charge

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

var now = time.Date(2026, 11, 24, 13, 30, 0, 0, time.UTC)

func span(attrs map[string]any) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "api")
	rs.Resource().Attributes().PutStr("host.name", "unused")
	s := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-time.Minute)))
	_ = s.Attributes().FromRaw(attrs)
	return td
}

func read(t *testing.T, attrs map[string]any) (b *Batch, identities []Identity) {
	t.Helper()
	b = &Batch{}
	NewReader(time.Hour, []string{"service.name"}).ReadTraces(span(attrs), now, b)
	for i := range b.Records {
		for _, c := range b.Charges(i) {
			id, err := ParseKey(string(b.Key(&c)))
			require.NoError(t, err)
			identities = append(identities, id)
		}
	}
	return b, identities
}

func TestIdentity(t *testing.T) {
	_, ids := read(t, map[string]any{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "aws.bedrock", "gen_ai.request.model": "eu.anthropic.claude",
		"gen_ai.response.model": "claude-x", "openai.response.service_tier": "default", "aws.region": "eu-west-1",
		"finops.cost.status": "priced", "finops.cost.currency": "USD", "finops.cost.confidence": "exact",
		"finops.cost.source": "agreement", "finops.cost.lines": "input:3@0.1/0.2/0.3", "finops.cost.amount": 0.3,
		"finops.pricing.id": "aws_bedrock/claude-sonnet@2026-01-01#eu", "finops.model.name": "claude-sonnet", "finops.model.version": "1",
		"finops.billing.account": "111", "finops.billing.subaccount": "222",
		"finops.team": "shared", "finops.shares.team": "a:1;b:2", "finops.allocation.team": "split", "finops.product": "chat",
		"finops.usage.input": "3", "finops.request.region": "eu-west-1",
	})
	require.Len(t, ids, 1)
	id := ids[0]
	assert.Equal(t, now.Truncate(time.Hour), id.Start)
	assert.Equal(t, time.Hour, id.End.Sub(id.Start))
	assert.Equal(t, "aws_bedrock", id.Provider, "as the price's id has it")
	assert.Equal(t, [4]string{"111", "222", "claude-sonnet", "1"}, [4]string{id.Account, id.Subaccount, id.Model, id.Version})
	assert.Equal(t, [2]string{"standard", "eu-west-1"}, [2]string{id.ServiceTier, id.Region})
	assert.Equal(t, ledger.SourceAgreement, id.Source)
	assert.Equal(t, [3]string{"0.1", "0.2", "0.3"}, [3]string{id.Effective.String(), id.Contracted.String(), id.List.String()})
	assert.Equal(t, []focus.Tag{{Key: "product", Value: "chat"}, {Key: "service.name", Value: "api"}, {Key: "team", Value: "shared"}}, id.Tags)
	assert.Equal(t, []focus.Tag{{Key: "team", Value: "a:1;b:2"}}, id.Splits)
}

// Detail minimal leaves out where the price is from; the record's own words take its place.
func TestIdentityOfMinimalDetail(t *testing.T) {
	_, ids := read(t, map[string]any{
		"gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o",
		"finops.cost.status": "priced", "finops.cost.currency": "USD", "finops.cost.confidence": "exact", "finops.cost.lines": "input:3@0.1",
	})
	require.Len(t, ids, 1)
	assert.Equal(t, [3]string{"openai", "gpt-4o", ""}, [3]string{ids[0].Provider, ids[0].Model, ids[0].PricingID})
}

func TestHostileTexts(t *testing.T) {
	attrs := map[string]any{
		"finops.cost.status": "priced", "finops.cost.currency": "USD", "finops.cost.lines": "input:3@0.1",
		"finops.team": strings.Repeat("ä", 2000), "finops.model.name": "a\xffb",
	}
	for i := range 2 * maxTags {
		attrs["finops.x"+strings.Repeat("y", i)] = "z"
	}
	_, ids := read(t, attrs)
	require.Len(t, ids, 1)
	assert.Equal(t, "a\uFFFDb", ids[0].Model)
	assert.LessOrEqual(t, len(ids[0].Tags), maxTags+1)
	for _, tag := range ids[0].Tags {
		assert.LessOrEqual(t, len(tag.Value), MaxValueLength)
		assert.True(t, utf8.ValidString(tag.Value))
	}
}

func TestCleanCutsWholeCharacters(t *testing.T) {
	for _, c := range []string{"a", "ä", "€", "😀"} {
		for offset := range 4 {
			cut := clean(strings.Repeat("x", offset) + strings.Repeat(c, 2*MaxValueLength))
			assert.True(t, utf8.ValidString(cut))
			assert.NotContains(t, cut, "\uFFFD")
			assert.Greater(t, len(cut), MaxValueLength-utf8.UTFMax)
		}
	}
}

func TestReset(t *testing.T) {
	b, _ := read(t, map[string]any{"finops.cost.status": "nonsense"})
	assert.EqualValues(t, 1, b.Malformed)
	require.ErrorIs(t, b.Err, errStatus)
	b.Reset()
	assert.Empty(t, b.Records)
	assert.Zero(t, b.Malformed)
	require.NoError(t, b.Err)
}

func drawIdentity(t *rapid.T) Identity {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("ab/#@:;\x00é")), 0, 6, -1)
	tags := func(label string) (tags []focus.Tag) {
		for i := range rapid.IntRange(0, 3).Draw(t, label) {
			tags = append(tags, focus.Tag{Key: string(rune('a' + i)), Value: text.Draw(t, "value")})
		}
		return tags
	}
	price := rapid.SampledFrom([]money.UnitPrice{mustPrice("0"), mustPrice("0.1"), mustPrice("0.000000000000001")})
	start := time.Unix(rapid.Int64Range(-1e9, 1e10).Draw(t, "start"), 0).UTC()
	return Identity{
		Charge: focus.Charge{
			Start: start, End: start.Add(time.Hour), Provider: text.Draw(t, "provider"), Model: text.Draw(t, "model"),
			Account: text.Draw(t, "account"), Meter: meter.Meter(rapid.IntRange(0, meter.Count-1).Draw(t, "meter")),
			Status: ledger.Status(text.Draw(t, "status")), Effective: price.Draw(t, "effective"), List: price.Draw(t, "list"),
			Tags: tags("tags"),
		},
		Splits: tags("splits"),
	}
}

func mustPrice(s string) money.UnitPrice {
	p, err := money.ParseUnitPrice(s)
	if err != nil {
		panic(err)
	}
	return p
}

func TestKeysReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawIdentity(t), drawIdentity(t)
		keyA, keyB := string(a.AppendKey(nil)), string(b.AppendKey(nil))
		read, err := ParseKey(keyA)
		require.NoError(t, err)
		require.Equal(t, a, read)
		require.Equal(t, assert.ObjectsAreEqual(a, b), keyA == keyB)
	})
}

func FuzzParseKey(f *testing.F) {
	id := Identity{Charge: focus.Charge{Start: now, End: now, Model: "m"}, Splits: []focus.Tag{{Key: "team", Value: "a:1"}}}
	f.Add(string(id.AppendKey(nil)))
	f.Add("")
	f.Add("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
	f.Fuzz(func(t *testing.T, key string) {
		id, err := ParseKey(key)
		if err != nil {
			return
		}
		again, err := ParseKey(string(id.AppendKey(nil)))
		require.NoError(t, err)
		require.Equal(t, id, again)
	})
}
