package genai

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// maxToolText bounds how much of a tool definition is searched. Definitions beyond it are
// long schemas of the app's own functions.
const maxToolText = 64 << 10

// chargedTools are parts of the names of tools that run at the provider and are charged per use.
var chargedTools = [...]string{
	"web_search", "webSearch", "file_search", "fileSearch", "code_interpreter", "codeInterpreter",
	"code_execution", "codeExecution", "google_search", "googleSearch", "google_maps", "x_search",
	"image_generation",
}

// offeredTools looks for charged tools among the definitions that a call was given.
func (f *facts) offeredTools(v pcommon.Value) {
	switch {
	case f.tools:
	case v.Type() == pcommon.ValueTypeStr:
		f.tools = namesChargedTool(v.Str())
	case v.Type() == pcommon.ValueTypeSlice:
		f.offeredToolList(v)
	}
}

func (f *facts) offeredToolList(v pcommon.Value) {
	if v.Type() != pcommon.ValueTypeSlice {
		return
	}
	for _, tool := range v.Slice().All() {
		if f.tools {
			return
		}
		f.tools = tool.Type() == pcommon.ValueTypeStr && namesChargedTool(tool.Str())
	}
}

func namesChargedTool(s string) bool {
	if len(s) > maxToolText {
		s = s[:maxToolText]
	}
	for _, name := range chargedTools {
		if strings.Contains(s, name) {
			return true
		}
	}
	return false
}
