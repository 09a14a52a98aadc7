package mock

import (
	"fmt"
	"maps"
)

// responses answers as OpenAI's Responses API does.
func (x *exchange) responses() answer {
	t := x.reply.Tokens
	input, output := t.Input+t.CacheRead+t.CacheWrite5m, t.Output+t.Reasoning
	x.sent, x.tier = true, orDefault(x.reply.Tier, "default")
	x.usage = object{
		"input_tokens": input, "input_tokens_details": object{"cached_tokens": t.CacheRead, "cache_write_tokens": t.CacheWrite5m},
		"output_tokens": output, "output_tokens_details": object{"reasoning_tokens": t.Reasoning}, "total_tokens": input + output,
	}
	items := x.outputItems()
	if x.request.Stream {
		return answer{events: x.responseStream(items)}
	}
	return answer{body: x.response("completed", items, x.usage)}
}

func (x *exchange) response(status string, items []any, usage any) object {
	return object{
		"id": "resp_" + x.id, "object": "response", "created_at": created, "status": status, "model": x.model,
		"output": items, "usage": usage, "service_tier": x.tier, "error": nil, "incomplete_details": nil,
		"instructions": nil, "metadata": object{}, "parallel_tool_calls": true, "temperature": 1, "top_p": 1,
		"tool_choice": "auto", "tools": []any{}, "text": object{"format": object{"type": "text"}},
		"reasoning": object{"effort": "medium", "summary": nil}, "truncation": "disabled", "store": true,
		"previous_response_id": nil, "max_output_tokens": nil, "background": false,
	}
}

func (x *exchange) outputItems() []any {
	items := []any{}
	for i := range x.reply.Tokens.Searches {
		items = append(items, object{
			"type": "web_search_call", "id": fmt.Sprintf("ws_%s_%d", x.id, i), "status": "completed",
			"action": object{"type": "search", "query": "weather in Paris", "queries": []string{"weather in Paris"}},
		})
	}
	if x.reply.ToolCall {
		return append(items, object{
			"type": "function_call", "id": "fc_" + x.id, "call_id": "call_" + x.id, "name": toolName,
			"arguments": toolArguments, "status": "completed",
		})
	}
	return append(items, object{
		"type": "message", "id": "msg_" + x.id, "status": "completed", "role": "assistant",
		"content": []any{object{"type": "output_text", "text": text, "annotations": []any{}, "logprobs": []any{}}},
	})
}

func (x *exchange) responseStream(items []any) []event {
	var events []event
	add := func(name string, data object) {
		data["type"], data["sequence_number"] = name, len(events)
		events = append(events, event{name, data})
	}
	add("response.created", object{"response": x.response("in_progress", []any{}, nil)})
	add("response.in_progress", object{"response": x.response("in_progress", []any{}, nil)})
	for i, item := range items {
		streamItem(add, i, item.(object))
	}
	add("response.completed", object{"response": x.response("completed", items, x.usage)})
	return events
}

// streamItem sends one item of the output, and what a client needs to put it together.
func streamItem(add func(string, object), index int, item object) {
	id := item["id"]
	begun := maps.Clone(item)
	begun["status"] = "in_progress"
	switch item["type"] {
	case "message":
		part := item["content"].([]any)[0]
		begun["content"] = []any{}
		add("response.output_item.added", object{"output_index": index, "item": begun})
		add("response.content_part.added", object{"item_id": id, "output_index": index, "content_index": 0, "part": object{"type": "output_text", "text": "", "annotations": []any{}}})
		add("response.output_text.delta", object{"item_id": id, "output_index": index, "content_index": 0, "delta": text, "logprobs": []any{}})
		add("response.output_text.done", object{"item_id": id, "output_index": index, "content_index": 0, "text": text, "logprobs": []any{}})
		add("response.content_part.done", object{"item_id": id, "output_index": index, "content_index": 0, "part": part})
	case "function_call":
		begun["arguments"] = ""
		add("response.output_item.added", object{"output_index": index, "item": begun})
		add("response.function_call_arguments.delta", object{"item_id": id, "output_index": index, "delta": toolArguments})
		add("response.function_call_arguments.done", object{"item_id": id, "output_index": index, "arguments": toolArguments})
	default:
		add("response.output_item.added", object{"output_index": index, "item": begun})
	}
	add("response.output_item.done", object{"output_index": index, "item": item})
}
