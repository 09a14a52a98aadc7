package captures

import (
	"encoding/json"
	"regexp"
	"strconv"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Truth is what really happened in a case, as the provider saw it.
type Truth struct {
	Provider      string    `json:"provider"`
	RequestModel  string    `json:"request_model"`
	ResponseModel string    `json:"response_model"`
	APICalls      []APICall `json:"api_calls"`
	BillableCalls int       `json:"billable_calls"`
	SpansExported int       `json:"spans_exported"`
	ClientError   string    `json:"client_error"`
	Note          string    `json:"note"`
}

// APICall is one HTTP request that reached the provider.
type APICall struct {
	Path               string `json:"path"`
	RequestModel       string `json:"request_model"`
	ResponseModel      string `json:"response_model"`
	RequestStream      bool   `json:"request_stream"`
	RequestServiceTier string `json:"request_service_tier"`
	Status             int    `json:"status"`
	Billable           bool   `json:"billable"`
	// ServiceTier is the tier that served, wherever the response said so; empty when it did not.
	ServiceTier string `json:"service_tier"`
	// RawUsage is the provider's usage object.
	RawUsage json.RawMessage `json:"usage"`

	// Usage is RawUsage, and tool calls outside of it, in disjoint meters.
	Usage meter.Usage `json:"-"`
	// InferenceGeo is Anthropic's inference_geo.
	InferenceGeo string `json:"-"`
	// Cost is what the provider's response said that the call cost, when it did.
	Cost *money.Amount `json:"-"`
}

// Billable returns the calls that the provider billed.
func (t Truth) Billable() []APICall {
	var calls []APICall
	for _, c := range t.APICalls {
		if c.Billable {
			calls = append(calls, c)
		}
	}
	return calls
}

var searchNote = regexp.MustCompile(`^(\d+) web_search_call`)

// UnmarshalJSON reads a truth file and translates its usage.
func (t *Truth) UnmarshalJSON(data []byte) error {
	type plain Truth
	if err := json.Unmarshal(data, (*plain)(t)); err != nil {
		return err
	}
	for i := range t.APICalls {
		if err := t.APICalls[i].translate(); err != nil {
			return err
		}
	}
	// OpenAI's usage does not count searches: they are items of the output.
	if m := searchNote.FindStringSubmatch(t.Note); m != nil {
		n, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return err
		}
		t.APICalls[len(t.APICalls)-1].Usage[meter.WebSearch] = money.Units(n)
	}
	return nil
}

// translate fills the fields that are derived from the provider's usage.
func (c *APICall) translate() error {
	if len(c.RawUsage) == 0 {
		return nil
	}
	var u rawUsage
	if err := json.Unmarshal(c.RawUsage, &u); err != nil {
		return err
	}
	if u.ServiceTier != "" {
		c.ServiceTier = u.ServiceTier
	}
	if u.InferenceGeo != "not_available" {
		c.InferenceGeo = u.InferenceGeo
	}
	if u.Cost != "" {
		cost, err := money.ParseAmount(u.Cost.String())
		if err != nil {
			return err
		}
		c.Cost = &cost
	}
	switch {
	case u.PromptTokens != nil:
		u.chat(&c.Usage)
	case u.ConverseInput != nil:
		u.converse(&c.Usage)
	case u.PromptTokenCount != nil:
		u.gemini(&c.Usage)
	case u.InputTokensDetails != nil:
		u.responses(&c.Usage)
	default:
		u.messages(&c.Usage)
	}
	return nil
}

