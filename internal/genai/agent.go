package genai

import "go.opentelemetry.io/collector/pdata/pcommon"

// readUnprefixed reads the bare names that coding agents use. Only profiles that say so get here:
// elsewhere, input_tokens could be anything.
func (f *facts) readUnprefixed(k string, v pcommon.Value) {
	c := f.call
	switch k {
	case "input_tokens", "input_token_count":
		f.putOld(tokInput, v)
	case "output_tokens", "output_token_count":
		f.putOld(tokOutput, v)
	case "cache_read_tokens", "cache_read_input_tokens", "cached_token_count", "cached_content_token_count":
		f.putOld(tokCacheRead, v)
	case "cache_creation_tokens", "cache_creation_input_tokens", "cache_write_token_count":
		f.putOld(tokCacheWrite, v)
	case "cache_creation_5m_tokens":
		f.putOld(tokWrite5m, v)
	case "cache_creation_1h_tokens":
		f.putOld(tokWrite1h, v)
	case "reasoning_token_count", "thoughts_token_count":
		f.putOld(tokReasoning, v)
	case "tool_token_count":
		f.putOld(tokToolInput, v)
	case "total_token_count":
		f.putOld(tokTotal, v)
	default:
		f.readAgent(c, k, v)
	}
}

// readAgent reads what coding agents say besides counts.
func (f *facts) readAgent(c *Call, k string, v pcommon.Value) {
	switch k {
	case "model", "model_name", "slug":
		first(&c.RequestModel, v)
	case "request_id":
		first(&c.ResponseID, v)
	case "speed":
		first(&c.Speed, v)
	case "service_tier":
		first(&c.ServiceTier, v)
	case "cost_usd":
		f.reported(v, costTotal)
		c.Reported.Currency = usd
	case "duration_ms":
		f.duration(v)
	case "status_code":
		f.status = number(v)
	case "error", "error_message", "error.message":
		if c.ErrorType == "" && v.Str() != "" {
			c.ErrorType = unnamedError
		}
	}
}
