package genai

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// readVercel reads an attribute whose name begins with ai.: the Vercel AI SDK up to 6, and 7 with
// its legacy telemetry.
func (f *facts) readVercel(k string, v pcommon.Value) {
	if strings.HasPrefix(k, "usage.") {
		f.readVercelUsage(k[len("usage."):], v)
		return
	}
	c := f.call
	switch k {
	case "operationId":
		f.mark = vercelMark(v.Str())
		c.Stream = c.Stream || strings.HasSuffix(v.Str(), ".doStream")
	case "model.provider":
		first(&c.Provider, v)
	case "model.id":
		first(&c.RequestModel, v)
	case "response.model":
		first(&c.ResponseModel, v)
	case "response.id":
		first(&c.ResponseID, v)
		c.OutputStarted = true
	case "response.finishReason", "response.msToFirstChunk", "stream.msToFirstChunk":
		c.OutputStarted = true
	case "request.headers.user-agent":
		if version, ok := strings.CutPrefix(v.Str(), "ai/"); ok {
			f.version, _, _ = strings.Cut(version, " ")
		}
	case "prompt.tools":
		f.offeredToolList(v)
	case "response.providerMetadata":
		f.payload.metadata = f.raw(v)
	}
}

func (f *facts) readVercelUsage(k string, v pcommon.Value) {
	switch k {
	case "inputTokens", "promptTokens":
		f.putOld(tokInput, v)
	case "tokens":
		f.putOld(tokInput, v)
		f.embedding()
	case "outputTokens", "completionTokens":
		f.putOld(tokOutput, v)
	case "totalTokens":
		f.putOld(tokTotal, v)
	case "cachedInputTokens":
		f.putOld(tokCacheRead, v)
	case "inputTokenDetails.noCacheTokens":
		f.put(tokUncached, v)
	case "inputTokenDetails.cacheReadTokens":
		f.put(tokCacheRead, v)
	case "inputTokenDetails.cacheWriteTokens":
		f.put(tokCacheWrite, v)
	case "reasoningTokens", "outputTokenDetails.reasoningTokens":
		f.putOld(tokReasoning, v)
	}
}

// embedding marks a record that counts tokens without a direction: there is no output to miss.
func (f *facts) embedding() {
	if f.mark == markNone {
		f.mark = markEmbeddings
	}
}
