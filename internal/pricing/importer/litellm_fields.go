package importer

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// liteLLMRates are the rates per token and the meters they are for. Each name can be
// followed by `_above_<n>k_tokens`, by a service tier, or by both in either order.
var liteLLMRates = map[string]meter.Meter{
	"input_cost_per_token":                      meter.Input,
	"output_cost_per_token":                     meter.Output,
	"cache_read_input_token_cost":               meter.CacheRead,
	"cache_creation_input_token_cost":           meter.CacheWrite5m,
	"cache_creation_input_token_cost_above_1hr": meter.CacheWrite1h,
	"output_cost_per_reasoning_token":           meter.Reasoning,
	"citation_cost_per_token":                   meter.Citation,
	"input_cost_per_audio_token":                meter.InputAudio,
	"output_cost_per_audio_token":               meter.OutputAudio,
	"cache_read_input_audio_token_cost":         meter.CacheReadAudio,
	"input_cost_per_image_token":                meter.InputImage,
	"output_cost_per_image_token":               meter.OutputImage,
	"cache_read_input_image_token_cost":         meter.CacheReadImage,
	"input_cost_per_video_token":                meter.InputVideo,
	"output_cost_per_video_token":               meter.OutputVideo,
}

// liteLLMTiers are the suffixes of service tiers and the values of service_tier that they
// price. LiteLLM itself bills the tier `fast` at the rates of priority.
var liteLLMTiers = map[string][]string{
	"flex":      {"flex"},
	"priority":  {"priority", "fast"},
	"batches":   {"batch"},
	"balanced":  {"balanced"},
	"ultrafast": {"ultrafast"},
	"decisions": {"decisions"},
}

// liteLLMIgnored are fields that repeat another one or are no price in money.
var liteLLMIgnored = map[string]bool{
	"input_cost_per_token_cache_hit": true, // the older name of cache_read_input_token_cost
	"input_dbu_cost_per_token":       true, // Databricks units; the same entry has USD
	"output_dbu_cost_per_token":      true,
}

// liteLLMCacheDefaults are the shares of the input price that cached input costs at providers which LiteLLM's
// code, not its list, knows to discount it: Fireworks halves it unless a model says otherwise.
var liteLLMCacheDefaults = map[string]string{"fireworks_ai": "0.5"}

var aboveTokens = regexp.MustCompile(`_above_(\d+)(k?)_tokens`)

// rateField is what a field name of a rate per token says.
type rateField struct {
	meter     meter.Meter
	threshold int64
	tier      string
}

// parseRateField reads the grammar of LiteLLM's names, such as
// cache_read_input_token_cost_above_272k_tokens_priority.
func parseRateField(key string) (rateField, bool) {
	var f rateField
	if at := aboveTokens.FindStringSubmatchIndex(key); at != nil {
		n, err := strconv.ParseInt(key[at[2]:at[3]], 10, 40)
		if err != nil || n == 0 {
			return f, false
		}
		if at[5] > at[4] {
			n *= 1000
		}
		f.threshold = n
		key = key[:at[0]] + key[at[1]:]
	}
	if m, ok := liteLLMRates[key]; ok {
		f.meter = m
		return f, true
	}
	at := strings.LastIndexByte(key, '_')
	if at < 0 {
		return f, false
	}
	f.tier = key[at+1:]
	if _, ok := liteLLMTiers[f.tier]; !ok {
		return f, false
	}
	m, ok := liteLLMRates[key[:at]]
	f.meter = m
	return f, ok
}
