package genai_test

import (
	"fmt"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// Two instrumentations report the same call: Anthropic's own SDK includes cached tokens in the input,
// Traceloop's does not.
func ExampleScopeReader_ReadSpan() {
	reader := genai.NewReader()
	for scope, input := range map[string]int64{
		"com.anthropic.sdk.typescript":         600,
		"@traceloop/instrumentation-anthropic": 100,
	} {
		ss := ptrace.NewScopeSpans()
		ss.Scope().SetName(scope)
		span := ss.Spans().AppendEmpty()
		span.Attributes().PutStr("gen_ai.operation.name", "chat")
		span.Attributes().PutStr("gen_ai.provider.name", "anthropic")
		span.Attributes().PutInt("gen_ai.usage.input_tokens", input)
		span.Attributes().PutInt("gen_ai.usage.cache_read.input_tokens", 500)
		span.Attributes().PutInt("gen_ai.usage.output_tokens", 40)

		var call genai.Call
		reader.Scope(ss.Scope()).ReadSpan(span, &call)
		fmt.Println(call.Usage[meter.Input], call.Usage[meter.CacheRead], call.Usage[meter.Output])
	}
	// Output:
	// 100 500 40
	// 100 500 40
}
