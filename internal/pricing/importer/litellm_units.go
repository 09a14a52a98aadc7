package importer

import (
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// units reads fees that are not per token. What several of them mean depends on the mode
// of the model.
func (c *liteLLMCard) units(fields map[string]node) {
	mode, _ := fields["mode"].text()
	c.unit(fields, "input_cost_per_request", meter.Request, "")
	c.unit(fields, "ocr_cost_per_page", meter.Page, "")
	c.unit(fields, "code_interpreter_cost_per_session", meter.CodeExecution, "")
	c.unit(fields, "file_search_cost_per_1k_calls", meter.FileSearch, "1000")
	c.characters(fields)
	c.queries(fields, mode)
	c.images(fields, mode)
	c.seconds(fields, mode)
	c.webSearch(fields, searchSize(fields))
}

// inputOnly completes models whose mode has no output.
func (c *liteLLMCard) inputOnly(fields map[string]node) {
	mode, _ := fields["mode"].text()
	base := c.level("").base
	if (mode == "embedding" || mode == "rerank") && hasMeter(base, meter.Input) && !hasMeter(base, meter.Output) {
		base[meter.Output] = rate{amount: mustDecimal("0")}
	}
}

// cacheDefault completes entries that leave the price of cached input to a provider's general rule.
func (c *liteLLMCard) cacheDefault(provider string) {
	share, ok := liteLLMCacheDefaults[provider]
	base := c.level("").base
	input, priced := base[meter.Input]
	if ok && priced && !hasMeter(base, meter.CacheRead) {
		base[meter.CacheRead] = rate{amount: input.amount.mul(mustDecimal(share))}
	}
}

// unit files a fee, unless an earlier field priced the meter.
func (c *liteLLMCard) unit(fields map[string]node, key string, m meter.Meter, per string) bool {
	r, ok, err := rateOf(fields, key, m, 0)
	if err != nil {
		c.at.unexpressed(key, string(fields[key].raw), err.Error())
		return false
	}
	if !ok || hasMeter(c.level("").base, m) {
		return false
	}
	r.per = per
	c.level("").base[m] = r
	return true
}

// cannot records a fee that there is no meter for.
func (c *liteLLMCard) cannot(fields map[string]node, key, reason string) {
	n, ok := fields[key]
	if !ok || n.isNull() {
		return
	}
	if amount, err := n.number(); err == nil && amount.sign() == 0 {
		return
	}
	c.at.unexpressed(key, string(n.raw), reason)
}

func (c *liteLLMCard) characters(fields map[string]node) {
	if hasMeter(c.level("").base, meter.Input) {
		c.cannot(fields, "input_cost_per_character", "the model has a price per token, which is used")
		c.cannot(fields, "output_cost_per_character", "the model has a price per token, which is used")
		return
	}
	c.unit(fields, "input_cost_per_character", meter.Character, "")
	c.cannot(fields, "output_cost_per_character", "characters of output have no meter")
}

func (c *liteLLMCard) queries(fields map[string]node, mode string) {
	switch mode {
	case "rerank":
		c.unit(fields, "input_cost_per_query", meter.RerankSearch, "")
	case "search":
		c.unit(fields, "input_cost_per_query", meter.WebSearch, "")
	case "vector_store":
		c.unit(fields, "input_cost_per_query", meter.FileSearch, "")
	default:
		c.cannot(fields, "input_cost_per_query", "it is not said what a query is in this mode")
	}
}

func (c *liteLLMCard) images(fields map[string]node, mode string) {
	switch mode {
	case "image_generation", "image_edit":
		if c.unit(fields, "output_cost_per_image", meter.Image, "") {
			c.cannot(fields, "input_cost_per_image", "pictures that go in have no meter of their own")
		} else {
			c.unit(fields, "input_cost_per_image", meter.Image, "")
		}
	default:
		c.cannot(fields, "output_cost_per_image", "tokens are priced too, and a picture must not be counted twice")
		c.cannot(fields, "input_cost_per_image", "pictures that go in have no meter of their own")
	}
}

func (c *liteLLMCard) seconds(fields map[string]node, mode string) {
	switch mode {
	case "audio_transcription", "audio_speech":
		c.audioSeconds(fields)
	case "video_generation":
		c.unit(fields, "output_cost_per_second", meter.VideoSecond, "")
		c.unit(fields, "output_cost_per_video_per_second", meter.VideoSecond, "")
		c.cannot(fields, "input_cost_per_second", "seconds of input video have no meter")
	default:
		c.cannot(fields, "input_cost_per_second", "hired capacity is not paid per call")
		c.cannot(fields, "output_cost_per_second", "hired capacity is not paid per call")
		c.cannot(fields, "output_cost_per_video_per_second", "the model's mode is not video generation")
	}
	c.cannot(fields, "input_cost_per_audio_per_second", "audio is counted in tokens where the model has a price per token")
}

// audioSeconds takes the price of either direction: the two are one price for the same
// seconds, never a sum.
func (c *liteLLMCard) audioSeconds(fields map[string]node) {
	out, err := fields["output_cost_per_second"].number()
	if err == nil && out.sign() > 0 {
		c.unit(fields, "output_cost_per_second", meter.AudioSecond, "")
		return
	}
	c.unit(fields, "input_cost_per_second", meter.AudioSecond, "")
}

// liteLLMSearchSizes are the context sizes of web searches where a provider's default is not medium.
var liteLLMSearchSizes = map[string]string{"perplexity": "low"}

func searchSize(fields map[string]node) string {
	provider, _ := fields["litellm_provider"].text()
	if size, ok := liteLLMSearchSizes[provider]; ok {
		return size
	}
	return "medium"
}

// webSearch takes the price of a search with the provider's default context size.
func (c *liteLLMCard) webSearch(fields map[string]node, usual string) {
	c.cannot(fields, "search_free_requests", "free requests a day are an allowance of the account, not of a call")
	n := fields["search_context_cost_per_query"]
	if n.kind() != '{' {
		return
	}
	members, err := c.at.doc.object(n)
	if err != nil {
		return
	}
	sizes := make(map[string]node, len(members))
	for _, m := range members {
		sizes[m.key] = m.node
	}
	const prefix = "search_context_size_"
	if !c.unit(sizes, prefix+usual, meter.WebSearch, "") {
		return
	}
	for _, size := range []string{"low", "medium", "high"} {
		r, ok, err := rateOf(sizes, prefix+size, meter.WebSearch, 0)
		if ok && err == nil && r.amount.cmp(c.level("").base[meter.WebSearch].amount) != 0 {
			c.at.unexpressed("search_context_cost_per_query."+prefix+size, r.amount.String(), "calls do not say the size; "+usual+" is used")
		}
	}
}
