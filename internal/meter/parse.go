package meter

// Parse returns the meter of that name. It is a switch because ledger lines are read on the hot path,
// where a map took three times as long.
func Parse(name string) (Meter, bool) {
	switch name {
	case "input":
		return Input, true
	case "cache_read":
		return CacheRead, true
	case "cache_write_5m":
		return CacheWrite5m, true
	case "cache_write_1h":
		return CacheWrite1h, true
	case "output":
		return Output, true
	case "reasoning":
		return Reasoning, true
	case "citation":
		return Citation, true
	case "input_audio":
		return InputAudio, true
	case "output_audio":
		return OutputAudio, true
	case "cache_read_audio":
		return CacheReadAudio, true
	case "input_image":
		return InputImage, true
	case "output_image":
		return OutputImage, true
	case "cache_read_image":
		return CacheReadImage, true
	case "input_video":
		return InputVideo, true
	case "output_video":
		return OutputVideo, true
	case "request":
		return Request, true
	case "web_search":
		return WebSearch, true
	case "file_search":
		return FileSearch, true
	case "code_execution":
		return CodeExecution, true
	case "rerank_search":
		return RerankSearch, true
	case "image":
		return Image, true
	case "page":
		return Page, true
	case "character":
		return Character, true
	case "audio_second":
		return AudioSecond, true
	case "video_second":
		return VideoSecond, true
	default:
		return 0, false
	}
}
