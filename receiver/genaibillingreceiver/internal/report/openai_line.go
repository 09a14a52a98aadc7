package report

import (
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// openAILine is what a line item says. Costs can be grouped neither by model nor by meter; the text has both:
//
//	[<tier> | ]<model>[ <modality>], <kind>[, long context]
//
// Seen in answers, 2026-05 to 2026-10 (public repositories that keep them): "gpt-5.5-2026-04-23, cached input",
// "gpt-5.6-terra, cache writes", "gpt-image-1 image, output", "gpt-image-2.5-sunburst text, cached input",
// "gpt-audio-mini-2025-12-15 audio, input", "priority | gpt-5.6-sol, output, long context", "flex | gpt-5-mini, input",
// "whisper", "web search tool calls". The SDK's own example is "gpt-6-astra, input_tokens".
type openAILine struct{ tier, model, meter string }

// readOpenAILine takes a line item apart. What names no model, "file search tool calls", keeps its text only.
func readOpenAILine(text, unit string) openAILine {
	tier, item, ok := strings.Cut(text, " | ")
	if !ok {
		tier, item = "", text
	}
	l := openAILine{tier: openAITier(strings.ToLower(strings.TrimSpace(tier)), nil)}
	head, kind, ok := strings.Cut(item, ", ")
	if !ok {
		return l.single(item, unit)
	}
	kind, _, _ = strings.Cut(kind, ", ")
	if !strings.Contains(kind, "input") && !strings.Contains(kind, "output") && !strings.Contains(kind, "cache") {
		return openAILine{}
	}
	l.model, head, _ = strings.Cut(head, " ")
	if m, ok := openAIMeter(head + " " + kind); ok {
		l.meter = m.String()
	}
	return l
}

// openAIKinds are the kinds of tokens without their modality, and the meters of each by modality. Writes to the cache, for half an
// hour or for twelve, have one price in the catalog, that of the shorter time.
var (
	openAIKinds = map[string]map[string]meter.Meter{
		"input":             {"text": meter.Input, "audio": meter.InputAudio, "image": meter.InputImage},
		"cached input":      cachedOpenAIInput,
		"input cached":      cachedOpenAIInput,
		"cache write":       writtenOpenAIInput,
		"cache writes":      writtenOpenAIInput,
		"input cache write": writtenOpenAIInput,
		"output":            {"text": meter.Output, "audio": meter.OutputAudio, "image": meter.OutputImage},
	}
	cachedOpenAIInput  = map[string]meter.Meter{"text": meter.CacheRead, "audio": meter.CacheReadAudio, "image": meter.CacheReadImage}
	writtenOpenAIInput = map[string]meter.Meter{"text": meter.CacheWrite5m}
)

// openAIMeter returns the meter of a kind: words in either spelling, "cached_input_tokens" or "cached input", and the modality
// before, between or after them.
func openAIMeter(kind string) (meter.Meter, bool) {
	modality, words := "text", []string(nil)
	for w := range strings.FieldsSeq(strings.ReplaceAll(strings.ToLower(kind), "_", " ")) {
		switch w {
		case "text", "audio", "image":
			modality = w
		case "tokens":
		default:
			words = append(words, w)
		}
	}
	m, ok := openAIKinds[strings.Join(words, " ")][modality]
	return m, ok
}

// openAISingles are the meters of lines that are a model and nothing else, by how the model's name begins and the unit of the
// quantity. Seconds may be of audio or of video, which only the model says; embeddings have input and no other tokens.
var openAISingles = []struct {
	model, unit string
	meter       meter.Meter
}{
	{"", "Images", meter.Image},
	{"", "Characters", meter.Character},
	{"whisper", "Seconds", meter.AudioSecond},
	{"text-embedding", "Tokens", meter.Input},
}

// single reads a line of one word: a model, if it is charged by what models are charged by.
func (l openAILine) single(text, quantityUnit string) openAILine {
	unit := openAIUnits[quantityUnit].name
	if text == "" || strings.Contains(text, " ") || unit == "" || unit == gibibyteHours {
		return openAILine{}
	}
	l.model = text
	for _, s := range openAISingles {
		if unit == s.unit && strings.HasPrefix(text, s.model) {
			l.meter = s.meter.String()
			break
		}
	}
	return l
}
