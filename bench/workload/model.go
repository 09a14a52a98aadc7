package workload

import "fmt"

// Model is a model that spans of a workload call.
type Model struct {
	Provider string
	Name     string
	// Rates in USD per 1M tokens.
	Input, CacheRead, Output float64
}

// Current are 20 models that are in use today, with list prices as the peers' tables hold them.
var Current = []Model{
	{"openai", "gpt-4o-2024-08-06", 2.5, 1.25, 10},
	{"openai", "gpt-4o-mini-2024-07-18", 0.15, 0.075, 0.6},
	{"openai", "gpt-4.1-2025-04-14", 2, 0.5, 8},
	{"openai", "gpt-4.1-mini-2025-04-14", 0.4, 0.1, 1.6},
	{"openai", "gpt-4.1-nano-2025-04-14", 0.1, 0.025, 0.4},
	{"openai", "o3-2025-04-16", 2, 0.5, 8},
	{"openai", "o4-mini-2025-04-16", 1.1, 0.275, 4.4},
	{"openai", "gpt-5-2025-08-07", 1.25, 0.125, 10},
	{"openai", "gpt-5-mini-2025-08-07", 0.25, 0.025, 2},
	{"openai", "gpt-5-nano-2025-08-07", 0.05, 0.005, 0.4},
	{"anthropic", "claude-opus-4-1-20250805", 15, 1.5, 75},
	{"anthropic", "claude-sonnet-4-5-20250929", 3, 0.3, 15},
	{"anthropic", "claude-haiku-4-5-20251001", 1, 0.1, 5},
	{"gcp.gemini", "gemini-2.5-pro", 1.25, 0.125, 10},
	{"gcp.gemini", "gemini-2.5-flash", 0.3, 0.03, 2.5},
	{"gcp.gemini", "gemini-2.5-flash-lite", 0.1, 0.01, 0.4},
	{"mistral_ai", "mistral-large-latest", 0.5, 0.05, 1.5},
	{"mistral_ai", "mistral-small-latest", 0.1, 0.01, 0.3},
	{"deepseek", "deepseek-chat", 0.28, 0.028, 0.42},
	{"x_ai", "grok-4", 3, 0.75, 15},
}

// Synthetic returns n models of one made-up provider, each with other rates. Synthetic(m) is a
// prefix of Synthetic(n) for m < n.
func Synthetic(n int) []Model {
	models := make([]Model, n)
	for i := range models {
		unit := float64(1 + i%40)
		models[i] = Model{
			Provider:  "example",
			Name:      fmt.Sprintf("model-%05d-2026-01-01", i),
			Input:     unit / 8,
			CacheRead: unit / 64,
			Output:    unit / 2,
		}
	}
	return models
}
