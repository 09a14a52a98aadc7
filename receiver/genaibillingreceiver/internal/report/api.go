package report

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// API is a provider's billing API.
type API struct {
	// Provider is the canonical name.
	Provider string
	// Endpoint is where the API is, empty where everybody runs their own.
	Endpoint string
	Window   Window
	// keyHint says which key the API takes.
	keyHint   string
	authorize func(h http.Header, key string)
	endpoints []endpoint
}

// endpoint is one list that an API has.
type endpoint struct {
	path string
	// requests are those that a span takes.
	requests func(Span) []request
	// decode adds a page to the report and returns the cursor of the next.
	decode func(p *page, body []byte) (next string, err error)
	// optional is a list that an API may lack: a gateway before it, or an organization without the product. Only the answer 404
	// says so; what may not be read, 403, is an error.
	optional bool
	// older is what versions before had in place of the list. It is read where the list answers 404.
	older *endpoint
}

// request asks for a part of a span.
type request struct {
	span  Span
	query url.Values
}

// apis is the table of providers. Sources stand with the functions that decode their pages.
var apis = []API{
	{
		Provider: "openai", Endpoint: "https://api.openai.com",
		keyHint:   "an admin key (sk-admin-...) with the scope api.usage.read",
		authorize: bearer,
		endpoints: []endpoint{
			{
				path:     "/v1/organization/costs",
				requests: unixDays(url.Values{"bucket_width": {"1d"}, "limit": {"180"}, "group_by[]": {"project_id", "line_item"}}),
				decode:   decodeOpenAICosts,
			},
			openAIUsageList("completions", false, decodeOpenAIUsage, "service_tier", "batch"),
			openAIUsageList("decisions", true, decodeOpenAIUsage, "service_tier", "batch"),
			openAIUsageList("embeddings", true, decodeOpenAIEmbeddings),
			openAIUsageList("images", true, decodeOpenAIRequests),
			openAIUsageList("audio_speeches", true, decodeOpenAIRequests),
			openAIUsageList("audio_transcriptions", true, decodeOpenAIRequests),
			openAIUsageList("moderations", true, decodeOpenAIRequests),
		},
	},
	{
		Provider: "anthropic", Endpoint: "https://api.anthropic.com",
		keyHint: "an Admin API key (sk-ant-admin...), which an organization's admin creates",
		authorize: func(h http.Header, key string) {
			h.Set("X-Api-Key", key)
			h.Set("Anthropic-Version", "2023-06-01")
		},
		endpoints: []endpoint{
			{
				path:     "/v1/organizations/cost_report",
				requests: rfc3339Days(url.Values{"bucket_width": {"1d"}, "limit": {"31"}, "group_by[]": {"workspace_id", "description"}}),
				decode:   decodeAnthropicCosts,
			},
			{
				path:     "/v1/organizations/usage_report/messages",
				requests: rfc3339Days(url.Values{"bucket_width": {"1d"}, "limit": {"31"}, "group_by[]": {"workspace_id", "model", "service_tier", "context_window", "inference_geo"}}),
				decode:   decodeAnthropicUsage,
			},
		},
	},
	{
		Provider: "openrouter", Endpoint: "https://openrouter.ai",
		// Days are complete half an hour after midnight; only the last 30 completed ones are there.
		Window:    Window{Settle: 30 * time.Minute, MaxAge: 30 * day},
		keyHint:   "a management key; a key for inference is refused",
		authorize: bearer,
		endpoints: []endpoint{{path: "/api/v1/activity", requests: eachDay, decode: decodeOpenRouter}},
	},
	{
		Provider:  "litellm",
		keyHint:   "the key of a proxy admin; other users see only their own spend",
		authorize: bearer,
		endpoints: []endpoint{{
			path: "/user/daily/activity/aggregated", requests: eachDate, decode: decodeLiteLLM,
			older: &endpoint{path: "/user/daily/activity", requests: eachDateInPages, decode: decodeLiteLLMPage},
		}},
	},
}

// openAIUsageList is one of OpenAI's lists of usage, which all have the same form.
func openAIUsageList(of string, optional bool, decode func(*page, []byte) (string, error), groups ...string) endpoint {
	return endpoint{
		path:     "/v1/organization/usage/" + of,
		requests: unixDays(url.Values{"bucket_width": {"1d"}, "limit": {"31"}, "group_by[]": append([]string{"project_id", "model"}, groups...)}),
		decode:   decode, optional: optional,
	}
}

// FindAPI returns the API of a provider.
func FindAPI(provider string) (*API, bool) {
	i := slices.IndexFunc(apis, func(a API) bool { return a.Provider == provider })
	if i < 0 {
		return nil, false
	}
	return &apis[i], true
}

// Providers returns the providers that have an API.
func Providers() []string {
	names := make([]string, len(apis))
	for i := range apis {
		names[i] = apis[i].Provider
	}
	return names
}

func bearer(h http.Header, key string) { h.Set("Authorization", "Bearer "+key) }

// with adds values to those that every request has.
func with(fixed url.Values, added map[string]string) url.Values {
	q := maps.Clone(fixed)
	for key, value := range added {
		q.Set(key, value)
	}
	return q
}

func unixDays(fixed url.Values) func(Span) []request {
	return func(s Span) []request {
		return []request{{s, with(fixed, map[string]string{
			"start_time": strconv.FormatInt(s.From.Unix(), 10), "end_time": strconv.FormatInt(s.To.Unix(), 10),
		})}}
	}
}

func rfc3339Days(fixed url.Values) func(Span) []request {
	return func(s Span) []request {
		return []request{{s, with(fixed, map[string]string{
			"starting_at": s.From.Format(time.RFC3339), "ending_at": s.To.Format(time.RFC3339),
		})}}
	}
}

func eachDay(s Span) []request { return daily(s, "date") }

// eachDate asks for each day by its first and last date, which are the same.
func eachDate(s Span) []request { return daily(s, "start_date", "end_date") }

// eachDateInPages asks for pages as long as the API gives them.
func eachDateInPages(s Span) []request {
	all := eachDate(s)
	for i := range all {
		all[i].query.Set("page_size", "1000")
	}
	return all
}

func daily(s Span, keys ...string) (all []request) {
	for _, d := range s.Days() {
		query := url.Values{}
		for _, key := range keys {
			query.Set(key, d.Format(time.DateOnly))
		}
		all = append(all, request{Span{d, d.Add(day)}, query})
	}
	return all
}
