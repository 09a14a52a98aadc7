package genai

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// maxPayload bounds the raw payloads that are read.
const maxPayload = 256 << 10

// payload holds raw responses for the time of one read.
type payload struct {
	// response is the provider's whole response, metadata what the Vercel AI SDK keeps of it.
	response, metadata string
	// upstream is OpenRouter's account of another provider's charge; it counts when byok is set.
	upstream money.Amount
	byok     bool
	// seen says that a response was read, so that whatever was charged for is known.
	seen bool
}

// raw returns a payload if reading payloads is allowed.
func (f *facts) raw(v pcommon.Value) string {
	if !f.scope.reader.rawPayload || v.Type() != pcommon.ValueTypeStr || len(v.Str()) > maxPayload {
		return ""
	}
	return v.Str()
}

// readPayloads looks into the payloads for facts that the record lacks. Numbers and names of tiers are
// all that is taken from them.
func (f *facts) readPayloads() {
	for _, s := range [...]string{f.payload.response, f.payload.metadata} {
		if s == "" {
			continue
		}
		for j := scanJSON(s); ; {
			prefix, key, value, ok := j.next()
			if !ok {
				break
			}
			f.payloadMember(prefix, key, value)
		}
		// Searches are items of the output, one each. Within text, the quotes would be escaped.
		if n := strings.Count(s, `"type":"web_search_call"`); n > 0 {
			f.payloadUnits(meter.WebSearch, int64(n))
		}
		if f.payload.byok {
			f.call.Reported.Upstream = f.payload.upstream
		}
		f.payload.seen = true
	}
}

// payloadMember takes one fact from a response, unless the record states it.
func (f *facts) payloadMember(prefix, key, value string) {
	switch key {
	case "service_tier", "serviceTier":
		if f.call.ServiceTier == "" && value != "null" {
			f.call.ServiceTier = value
		}
		return
	case "inference_geo":
		if f.call.Region == "" && value != "null" {
			f.call.Region = value
		}
		return
	case "cost":
		f.payloadCost(prefix, value)
		return
	case "upstream_inference_cost":
		f.payload.upstream, _ = parseCost(value)
		return
	case "is_byok":
		f.payload.byok = value == "true"
		return
	}
	n, ok := parseTokens(value)
	if !ok || n < 0 || n > maxTokens {
		return
	}
	f.payloadCount(prefix, key, n)
}

func (f *facts) payloadCount(prefix, key string, n int64) {
	switch key {
	case "cached_tokens", "cache_read_input_tokens", "cacheReadInputTokens", "cachedPromptTokens":
		f.fill(tokCacheRead, n)
	case "cache_write_tokens", "cache_creation_input_tokens", "cacheWriteInputTokens", "cacheCreationInputTokens":
		f.fill(tokCacheWrite, n)
	case "ephemeral_5m_input_tokens":
		f.fill(tokWrite5m, n)
	case "ephemeral_1h_input_tokens":
		f.fill(tokWrite1h, n)
	case "reasoning_tokens":
		f.fill(tokReasoning, n)
	case "web_search_requests":
		f.payloadUnits(meter.WebSearch, n)
	case "prompt_tokens":
		if f.call.Operation == "embeddings" && prefix == "usage" {
			f.fill(tokInput, n)
		}
	}
}

// fill sets a count that the record does not have.
func (f *facts) fill(t tok, n int64) {
	if !f.has(t) {
		f.n[t] = n
		f.legacy |= 1 << t
	}
}

func (f *facts) payloadUnits(m meter.Meter, n int64) {
	if !f.isFixed(m) {
		f.call.Usage[m] = money.Units(n)
		f.fixed |= 1 << m
	}
}

// payloadCost takes usage.cost, which OpenRouter puts into its responses.
func (f *facts) payloadCost(prefix, value string) {
	if prefix != "usage" {
		return
	}
	if amount, ok := parseCost(value); ok && f.cost < costProvider {
		f.setCost(amount, costProvider)
		f.call.Reported.Currency = usd
	}
}
