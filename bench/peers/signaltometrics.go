package peers

// SignalToMetrics makes ten metrics of what a transform configuration wrote: four sums of cost,
// four of tokens, the number of requests, and a histogram of the cost of a request.
func SignalToMetrics() map[string]any {
	spans := make([]any, 0, 10)
	for _, part := range []string{"input", "cache_read", "output", "amount"} {
		spans = append(spans, definition("peer.cost."+part, "USD", "sum", map[string]any{
			"value": `span.attributes["peer.cost.` + part + `"]`, "monotonic": true,
		}))
	}
	for name, value := range map[string]string{
		"input":      `Int(span.attributes["gen_ai.usage.input_tokens"])`,
		"cache_read": `Int(span.attributes["gen_ai.usage.cache_read.input_tokens"])`,
		"output":     `Int(span.attributes["gen_ai.usage.output_tokens"])`,
		"total":      `Int(span.attributes["gen_ai.usage.input_tokens"]) + Int(span.attributes["gen_ai.usage.output_tokens"])`,
	} {
		spans = append(spans, definition("peer.tokens."+name, "{token}", "sum", map[string]any{"value": value, "monotonic": true}))
	}
	spans = append(spans,
		definition("peer.requests", "{request}", "sum", map[string]any{"value": "Int(AdjustedCount())", "monotonic": true}),
		definition("peer.request.cost", "USD", "exponential_histogram", map[string]any{
			"count": "Int(AdjustedCount())", "value": attrAmount,
		}))
	return map[string]any{"error_mode": "silent", "spans": spans}
}

func definition(name, unit, kind string, aggregation map[string]any) map[string]any {
	return map[string]any{
		"name": name,
		"unit": unit,
		"include_resource_attributes": []any{
			map[string]any{"key": "service.name"},
			map[string]any{"key": "team"},
		},
		"attributes": []any{
			map[string]any{"key": "gen_ai.provider.name"},
			map[string]any{"key": "gen_ai.response.model"},
			map[string]any{"key": "gen_ai.operation.name"},
		},
		"conditions": []string{attrAmount + " != nil"},
		kind:         aggregation,
	}
}
