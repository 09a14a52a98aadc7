package genai

import (
	"math"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// maxTokens bounds a believable token count. Nothing bills a trillion tokens in one call, and sums
// of counts below it cannot overflow.
const maxTokens = 1 << 40

// tok is one token count as instrumentations report it, before anything is known about which
// counts include which.
type tok uint8

const (
	// tokInput is the input, with or without cached tokens: that is for the form to say.
	tokInput tok = iota
	// tokUncached is the input that certainly was not cached.
	tokUncached
	// tokTextIn is text input beside audio and image input, cached or not.
	tokTextIn
	// tokToolInput is input that tools of the provider's added beside the prompt.
	tokToolInput
	tokCacheRead
	tokCacheWrite
	tokWrite5m
	tokWrite1h
	tokOutput
	// tokPlainOutput is the output that certainly is in no other meter.
	tokPlainOutput
	tokReasoning
	tokTotal
	tokAudioIn
	tokAudioOut
	tokAudioCached
	tokImageIn
	tokImageOut
	tokImageCached
	tokVideoIn
	tokVideoOut
	tokCitation

	tokCount
)

// facts is what one pass over a record's attributes collects. It lives on the stack.
type facts struct {
	n [tokCount]int64
	// current and legacy say which counts are present, and whether under a current name. A
	// current name wins over a legacy one, in whichever order they come.
	current, legacy uint32

	// call receives what needs no settling.
	call *Call
	// scope is the instrumentation that wrote the record.
	scope *ScopeReader

	// operation is gen_ai.operation.name; mark is what dialects without it say.
	operation string
	// api is openai.api.type.
	api  string
	mark mark
	// vendor is a weak claim to the provider: who made the model.
	vendor string
	// version is the instrumentation's version when an attribute tells it.
	version string
	// fixed are the meters whose quantity is in the call already, stated as such.
	fixed uint32
	// own holds the finops.request inputs.
	own     ownInputs
	payload payload
	// tools says that the call was offered tools that the provider runs and charges for.
	tools bool
	// stated is set by any finops input: the app describes the call itself.
	stated bool
	// interrupted says that an error message tells of an interruption.
	interrupted bool
	// status is http.response.status_code.
	status int64
	// cost ranks the reported cost found so far.
	cost costRank
}

// has reports whether a count is present.
func (f *facts) has(t tok) bool { return (f.current|f.legacy)&(1<<t) != 0 }

// hasAny reports whether any of the counts in the mask is present.
func (f *facts) hasAny(mask uint32) bool { return (f.current|f.legacy)&mask != 0 }

// put stores a count under its current name.
func (f *facts) put(t tok, v pcommon.Value) {
	if n := v.Int(); n > 0 && n <= maxTokens {
		f.n[t] = n
		f.current |= 1 << t
		return
	}
	if n, ok := f.count(v); ok {
		f.n[t] = n
		f.current |= 1 << t
	}
}

// putOld stores a count under a name that a current one beside it overrides.
func (f *facts) putOld(t tok, v pcommon.Value) {
	if f.current&(1<<t) != 0 {
		return
	}
	if n, ok := f.count(v); ok {
		f.n[t] = n
		f.legacy |= 1 << t
	}
}

// add adds to a count that a dialect spreads over several names.
func (f *facts) add(t tok, n int64) {
	f.n[t] += n
	f.current |= 1 << t
}

// count reads a token count that may have any type. What is there but is no count makes the
// call's usage invalid; what is empty is merely absent.
func (f *facts) count(v pcommon.Value) (int64, bool) {
	var n int64
	ok := true
	switch v.Type() {
	case pcommon.ValueTypeInt:
		n = v.Int()
	case pcommon.ValueTypeDouble:
		n, ok = wholeTokens(v.Double())
	case pcommon.ValueTypeStr:
		if v.Str() == "" {
			return 0, false
		}
		n, ok = parseTokens(v.Str())
	case pcommon.ValueTypeEmpty:
		return 0, false
	default:
		ok = false
	}
	if !ok || n < 0 || n > maxTokens {
		f.call.Invalid = true
		return 0, false
	}
	return n, true
}

// wholeTokens refuses fractions: half a token is a sign of something else under the name.
func wholeTokens(d float64) (int64, bool) {
	if d != math.Trunc(d) || math.Abs(d) > maxTokens {
		return 0, false
	}
	return int64(d), true
}

func parseTokens(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	d, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, false
	}
	return wholeTokens(d)
}

// first sets a string that no stronger claim has set before.
func first(dst *string, v pcommon.Value) {
	if *dst == "" {
		*dst = v.Str()
	}
}

// set sets a string over any weaker claim, unless it is empty.
func set(dst *string, v pcommon.Value) {
	if s := v.Str(); s != "" {
		*dst = s
	}
}

// truth reads a flag that may be a bool, a string or a number.
func truth(v pcommon.Value) bool {
	switch v.Type() {
	case pcommon.ValueTypeBool:
		return v.Bool()
	case pcommon.ValueTypeStr:
		return strings.EqualFold(v.Str(), "true") || v.Str() == "1"
	case pcommon.ValueTypeInt:
		return v.Int() != 0
	default:
		return false
	}
}
