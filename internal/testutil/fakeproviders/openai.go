package fakeproviders

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

func (s *Server) openAI(r *http.Request, result func(*Line) object) any {
	from, err1 := strconv.ParseInt(r.URL.Query().Get("start_time"), 10, 64)
	to, err2 := strconv.ParseInt(r.URL.Query().Get("end_time"), 10, 64)
	if err1 != nil || err2 != nil || len(r.URL.Query()["group_by"]) > 0 {
		return nil
	}
	return s.buckets(r, "openai", time.Unix(from, 0).UTC(), time.Unix(to, 0).UTC(), func(d time.Time, lines []Line) object {
		return object{"object": "bucket", "start_time": d.Unix(), "end_time": d.Add(day).Unix(), "results": results(lines, result)}
	})
}

func (s *Server) openAICosts(r *http.Request) any {
	return s.openAI(r, func(l *Line) object {
		o := object{
			"object": "organization.costs.result", "project_id": null(l.Subaccount), "line_item": l.item(), "user_id": nil, "api_key_id": nil,
			"amount": object{"value": json.Number(l.Amount), "currency": "usd"}, "quantity": nil, "quantity_unit": nil, "api_source": nil,
		}
		if l.Tokens > 0 && !s.Older {
			o["quantity"], o["quantity_unit"] = l.Tokens, cmp.Or(l.Unit, "tokens")
		}
		return o
	})
}

// usageOf leaves out the lines of other usage reports.
func usageOf(path string, result func(*Line) object) func(*Line) object {
	return usage(func(l *Line) object {
		if cmp.Or(l.Usage, OpenAIUsage) != path {
			return nil
		}
		return result(l)
	})
}

// openAIUsage has the lists of which each result counts tokens by kind.
func (s *Server) openAIUsage(r *http.Request) any {
	return s.openAI(r, usageOf(r.URL.Path, func(l *Line) object {
		tokens := l.openAITokens()
		if s.Older {
			tokens = l.olderOpenAITokens()
		}
		maps.Copy(tokens, object{
			"object": objectOf(r.URL.Path), "project_id": null(l.Subaccount), "model": l.Model,
			"num_model_requests": l.Requests, "batch": l.Tier == Batch, "service_tier": "default", "user_id": nil, "api_key_id": nil,
		})
		return tokens
	}))
}

func objectOf(path string) string {
	return "organization.usage." + path[strings.LastIndex(path, "/")+1:] + ".result"
}

// openAITokens has all input and all output in the totals.
func (l *Line) openAITokens() object {
	u := l.usage()
	cached, uncached := u[CachedInput]+u[CachedAudioInput]+u[CachedImageInput], u[Input]+u[AudioInput]+u[ImageInput]
	return object{
		"input_tokens": uncached + cached + u[CacheWrite], "input_uncached_tokens": uncached, "input_cached_tokens": cached,
		"input_text_tokens": u[Input], "input_audio_tokens": u[AudioInput], "input_image_tokens": u[ImageInput],
		"input_cached_text_tokens": u[CachedInput], "input_cached_audio_tokens": u[CachedAudioInput], "input_cached_image_tokens": u[CachedImageInput],
		"input_cache_write_tokens": u[CacheWrite], "input_cache_write_30m_tokens": u[CacheWrite], "input_cache_write_12h_tokens": 0,
		"output_tokens":      u[Output] + u[AudioOutput] + u[ImageOutput],
		"output_text_tokens": u[Output], "output_audio_tokens": u[AudioOutput], "output_image_tokens": u[ImageOutput],
	}
}

// olderOpenAITokens has audio beside the totals, which are text.
func (l *Line) olderOpenAITokens() object {
	u := l.usage()
	return object{
		"input_tokens": u[Input] + u[CachedInput], "input_cached_tokens": u[CachedInput], "output_tokens": u[Output],
		"input_audio_tokens": u[AudioInput] + u[CachedAudioInput], "output_audio_tokens": u[AudioOutput],
	}
}

// openAICounts has the lists of which each result counts one thing.
func (s *Server) openAICounts(field string) func(*http.Request) any {
	return func(r *http.Request) any {
		return s.openAI(r, usageOf(r.URL.Path, func(l *Line) object {
			return object{
				"object": objectOf(r.URL.Path), field: l.Tokens, "num_model_requests": l.Requests,
				"project_id": null(l.Subaccount), "model": l.Model, "user_id": nil, "api_key_id": nil,
			}
		}))
	}
}
