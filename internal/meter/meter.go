// Package meter names what a model call is billed for.
//
// Meters are disjoint: a token counts in exactly one of them, so that quantities and
// costs of all meters of a call add up to the whole. A cached token is cache_read and
// not also input; a reasoning token is reasoning and not also output.
package meter

// Meter is one billable quantity of a call. The zero value is [Input]; values are dense
// and index arrays of length [Count].
type Meter uint8

// Token meters first, then unit meters, in the order in which a ledger line lists them.
const (
	Input Meter = iota
	CacheRead
	CacheWrite5m
	CacheWrite1h
	Output
	Reasoning
	Citation
	InputAudio
	OutputAudio
	CacheReadAudio
	InputImage
	OutputImage
	CacheReadImage
	InputVideo
	OutputVideo

	Request
	WebSearch
	FileSearch
	CodeExecution
	RerankSearch
	Image
	Page
	Character
	AudioSecond
	VideoSecond

	// Count is the number of meters.
	Count = int(VideoSecond) + 1
)

var names = [Count]string{
	Input:          "input",
	CacheRead:      "cache_read",
	CacheWrite5m:   "cache_write_5m",
	CacheWrite1h:   "cache_write_1h",
	Output:         "output",
	Reasoning:      "reasoning",
	Citation:       "citation",
	InputAudio:     "input_audio",
	OutputAudio:    "output_audio",
	CacheReadAudio: "cache_read_audio",
	InputImage:     "input_image",
	OutputImage:    "output_image",
	CacheReadImage: "cache_read_image",
	InputVideo:     "input_video",
	OutputVideo:    "output_video",
	Request:        "request",
	WebSearch:      "web_search",
	FileSearch:     "file_search",
	CodeExecution:  "code_execution",
	RerankSearch:   "rerank_search",
	Image:          "image",
	Page:           "page",
	Character:      "character",
	AudioSecond:    "audio_second",
	VideoSecond:    "video_second",
}

// String returns the meter's name as it stands in ledger lines, metrics and catalogs.
func (m Meter) String() string {
	if int(m) >= Count {
		return "unknown"
	}
	return names[m]
}

// IsToken tells token meters, which are counted in whole tokens, from unit meters, whose
// quantities may be fractions.
func (m Meter) IsToken() bool { return m < Request }

// IsInput reports whether the meter is part of the input size that selects a context
// tier: text, cached, audio, image and video input.
func (m Meter) IsInput() bool {
	switch m {
	case Input, CacheRead, CacheWrite5m, CacheWrite1h,
		InputAudio, CacheReadAudio, InputImage, CacheReadImage, InputVideo:
		return true
	default:
		return false
	}
}

// Parent returns the meter whose rate stands in for a missing rate of m, and false for
// meters that have none. Following parents ends at [Input] or [Output], never at free.
func (m Meter) Parent() (Meter, bool) {
	switch m {
	case CacheRead, CacheWrite5m, InputAudio, InputImage, InputVideo:
		return Input, true
	case CacheWrite1h:
		return CacheWrite5m, true
	case CacheReadAudio:
		return CacheRead, true
	case CacheReadImage:
		return CacheRead, true
	case Reasoning, Citation, OutputAudio, OutputImage, OutputVideo:
		return Output, true
	default:
		return m, false
	}
}

// Uncached returns the meter that m's quantity would have been counted in if nothing had
// been cached; every meter that is no cache meter returns itself.
func (m Meter) Uncached() Meter {
	switch m {
	case CacheRead, CacheWrite5m, CacheWrite1h:
		return Input
	case CacheReadAudio:
		return InputAudio
	case CacheReadImage:
		return InputImage
	default:
		return m
	}
}
