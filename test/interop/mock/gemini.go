package mock

// generate answers as Gemini's generateContent does: thoughts stand beside the candidates, cached
// content lies within the prompt.
func (x *exchange) generate() answer {
	t := x.reply.Tokens
	prompt := t.Input + t.CacheRead
	x.sent = true
	x.usage = object{
		"promptTokenCount": prompt, "candidatesTokenCount": t.Output, "thoughtsTokenCount": t.Reasoning,
		"cachedContentTokenCount": t.CacheRead, "totalTokenCount": prompt + t.Output + t.Reasoning,
		"promptTokensDetails": []any{object{"modality": "TEXT", "tokenCount": prompt}},
	}
	part := object{"text": text}
	if x.reply.ToolCall {
		part = object{"functionCall": object{"name": toolName, "args": object{"city": "Paris"}}}
	}
	body := object{
		"candidates":    []any{object{"index": 0, "finishReason": "STOP", "content": object{"role": "model", "parts": []any{part}}}},
		"usageMetadata": x.usage, "modelVersion": x.model, "responseId": x.id,
	}
	if !x.request.Stream {
		return answer{body: body}
	}
	return answer{events: []event{{data: object{
		"candidates":    []any{object{"index": 0, "content": object{"role": "model", "parts": []any{object{"text": ""}}}}},
		"usageMetadata": object{"promptTokenCount": prompt, "cachedContentTokenCount": t.CacheRead, "totalTokenCount": prompt},
		"modelVersion":  x.model, "responseId": x.id,
	}}, {data: body}}}
}
