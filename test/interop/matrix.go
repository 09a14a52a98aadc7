package main

import (
	"regexp"
	"slices"

	"github.com/otelcol-finops/otelcol-finops/test/interop/mock"
)

// instrumentation is one row of the matrix: published packages, installed together, as an application
// would use them.
type instrumentation struct {
	name string
	// runtime and environment say where its packages are pinned.
	runtime, environment string
	// setup names what the script turns on, client the file of the calls.
	setup, client string
	// packages whose versions the page shows: the instrumentation's own first.
	packages []string
	// scenarios that the client can do.
	scenarios []string
}

// Scenarios by client.
var (
	openaiScenarios = []string{
		"chat", "chat_stream", "chat_stream_without_usage", "chat_flex", "chat_priority", "chat_cache_write", "chat_retry",
		"chat_error", "chat_twice", "chat_parallel", "chat_azure", "chat_openrouter", "chat_stream_abort", "chat_stream_error", "responses",
		"responses_stream", "responses_stream_abort", "responses_search", "embeddings",
	}
	anthropicScenarios = []string{
		"messages", "messages_stream", "messages_stream_plain", "messages_stream_cumulative", "messages_stream_abort",
		"messages_search", "messages_parallel", "messages_retry", "messages_error", "messages_twice",
	}
	geminiScenarios    = []string{"generate", "generate_stream", "generate_stream_abort", "generate_error", "generate_twice"}
	frameworkScenarios = []string{
		"chat", "chat_stream", "chat_stream_abort", "chat_stream_error", "chat_flex", "chat_retry", "chat_error", "chat_twice", "chat_parallel", "chat_tool",
		"responses", "embeddings", "messages_stream_abort", "messages_parallel",
		"messages", "messages_stream", "messages_stream_plain", "messages_twice", "messages_tool",
	}
	vercelScenarios = []string{
		"chat", "chat_stream", "chat_flex", "chat_retry", "chat_error", "chat_twice", "chat_parallel", "chat_tool", "responses",
		"chat_stream_abort", "chat_stream_error", "messages_stream_abort", "messages_parallel",
		"responses_stream", "responses_search", "embeddings", "messages", "messages_stream", "messages_stream_plain", "messages_search", "messages_retry",
		"messages_error", "messages_twice", "messages_tool",
	}
)

func without(scenarios []string, names ...string) []string {
	return slices.DeleteFunc(slices.Clone(scenarios), func(s string) bool { return slices.Contains(names, s) })
}

// selected are the pairs of instrumentation and scenario whose name matches.
func selected(pattern *regexp.Regexp) []pair {
	var pairs []pair
	for i := range instrumentations {
		for _, s := range scenarios {
			p := pair{&instrumentations[i], s}
			if slices.Contains(p.scenarios, s.Name) && pattern.MatchString(p.name()) {
				pairs = append(pairs, p)
			}
		}
	}
	return pairs
}

// pair is one cell of the matrix.
type pair struct {
	*instrumentation
	scenario mock.Scenario
}

func (p pair) name() string { return p.instrumentation.name + "/" + p.scenario.Name }
