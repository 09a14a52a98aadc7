package mock

import (
	"fmt"
	"maps"
)

// messages answers as Anthropic's Messages API does: cached input stands beside the input.
func (x *exchange) messages() answer {
	t := x.reply.Tokens
	x.sent = true
	x.usage = object{
		"input_tokens": t.Input, "cache_read_input_tokens": t.CacheRead,
		"cache_creation_input_tokens": t.CacheWrite5m + t.CacheWrite1h,
		"cache_creation":              object{"ephemeral_5m_input_tokens": t.CacheWrite5m, "ephemeral_1h_input_tokens": t.CacheWrite1h},
		"output_tokens":               t.Output, "service_tier": orDefault(x.reply.Tier, "standard"), "inference_geo": "not_available",
	}
	if t.Searches > 0 {
		x.usage["server_tool_use"] = object{"web_search_requests": t.Searches, "web_fetch_requests": 0}
	}
	content, stop := x.content(), "end_turn"
	if x.reply.ToolCall {
		stop = "tool_use"
	}
	if x.request.Stream {
		return answer{events: x.messageStream(content, stop)}
	}
	return answer{body: x.message(content, stop, x.usage)}
}

func (x *exchange) message(content []any, stop any, usage object) object {
	return object{
		"id": "msg_" + x.id, "type": "message", "role": "assistant", "model": x.model, "content": content,
		"stop_reason": stop, "stop_sequence": nil, "usage": usage,
	}
}

func (x *exchange) content() []any {
	content := []any{}
	for i := range x.reply.Tokens.Searches {
		id := fmt.Sprintf("srvtoolu_%s%d", x.id, i)
		content = append(content,
			object{"type": "server_tool_use", "id": id, "name": "web_search", "input": object{"query": "weather in Paris"}},
			object{"type": "web_search_tool_result", "tool_use_id": id, "content": []any{}})
	}
	if x.reply.ToolCall {
		return append(content, object{"type": "tool_use", "id": "toolu_" + x.id, "name": toolName, "input": object{"city": "Paris"}})
	}
	return append(content, object{"type": "text", "text": text})
}

// messageStream begins with the input's usage and ends with the output's, as documented.
func (x *exchange) messageStream(content []any, stop string) []event {
	begun := maps.Clone(x.usage)
	begun["output_tokens"] = 1
	delete(begun, "server_tool_use")
	final := object{"output_tokens": x.usage["output_tokens"]}
	if x.scenario.Cumulative {
		for _, key := range []string{"input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "server_tool_use"} {
			if value, ok := x.usage[key]; ok {
				final[key] = value
			}
		}
	}
	var events []event
	add := func(name string, data object) {
		data["type"] = name
		events = append(events, event{name, data})
	}
	add("message_start", object{"message": x.message([]any{}, nil, begun)})
	for i, block := range content {
		streamBlock(add, i, block.(object))
	}
	add("message_delta", object{"delta": object{"stop_reason": stop, "stop_sequence": nil}, "usage": final})
	add("message_stop", object{})
	return events
}

func streamBlock(add func(string, object), index int, block object) {
	begun, delta := maps.Clone(block), object(nil)
	switch block["type"] {
	case "text":
		begun["text"], delta = "", object{"type": "text_delta", "text": text}
	case "tool_use":
		begun["input"], delta = object{}, object{"type": "input_json_delta", "partial_json": toolArguments}
	}
	add("content_block_start", object{"index": index, "content_block": begun})
	if delta != nil {
		add("content_block_delta", object{"index": index, "delta": delta})
	}
	add("content_block_stop", object{"index": index})
}
