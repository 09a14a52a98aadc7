package genai

import (
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// bytesPerToken is what a token of English text is worth. Source: OpenAI, "What are tokens and how to
// count them": about four characters.
const bytesPerToken = 4

// maxTextDepth bounds how deep structured content is followed.
const maxTextDepth = 8

// text says where instrumentations put the content of a call.
type text struct {
	// prefix of the attribute's key.
	prefix string
	output bool
	// telling groups keys that tell the same content once; several tellings repeat each other.
	telling uint8
}

// The tellings of a call's content.
const (
	tellingSemconv uint8 = iota
	tellingIndexed
	tellingMessages
	tellingValue
	tellingVercel
	tellingLangfuse
	tellings
)

// texts are the keys of content. Sources: the OpenTelemetry GenAI registry, OpenLLMetry
// (gen_ai.prompt.N.content), the OpenInference specification, the Vercel AI SDK's and
// Langfuse's documentation.
var texts = []text{
	{"gen_ai.input.messages", false, tellingSemconv},
	{"gen_ai.system_instructions", false, tellingSemconv},
	{"gen_ai.output.messages", true, tellingSemconv},
	{"gen_ai.prompt", false, tellingIndexed},
	{"gen_ai.completion", true, tellingIndexed},
	{"llm.input_messages.", false, tellingMessages},
	{"llm.output_messages.", true, tellingMessages},
	{"input.value", false, tellingValue},
	{"output.value", true, tellingValue},
	{"ai.prompt", false, tellingVercel},
	{"ai.response.text", true, tellingVercel},
	{"ai.response.object", true, tellingVercel},
	{"langfuse.observation.input", false, tellingLangfuse},
	{"langfuse.observation.output", true, tellingLangfuse},
}

// promptName names a prompt and holds none, although its name begins like those that do.
const promptName = "gen_ai.prompt.name"

// IsContent reports whether an attribute of that name holds what was said to a model, or by it.
func IsContent(name string) bool {
	return name != promptName && slices.ContainsFunc(texts, func(t text) bool { return strings.HasPrefix(name, t.prefix) })
}

// Estimate gives a call without usage the usage that the length of its content suggests, and marks
// it. It reports whether there was any content. Nothing of the content is kept.
func Estimate(attrs pcommon.Map, c *Call) bool {
	var input, output [tellings]int64
	for key, value := range attrs.All() {
		for _, t := range texts {
			if !strings.HasPrefix(key, t.prefix) {
				continue
			}
			if t.output {
				output[t.telling] += textLength(value, 0)
			} else {
				input[t.telling] += textLength(value, 0)
			}
			break
		}
	}
	in, out := longest(input), longest(output)
	if in == 0 && out == 0 {
		return false
	}
	c.Usage = meter.Usage{meter.Input: tokensOf(in), meter.Output: tokensOf(out)}
	c.HasUsage = true
	c.Gaps.Add(GapUsageEstimated)
	return true
}

// longest is the telling that says most.
func longest(lengths [tellings]int64) int64 {
	var most int64
	for _, n := range lengths {
		most = max(most, n)
	}
	return most
}

func tokensOf(bytes int64) money.Quantity {
	return money.Units((bytes + bytesPerToken - 1) / bytesPerToken)
}

// textLength is the number of bytes of all strings in a value.
func textLength(v pcommon.Value, depth int) (n int64) {
	if depth > maxTextDepth {
		return 0
	}
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return int64(len(v.Str()))
	case pcommon.ValueTypeSlice:
		for _, e := range v.Slice().All() {
			n += textLength(e, depth+1)
		}
	case pcommon.ValueTypeMap:
		for _, e := range v.Map().All() {
			n += textLength(e, depth+1)
		}
	default:
	}
	return n
}
