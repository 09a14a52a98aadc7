package mock

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
)

// created is the time in all answers; nothing depends on it.
const created = 1795400000

// Text of every answer, and the tool call where one is asked for.
const (
	text          = "It is sunny in Paris."
	toolName      = "get_weather"
	toolArguments = `{"city":"Paris"}`
)

// chatUsage is the usage object of Chat Completions: parts lie within the totals.
func chatUsage(t Tokens) object {
	prompt, completion := t.Input+t.CacheRead+t.CacheWrite5m, t.Output+t.Reasoning
	return object{
		"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
		"prompt_tokens_details": object{"cached_tokens": t.CacheRead, "cache_write_tokens": t.CacheWrite5m, "audio_tokens": 0},
		"completion_tokens_details": object{
			"reasoning_tokens": t.Reasoning, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
		},
	}
}

func (x *exchange) chat() answer {
	x.usage, x.tier = chatUsage(x.reply.Tokens), orDefault(x.reply.Tier, "default")
	if x.reply.Cost > 0 {
		x.usage["cost"] = x.reply.Cost
	}
	x.sent = !x.request.Stream || x.request.StreamOptions.IncludeUsage
	message, finish := object{"role": "assistant", "content": text, "refusal": nil, "annotations": []any{}}, "stop"
	if x.reply.ToolCall {
		message, finish = object{"role": "assistant", "content": nil, "refusal": nil, "tool_calls": []any{chatToolCall(x.id)}}, "tool_calls"
	}
	if x.request.Stream {
		return answer{events: x.chatStream(message, finish)}
	}
	body := x.chatEnvelope("chat.completion", object{"index": 0, "message": message, "logprobs": nil, "finish_reason": finish})
	body["usage"] = x.usage
	return answer{body: body}
}

func (x *exchange) chatEnvelope(kind string, choices ...any) object {
	if choices == nil {
		choices = []any{}
	}
	return object{
		"id": "chatcmpl-" + x.id, "object": kind, "created": created, "model": x.model, "choices": choices,
		"service_tier": x.tier, "system_fingerprint": "fp_mock",
	}
}

func (x *exchange) chatStream(message object, finish string) []event {
	chunk := func(delta object, finish any) event {
		return event{data: x.chatEnvelope("chat.completion.chunk", object{"index": 0, "delta": delta, "logprobs": nil, "finish_reason": finish})}
	}
	if calls, ok := message["tool_calls"].([]any); ok {
		calls[0].(object)["index"] = 0
	}
	events := []event{chunk(message, nil), chunk(object{}, finish)}
	if x.sent {
		last := x.chatEnvelope("chat.completion.chunk")
		last["usage"] = x.usage
		events = append(events, event{data: last})
	}
	return append(events, event{data: done{}})
}

func chatToolCall(id string) object {
	return object{"id": "call_" + id, "type": "function", "function": object{"name": toolName, "arguments": toolArguments}}
}

// embeddings answers with a short vector for each text.
func (x *exchange) embeddings() answer {
	x.sent = true
	x.usage = object{"prompt_tokens": x.reply.Tokens.Input, "total_tokens": x.reply.Tokens.Input}
	data := make([]any, x.request.inputs())
	for i := range data {
		data[i] = object{"object": "embedding", "index": i, "embedding": vector(x.request.EncodingFormat)}
	}
	return answer{body: object{"object": "list", "model": x.model, "data": data, "usage": x.usage}}
}

func vector(format string) any {
	values := []float32{0.25, -0.5, 0.75}
	if format != "base64" {
		return values
	}
	var buffer bytes.Buffer
	// A buffer takes any write.
	_ = binary.Write(&buffer, binary.LittleEndian, values)
	return base64.StdEncoding.EncodeToString(buffer.Bytes())
}

func orDefault(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
