package fakeproviders

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

type object = map[string]any

func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// buckets makes a page of days.
func (s *Server) buckets(r *http.Request, provider string, from, to time.Time, bucket func(d time.Time, lines []Line) object) any {
	days, next := s.page(r, from, to)
	data := []object{}
	for _, d := range days {
		data = append(data, bucket(d, s.Ledger.of(provider, d, s.Now())))
	}
	return object{"object": "page", "data": data, "has_more": next != nil, "next_page": next}
}

// results leaves out the lines that have none.
func results(lines []Line, result func(*Line) object) []object {
	all := []object{}
	for i := range lines {
		if r := result(&lines[i]); r != nil {
			all = append(all, r)
		}
	}
	return all
}

// usage leaves out the lines that usage reports do not have.
func usage(result func(*Line) object) func(*Line) object {
	return func(l *Line) object {
		if !l.counted() {
			return nil
		}
		return result(l)
	}
}

// usage has the tokens under their kind.
func (l *Line) usage() map[string]int64 { return map[string]int64{l.Kind: l.Tokens} }

func (s *Server) anthropic(r *http.Request, result func(*Line) object) any {
	from, err1 := time.Parse(time.RFC3339, r.URL.Query().Get("starting_at"))
	to, err2 := time.Parse(time.RFC3339, r.URL.Query().Get("ending_at"))
	if err1 != nil || err2 != nil {
		return nil
	}
	return s.buckets(r, "anthropic", from, to, func(d time.Time, lines []Line) object {
		return object{"starting_at": d, "ending_at": d.Add(day), "results": results(lines, result)}
	})
}

// tokenTypes are Anthropic's names of the kinds.
var tokenTypes = map[string]string{
	Input: "uncached_input_tokens", CachedInput: "cache_read_input_tokens",
	CacheWrite: "cache_creation.ephemeral_5m_input_tokens", Output: "output_tokens",
}

func (s *Server) anthropicCosts(r *http.Request) any {
	return s.anthropic(r, func(l *Line) object {
		o := object{
			"amount": amount(amount(l.Amount).String() + "e2").String(), "currency": "USD", "cost_type": "tokens", "token_type": tokenTypes[l.Kind],
			"description": l.Model + " Usage - " + l.Kind, "model": l.Model, "service_tier": cmp.Or(l.Tier, "standard"),
			"context_window": "0-200k", "inference_geo": nil, "workspace_id": null(l.Subaccount),
		}
		if l.Item != "" {
			maps.Copy(o, object{
				"cost_type": toolTypes[l.Item], "token_type": nil, "description": l.Item, "model": nil, "service_tier": nil, "context_window": nil,
			})
		}
		return o
	})
}

// toolTypes are the cost types of charges for tools, by description. Others have none.
var toolTypes = map[string]any{"Web Search Usage": "web_search", "Code Execution Usage": "code_execution"}

func (s *Server) anthropicUsage(r *http.Request) any {
	return s.anthropic(r, usage(func(l *Line) object {
		u := l.usage()
		return object{
			"uncached_input_tokens": u[Input], "cache_read_input_tokens": u[CachedInput], "output_tokens": u[Output],
			"cache_creation": object{"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": u[CacheWrite]},
			"model":          l.Model, "service_tier": cmp.Or(l.Tier, "standard"), "context_window": "0-200k", "workspace_id": null(l.Subaccount), "api_key_id": nil,
			"inference_geo": nil, "server_tool_use": object{"web_search_requests": 0},
		}
	}))
}

// openRouter has completed days only, and those of the last 30 days.
func (s *Server) openRouter(r *http.Request) any {
	d, err := time.Parse(time.DateOnly, r.URL.Query().Get("date"))
	if today := s.Now().UTC().Truncate(day); err != nil || !d.Before(today) || d.Before(today.Add(-30*day)) {
		return nil
	}
	return object{"data": results(s.Ledger.of("openrouter", d, s.Now()), func(l *Line) object {
		u := l.usage()
		return object{
			"date": d.Format(time.DateOnly), "model": l.Model, "model_permaslug": l.Model + "-2026-01-01", "endpoint_id": "e1",
			"provider_name": "OpenAI", "usage": json.Number(l.Amount), "byok_usage_inference": 99, "requests": l.Requests,
			"prompt_tokens": u[Input] + u[CachedInput], "completion_tokens": u[Output], "reasoning_tokens": 0,
		}
	})}
}

func (s *Server) liteLLM(r *http.Request) any {
	from, err1 := time.Parse(time.DateOnly, r.URL.Query().Get("start_date"))
	to, err2 := time.Parse(time.DateOnly, r.URL.Query().Get("end_date"))
	if err1 != nil || err2 != nil {
		return nil
	}
	days := []object{}
	for d := from; !d.After(to); d = d.Add(day) {
		if lines := s.Ledger.of("litellm", d, s.Now()); len(lines) > 0 {
			days = append(days, liteLLMDay(d, lines))
		}
	}
	return object{"results": days, "metadata": object{"page": 1, "total_pages": 1, "has_more": false}}
}

func liteLLMDay(d time.Time, lines []Line) object {
	models := object{}
	var sum money.Amount
	for i := range lines {
		l := &lines[i]
		u := l.usage()
		sum = sum.Add(amount(l.Amount))
		models[l.Model+"/"+l.Kind] = object{"metrics": object{
			"spend": json.Number(l.Amount), "prompt_tokens": u[Input] + u[CachedInput], "completion_tokens": u[Output], "api_requests": l.Requests,
		}, "metadata": object{}}
	}
	return object{
		"date": d.Format(time.DateOnly), "metrics": object{"spend": json.Number(sum.String())},
		"breakdown": object{"models": models, "providers": object{}, "api_keys": object{}},
	}
}
