package main

import "github.com/otelcol-finops/otelcol-finops/test/interop/mock"

// Models of the scenarios. Clients ask for the alias where there is one.
const (
	gpt4o  = "gpt-4o-2024-08-06"
	gpt5   = "gpt-5-2025-08-07"
	sonnet = "claude-sonnet-4-5-20250929"
)

var (
	cachedChat     = mock.Tokens{Input: 176, CacheRead: 1024, Output: 300}
	reasoningChat  = mock.Tokens{Input: 512, CacheRead: 1536, Output: 188, Reasoning: 512}
	cachedMessage  = mock.Tokens{Input: 100, CacheRead: 5000, CacheWrite5m: 1500, CacheWrite1h: 500, Output: 400}
	thinkingGemini = mock.Tokens{Input: 388, CacheRead: 512, Output: 200, Reasoning: 150}
)

// scenarios are what a provider may make of calls. The clients' scripts have a function of the same name.
var scenarios = []mock.Scenario{
	openai("chat", mock.Reply{Tokens: cachedChat}),
	openai("chat_stream", mock.Reply{Tokens: cachedChat}),
	openai("chat_stream_without_usage", mock.Reply{Tokens: cachedChat}),
	openai("chat_flex", mock.Reply{Model: gpt5, Tier: "flex", Tokens: reasoningChat}),
	openai("chat_priority", mock.Reply{Tier: "priority", Tokens: cachedChat}),
	openai("chat_cache_write", mock.Reply{Tokens: mock.Tokens{Input: 200, CacheRead: 2000, CacheWrite5m: 400, Output: 300}}),
	openai("chat_azure", mock.Reply{Model: gpt4o, Tokens: cachedChat}),
	openai("chat_openrouter", mock.Reply{Tokens: cachedChat, Cost: 0.00421}),
	openai("chat_stream_abort", mock.Reply{Tokens: cachedChat}),
	openai("chat_retry", mock.Reply{Status: 429}, mock.Reply{Tokens: cachedChat}),
	openai("chat_error", mock.Reply{Status: 500}),
	openai("chat_stream_error", mock.Reply{Status: 500}),
	openai("chat_twice", mock.Reply{Tokens: cachedChat}),
	openai("chat_parallel", mock.Reply{Tokens: cachedChat}),
	openai("chat_tool", mock.Reply{Tokens: cachedChat, ToolCall: true}, mock.Reply{Tokens: mock.Tokens{Input: 500, Output: 260, Reasoning: 640}}),
	openai("responses", mock.Reply{Model: gpt5, Tier: "flex", Tokens: reasoningChat}),
	openai("responses_stream", mock.Reply{Model: gpt5, Tokens: reasoningChat}),
	openai("responses_stream_abort", mock.Reply{Model: gpt5, Tokens: reasoningChat}),
	openai("responses_search", mock.Reply{Model: gpt5, Tokens: withSearches(reasoningChat, 2)}),
	openai("embeddings", mock.Reply{Tokens: mock.Tokens{Input: 64}}),

	anthropic("messages", mock.Reply{Tokens: cachedMessage}),
	anthropic("messages_stream", mock.Reply{Tokens: cachedMessage}),
	anthropic("messages_stream_plain", mock.Reply{Tokens: mock.Tokens{Input: 640, Output: 80}}),
	cumulative(anthropic("messages_stream_cumulative", mock.Reply{Tokens: cachedMessage})),
	anthropic("messages_stream_abort", mock.Reply{Tokens: cachedMessage}),
	anthropic("messages_parallel", mock.Reply{Tokens: cachedMessage}),
	anthropic("messages_search", mock.Reply{Model: sonnet, Tier: "priority", Tokens: withSearches(mock.Tokens{Input: 2500, Output: 600}, 3)}),
	anthropic("messages_retry", mock.Reply{Status: 429}, mock.Reply{Tokens: cachedMessage}),
	anthropic("messages_error", mock.Reply{Status: 500}),
	anthropic("messages_twice", mock.Reply{Tokens: cachedMessage}),
	anthropic("messages_tool", mock.Reply{Tokens: cachedMessage, ToolCall: true}, mock.Reply{Tokens: mock.Tokens{Input: 640, Output: 80}}),

	gemini("generate", mock.Reply{Tokens: thinkingGemini}),
	gemini("generate_stream", mock.Reply{Tokens: thinkingGemini}),
	gemini("generate_stream_abort", mock.Reply{Tokens: thinkingGemini}),
	gemini("generate_error", mock.Reply{Status: 500}),
	gemini("generate_twice", mock.Reply{Tokens: thinkingGemini}),
}

func openai(name string, replies ...mock.Reply) mock.Scenario {
	return mock.Scenario{Name: name, Provider: "openai", Replies: replies}
}

func anthropic(name string, replies ...mock.Reply) mock.Scenario {
	return mock.Scenario{Name: name, Provider: "anthropic", Replies: replies}
}

func gemini(name string, replies ...mock.Reply) mock.Scenario {
	return mock.Scenario{Name: name, Provider: "gcp.gemini", Replies: replies}
}

func cumulative(s mock.Scenario) mock.Scenario {
	s.Cumulative = true
	return s
}

func withSearches(t mock.Tokens, n int64) mock.Tokens {
	t.Searches = n
	return t
}
