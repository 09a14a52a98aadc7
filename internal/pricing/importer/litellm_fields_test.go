package importer

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

func TestRateFieldGrammar(t *testing.T) {
	for key, want := range map[string]rateField{
		"input_cost_per_token":                                        {meter.Input, 0, ""},
		"input_cost_per_token_batches":                                {meter.Input, 0, "batches"},
		"output_cost_per_token_above_272k_tokens":                     {meter.Output, 272000, ""},
		"output_cost_per_token_above_272k_tokens_flex":                {meter.Output, 272000, "flex"},
		"output_cost_per_token_flex_above_272k_tokens":                {meter.Output, 272000, "flex"},
		"input_cost_per_token_above_128_tokens":                       {meter.Input, 128, ""},
		"cache_creation_input_token_cost_above_1hr":                   {meter.CacheWrite1h, 0, ""},
		"cache_creation_input_token_cost_above_1hr_above_200k_tokens": {meter.CacheWrite1h, 200000, ""},
		"cache_creation_input_token_cost_above_200k_tokens_priority":  {meter.CacheWrite5m, 200000, "priority"},
		"cache_read_input_audio_token_cost_batches":                   {meter.CacheReadAudio, 0, "batches"},
		"output_cost_per_reasoning_token_ultrafast":                   {meter.Reasoning, 0, "ultrafast"},
	} {
		got, ok := parseRateField(key)
		if assert.True(t, ok, key) {
			assert.Equal(t, want, got, key)
		}
	}
	for _, key := range []string{
		"input_cost_per_second", "input_cost_per_token_cache_hit", "input_cost_per_token_sometimes", "x", "_", "",
		"cache_creation_input_token_cost_above_12hr", "input_cost_per_token_above_0k_tokens",
		"input_cost_per_token_above_99999999999999999999k_tokens", "output_cost_per_video_per_second_above_8s_interval",
	} {
		_, ok := parseRateField(key)
		assert.False(t, ok, key)
	}
}

func TestRegionOf(t *testing.T) {
	for id, want := range map[string]string{
		"us.anthropic.claude": "us", "eu/gpt-5": "eu", "us-east-1/anthropic.claude": "us-east-1", "global.anthropic.x": "global",
		"anthropic.claude": "", "gpt-4.1": "", "openai/gpt-5": "", "ap-northeast-1/x": "ap-northeast-1", "qwen/qwen3-235b": "",
	} {
		assert.Equal(t, want, regionOf(id), id)
	}
}