// rawUsage is the union of the providers' usage objects. Names do not collide but for
// input_tokens, which details tell apart.
type rawUsage struct {
	PromptTokens        *int64   `json:"prompt_tokens"`
	CompletionTokens    int64    `json:"completion_tokens"`
	PromptTokensDetails *details `json:"prompt_tokens_details"`
	CompletionDetails   *details `json:"completion_tokens_details"`

	InputTokens         int64    `json:"input_tokens"`
	OutputTokens        int64    `json:"output_tokens"`
	InputTokensDetails  *details `json:"input_tokens_details"`
	OutputTokensDetails *details `json:"output_tokens_details"`

	CacheRead     int64 `json:"cache_read_input_tokens"`
	CacheWrite    int64 `json:"cache_creation_input_tokens"`
	CacheCreation struct {
		Hour int64 `json:"ephemeral_1h_input_tokens"`
	} `json:"cache_creation"`
	ServerToolUse struct {
		WebSearch int64 `json:"web_search_requests"`
	} `json:"server_tool_use"`

	ConverseInput  *int64 `json:"inputTokens"`
	ConverseOutput int64  `json:"outputTokens"`
	ConverseRead   int64  `json:"cacheReadInputTokens"`
	ConverseWrite  int64  `json:"cacheWriteInputTokens"`

	PromptTokenCount *int64 `json:"promptTokenCount"`
	Candidates       int64  `json:"candidatesTokenCount"`
	Thoughts         int64  `json:"thoughtsTokenCount"`
	CachedContent    int64  `json:"cachedContentTokenCount"`

	ServiceTier  string      `json:"service_tier"`
	InferenceGeo string      `json:"inference_geo"`
	Cost         json.Number `json:"cost"`
}

type details struct {
	Cached    int64 `json:"cached_tokens"`
	Written   int64 `json:"cache_write_tokens"`
	Audio     int64 `json:"audio_tokens"`
	Reasoning int64 `json:"reasoning_tokens"`
}

func (d *details) orZero() details {
	if d == nil {
		return details{}
	}
	return *d
}

// chat is OpenAI's Chat Completions and Embeddings API: details are parts of the totals.
func (u *rawUsage) chat(to *meter.Usage) {
	openAI(to, *u.PromptTokens, u.CompletionTokens, u.PromptTokensDetails.orZero(), u.CompletionDetails.orZero())
}

// responses is OpenAI's Responses API.
func (u *rawUsage) responses(to *meter.Usage) {
	openAI(to, u.InputTokens, u.OutputTokens, u.InputTokensDetails.orZero(), u.OutputTokensDetails.orZero())
}

func openAI(to *meter.Usage, input, output int64, in, out details) {
	set(to, meter.Input, input-in.Cached-in.Written-in.Audio)
	set(to, meter.CacheRead, in.Cached)
	set(to, meter.CacheWrite5m, in.Written)
	set(to, meter.InputAudio, in.Audio)
	set(to, meter.Output, output-out.Reasoning-out.Audio)
	set(to, meter.Reasoning, out.Reasoning)
	set(to, meter.OutputAudio, out.Audio)
}

// messages is Anthropic's Messages API: cached input stands beside the input.
func (u *rawUsage) messages(to *meter.Usage) {
	set(to, meter.Input, u.InputTokens)
	set(to, meter.CacheRead, u.CacheRead)
	set(to, meter.CacheWrite5m, u.CacheWrite-u.CacheCreation.Hour)
	set(to, meter.CacheWrite1h, u.CacheCreation.Hour)
	set(to, meter.Output, u.OutputTokens)
	set(to, meter.WebSearch, u.ServerToolUse.WebSearch)
}

// converse is Bedrock's Converse API.
func (u *rawUsage) converse(to *meter.Usage) {
	set(to, meter.Input, *u.ConverseInput)
	set(to, meter.CacheRead, u.ConverseRead)
	set(to, meter.CacheWrite5m, u.ConverseWrite)
	set(to, meter.Output, u.ConverseOutput)
}

// gemini is Gemini's generateContent: thoughts stand beside the candidates.
func (u *rawUsage) gemini(to *meter.Usage) {
	set(to, meter.Input, *u.PromptTokenCount-u.CachedContent)
	set(to, meter.CacheRead, u.CachedContent)
	set(to, meter.Output, u.Candidates)
	set(to, meter.Reasoning, u.Thoughts)
}

func set(to *meter.Usage, m meter.Meter, n int64) { to[m] = money.Units(n) }
