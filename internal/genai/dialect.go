package genai

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// readAll takes all attributes of a record in.
func (f *facts) readAll(attrs pcommon.Map) {
	for k, v := range attrs.All() {
		if k != "" && k[0] == 'g' {
			f.readSemconv(k, v)
		} else {
			f.read(k, v)
		}
	}
	if f.scope.profile.Unprefixed {
		for k, v := range attrs.All() {
			f.readUnprefixed(k, v)
		}
	}
}

// read takes one attribute in that does not begin with g. The first byte selects a dialect, so that attributes of no
// interest cost one jump.
func (f *facts) read(k string, v pcommon.Value) {
	if len(k) < 5 {
		return
	}
	switch k[0] {
	case 'l':
		f.readL(k, v)
	case 'a':
		f.readA(k, v)
	case 'o':
		f.readO(k, v)
	case 'f':
		if rest, ok := strings.CutPrefix(k, "finops."); ok {
			f.readOwn(rest, v)
		}
	case 'e', 's', 'h', 't', 'c', 'm':
		f.readCommon(k, v)
	}
}

func (f *facts) readL(k string, v pcommon.Value) {
	switch {
	case strings.HasPrefix(k, "llm."):
		f.readLLM(k[len("llm."):], v)
	case strings.HasPrefix(k, "langfuse.observation."):
		f.readLangfuse(k[len("langfuse.observation."):], v)
	case strings.HasPrefix(k, "litellm."):
		f.readLiteLLM(k[len("litellm."):], v)
	case k == "langsmith.span.kind":
		f.mark = langsmithMark(v.Str())
	}
}

func (f *facts) readA(k string, v pcommon.Value) {
	switch {
	case k[2] == '.':
		if k[1] == 'i' {
			f.readVercel(k[len("ai."):], v)
		}
	case k[1] == 'n':
		f.readAnthropic(k, v)
	case k == "aws.region":
		set(&f.call.Region, v)
	}
}

func (f *facts) readO(k string, v pcommon.Value) {
	switch k {
	case "openinference.span.kind":
		f.mark = openInferenceMark(v.Str())
	case "openai.request.service_tier":
		set(&f.call.RequestedTier, v)
	case "openai.response.service_tier":
		set(&f.call.ServiceTier, v)
	case "openai.api.type":
		set(&f.api, v)
	case "operation.name":
		if f.mark == markNone {
			f.mark = vercelMark(v.Str())
		}
	case "operation.cost":
		f.reported(v, costOperation)
	case "output.value":
		f.payload.response = f.raw(v)
	}
}

// readCommon reads the attributes that no dialect owns, and those of dialects with few names.
func (f *facts) readCommon(k string, v pcommon.Value) {
	c := f.call
	switch k {
	case "error.type":
		set(&c.ErrorType, v)
	case "server.address":
		set(&c.ServerAddress, v)
	case "http.response.status_code", "http.status_code":
		f.status = number(v)
	case "embedding.model_name", "reranker.model_name":
		first(&c.ResponseModel, v)
	case "traceloop.span.kind":
		if f.mark == markNone {
			f.mark = traceloopMark(v.Str())
		}
	case "cloud.region":
		if f.scope.profile.CallRegion {
			first(&c.Region, v)
		}
	case "metadata":
		f.langChainProvider(v)
	case "model_request_parameters":
		f.offeredTools(v)
	case "hidden_params":
		f.liteLLMHidden(v)
	}
}

// number reads a number that is not billed, such as a status code.
func number(v pcommon.Value) int64 {
	if s := v.Str(); s != "" {
		n, _ := parseTokens(s)
		return n
	}
	return v.Int()
}
