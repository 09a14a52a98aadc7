package report

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/fakeproviders"
)

// firstOfNovember is a page with one result.
func firstOfNovember(result string) []byte {
	return []byte(`{"data":[{"start_time":1793491200,"end_time":1793577600,"results":[` + result + `]}],"has_more":false,"next_page":null}`)
}

func TestLineItems(t *testing.T) {
	for text, want := range map[string]openAILine{
		"gpt-4o-2024-08-06, input":                      {"", "gpt-4o-2024-08-06", "input"},
		"gpt-4o-2024-08-06, cached input":               {"", "gpt-4o-2024-08-06", "cache_read"},
		"gpt-5.6-terra, cache writes":                   {"", "gpt-5.6-terra", "cache_write_5m"},
		"gpt-4o, output":                                {"", "gpt-4o", "output"},
		"gpt-6-astra, input_tokens":                     {"", "gpt-6-astra", "input"},
		"gpt-6-astra, cached_input_tokens":              {"", "gpt-6-astra", "cache_read"},
		"gpt-6-astra, input_cached_tokens":              {"", "gpt-6-astra", "cache_read"},
		"gpt-6-astra, input_cache_write_tokens":         {"", "gpt-6-astra", "cache_write_5m"},
		"gpt-6-astra, output_tokens":                    {"", "gpt-6-astra", "output"},
		"gpt-audio-mini-2025-12-15 audio, input":        {"", "gpt-audio-mini-2025-12-15", "input_audio"},
		"gpt-audio audio, cached input":                 {"", "gpt-audio", "cache_read_audio"},
		"gpt-audio, audio output":                       {"", "gpt-audio", "output_audio"},
		"gpt-audio, input_cached_audio_tokens":          {"", "gpt-audio", "cache_read_audio"},
		"gpt-image-1 image, output":                     {"", "gpt-image-1", "output_image"},
		"gpt-image-1, input_image_tokens":               {"", "gpt-image-1", "input_image"},
		"gpt-image-2.5-sunburst text, cached input":     {"", "gpt-image-2.5-sunburst", "cache_read"},
		"gpt-image-2.5-sunburst image, cached input":    {"", "gpt-image-2.5-sunburst", "cache_read_image"},
		"priority | gpt-5.6-sol, output, long context":  {"priority", "gpt-5.6-sol", "output"},
		"flex | gpt-5-mini, input":                      {"flex", "gpt-5-mini", "input"},
		"gpt-4o, batch output":                          {"", "gpt-4o", ""},
		"gpt-4o video, input":                           {"", "gpt-4o", ""},
		"gpt-audio audio, cache writes":                 {"", "gpt-audio", ""},
		"file search tool calls":                        {},
		"assistants api, file search":                   {},
		"priority | web search tool calls":              {},
		"web search tool calls, priority | gpt-4o, x y": {},
		"whisper": {},
		"":        {},
	} {
		assert.Equal(t, want, readOpenAILine(text, ""), text)
	}
	for _, tc := range []struct {
		text, unit string
		want       openAILine
	}{
		{"whisper", "duration_seconds", openAILine{"", "whisper", "audio_second"}},
		{"sora-2", "duration_seconds", openAILine{"", "sora-2", ""}},
		{"dall-e-3", "images", openAILine{"", "dall-e-3", "image"}},
		{"tts-1", "characters", openAILine{"", "tts-1", "character"}},
		{"text-embedding-3-small", "tokens", openAILine{"", "text-embedding-3-small", "input"}},
		{"gpt-5", "1000_tokens", openAILine{"", "gpt-5", ""}},
		{"Storage", "gibibyte_hours", openAILine{}},
		{"Vector storage", "gibibyte_hours", openAILine{}},
		{"web search tool calls", "images", openAILine{}},
		{"unheard_of", "furlongs", openAILine{}},
	} {
		assert.Equal(t, tc.want, readOpenAILine(tc.text, tc.unit), tc.text)
	}
}

func TestQuantitiesAreExact(t *testing.T) {
	for name, tc := range map[string]struct {
		wire, quantity, unit string
		rounded              int
	}{
		"tokens":            {`"quantity":3150000,"quantity_unit":"tokens"`, "3150000", "Tokens", 0},
		"beyond a double":   {`"quantity":123456789012345.123456,"quantity_unit":"tokens"`, "123456789012345.123456", "Tokens", 0},
		"in quotes":         {`"quantity":"12.5","quantity_unit":"images"`, "12.5", "Images", 0},
		"thousands":         {`"quantity":1.234567891234,"quantity_unit":"1000_tokens"`, "1234.567891234", "Tokens", 0},
		"E notation":        {`"quantity":1.5e3,"quantity_unit":"1000_tokens"`, "1500000", "Tokens", 0},
		"characters":        {`"quantity":7.0,"quantity_unit":"characters"`, "7", "Characters", 0},
		"seconds":           {`"quantity":0.5,"quantity_unit":"duration_seconds"`, "0.5", "Seconds", 0},
		"minutes":           {`"quantity":1.25,"quantity_unit":"duration_minutes"`, "75", "Seconds", 0},
		"hours":             {`"quantity":0.1,"quantity_unit":"duration_hours"`, "360", "Seconds", 0},
		"storage":           {`"quantity":2,"quantity_unit":"gibibyte_hours"`, "2", "GiB-Hours", 0},
		"noise of a double": {`"quantity":0.30000000000000004,"quantity_unit":"duration_seconds"`, "0.3", "Seconds", 1},
		"nothing":           {`"quantity":0,"quantity_unit":"tokens"`, "0", "Tokens", 0},
		"no unit":           {`"quantity":5,"quantity_unit":null`, "0", "", 0},
		"no quantity":       {`"quantity":null,"quantity_unit":"tokens"`, "0", "", 0},
		"unknown unit":      {`"quantity":5,"quantity_unit":"furlongs"`, "0", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPage()
			_, err := decodeOpenAICosts(p, firstOfNovember(`{"amount":{"value":1,"currency":"usd"},"line_item":"gpt-4o, input",`+tc.wire+`}`))
			require.NoError(t, err)
			c := p.report.Charges[0]
			assert.Equal(t, tc.quantity, c.Quantity.String())
			assert.Equal(t, tc.unit, c.Unit)
			assert.Equal(t, tc.rounded, p.report.Rounded)
		})
	}
	for wire, want := range map[string]string{
		`"quantity":-1,"quantity_unit":"tokens"`:       "2026-11-01: gpt-4o, input: negative quantity -1",
		`"quantity":true,"quantity_unit":"tokens"`:     "schema has changed",
		`"quantity":1e999999,"quantity_unit":"tokens"`: "out of range",
	} {
		_, err := decodeOpenAICosts(newPage(), firstOfNovember(`{"amount":{"value":1,"currency":"usd"},"line_item":"gpt-4o, input",`+wire+`}`))
		assert.ErrorContains(t, err, want)
	}
}

// countsOf decodes a result of completions into its counts by meter, or else by line.
func countsOf(result string) (map[string]string, error) {
	p := newPage()
	if _, err := decodeOpenAIUsage(p, firstOfNovember(result)); err != nil {
		return nil, err
	}
	counts := map[string]string{}
	for i := range p.report.Counts {
		c := &p.report.Counts[i]
		key := c.Meter
		switch {
		case c.Requests:
			key = "requests"
		case c.Line != "":
			key += " " + c.Line
		}
		counts[key] = c.Quantity.String()
	}
	return counts, nil
}

func TestUsageOfBothGenerations(t *testing.T) {
	for name, tc := range map[string]struct {
		result string
		want   map[string]string
	}{
		"older, text": {
			`"input_tokens":100,"input_cached_tokens":40,"output_tokens":7`,
			map[string]string{"input": "60", "cache_read": "40", "output": "7"},
		},
		"older, audio beside text": {
			`"input_tokens":100,"input_cached_tokens":40,"output_tokens":7,"input_audio_tokens":500,"output_audio_tokens":90`,
			map[string]string{"input": "60", "cache_read": "40", "output": "7", "input_audio": "500", "output_audio": "90"},
		},
		"older, new fields null": {
			`"input_tokens":100,"output_tokens":7,"input_audio_tokens":500,"input_uncached_tokens":null,"input_text_tokens":null,"input_cache_write_30m_tokens":null`,
			map[string]string{"input": "100", "output": "7", "input_audio": "500"},
		},
		// An answer of October 2025.
		"present, text": {
			`"input_tokens":59200,"output_tokens":10646,"input_cached_tokens":5760,"input_uncached_tokens":53440,"input_text_tokens":53440,"output_text_tokens":10646,
			 "input_cached_text_tokens":5760,"input_audio_tokens":0,"input_cached_audio_tokens":0,"output_audio_tokens":0,"input_image_tokens":0,"input_cached_image_tokens":0,"output_image_tokens":0`,
			map[string]string{"input": "53440", "cache_read": "5760", "output": "10646"},
		},
		"present, everything": {
			`"input_tokens":1000,"input_uncached_tokens":600,"input_text_tokens":100,"input_audio_tokens":200,"input_image_tokens":300,
			 "input_cached_tokens":240,"input_cached_text_tokens":40,"input_cached_audio_tokens":80,"input_cached_image_tokens":120,
			 "input_cache_write_tokens":160,"input_cache_write_30m_tokens":150,"input_cache_write_12h_tokens":10,
			 "output_tokens":60,"output_text_tokens":10,"output_audio_tokens":20,"output_image_tokens":30`,
			map[string]string{
				"input": "100", "input_audio": "200", "input_image": "300", "cache_read": "40", "cache_read_audio": "80", "cache_read_image": "120",
				"cache_write_5m input_cache_write_30m_tokens": "150", "cache_write_5m input_cache_write_12h_tokens": "10",
				"output": "10", "output_audio": "20", "output_image": "30",
			},
		},
		"present, text follows from the rest": {
			`"input_tokens":1000,"input_audio_tokens":200,"input_cached_tokens":240,"input_cached_audio_tokens":80,"output_tokens":60,"output_audio_tokens":20`,
			map[string]string{"input": "560", "input_audio": "200", "cache_read": "160", "cache_read_audio": "80", "output": "40", "output_audio": "20"},
		},
		"present, totals follow from the parts": {
			`"input_tokens":100,"input_cached_text_tokens":30,"input_cached_audio_tokens":10,"output_text_tokens":7`,
			map[string]string{"input": "60", "cache_read": "30", "cache_read_audio": "10", "output": "7"},
		},
		"present, writes before their times were told apart": {
			`"input_tokens":100,"input_cache_write_tokens":70,"output_tokens":7`,
			map[string]string{"input": "30", "cache_write_5m input_cache_write_tokens": "70", "output": "7"},
		},
		"present, writes of one time": {
			`"input_tokens":100,"input_cache_write_tokens":70,"input_cache_write_12h_tokens":20,"output_tokens":0`,
			map[string]string{"input": "30", "cache_write_5m input_cache_write_tokens": "50", "cache_write_5m input_cache_write_12h_tokens": "20"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := countsOf(`{"num_model_requests":3,` + tc.result + `}`)
			require.NoError(t, err)
			tc.want["requests"] = "3"
			assert.Equal(t, tc.want, got)
		})
	}
}

// What does not add up is refused: it means something else than it did.
func TestUsageThatContradictsItselfIsRefused(t *testing.T) {
	for name, tc := range map[string]struct{ result, want string }{
		"older, more cached than read":   {`"input_tokens":10,"input_cached_tokens":11`, "input_tokens is 10"},
		"more cached than read":          {`"input_tokens":10,"input_cached_tokens":11,"output_text_tokens":0`, "input_tokens is 10"},
		"more parts than cached":         {`"input_tokens":10,"input_cached_tokens":1,"input_cached_audio_tokens":2`, "input_cached_tokens is 1"},
		"fewer parts than cached":        {`"input_tokens":10,"input_cached_tokens":3,"input_cached_text_tokens":2`, "input_cached_tokens is 3"},
		"audio beside the total":         {`"input_tokens":10,"input_text_tokens":10,"input_audio_tokens":5`, "input_uncached_tokens is 10"},
		"more audio than input":          {`"input_tokens":10,"input_image_tokens":0,"input_audio_tokens":11`, "input_uncached_tokens is 10"},
		"writes beside the total":        {`"input_tokens":10,"input_uncached_tokens":10,"input_cache_write_tokens":4`, "input_tokens is 10"},
		"writes of times that are fewer": {`"input_tokens":10,"input_cache_write_tokens":4,"input_cache_write_30m_tokens":1,"input_cache_write_12h_tokens":2`, "input_cache_write_tokens is 4"},
		"audio beside the output":        {`"input_tokens":10,"output_tokens":5,"output_text_tokens":5,"output_audio_tokens":1`, "output_tokens is 5"},
		"no input":                       {`"output_tokens":5`, "is missing"},
		"no output":                      {`"input_tokens":5`, "output_tokens is missing"},
		"output null":                    {`"input_tokens":5,"output_tokens":null,"output_text_tokens":null`, "output_tokens is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := countsOf(`{"num_model_requests":3,"model":"gpt-4o",` + tc.result + `}`)
			require.ErrorContains(t, err, tc.want)
			assert.ErrorContains(t, err, "the schema has changed")
		})
	}
}

// The parts are disjoint: they add up to the totals, whichever fields an answer leaves out.
func TestPartsAddUpToTheTotals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) int64 { return rapid.Int64Range(0, 1e12).Draw(t, name) }
		n := map[string]int64{}
		total := func(name string, parts ...string) {
			for _, part := range parts {
				if _, ok := n[part]; !ok {
					n[part] = draw(part)
				}
				n[name] += n[part]
			}
		}
		total("input_uncached_tokens", "input_text_tokens", "input_audio_tokens", "input_image_tokens")
		total("input_cached_tokens", "input_cached_text_tokens", "input_cached_audio_tokens", "input_cached_image_tokens")
		total("input_cache_write_tokens", "input_cache_write_30m_tokens", "input_cache_write_12h_tokens")
		total("input_tokens", "input_uncached_tokens", "input_cached_tokens", "input_cache_write_tokens")
		total("output_tokens", "output_text_tokens", "output_audio_tokens", "output_image_tokens")
		sum := money.Units(n["input_tokens"]).Add(money.Units(n["output_tokens"]))
		// What follows from the others may be missing.
		for _, name := range []string{"input_uncached_tokens", "input_text_tokens", "input_cached_text_tokens", "output_text_tokens"} {
			if rapid.Bool().Draw(t, "without "+name) {
				delete(n, name)
			}
		}
		n["num_model_requests"] = 0
		result, err := json.Marshal(n)
		require.NoError(t, err)
		p := newPage()
		_, err = decodeOpenAIUsage(p, firstOfNovember(string(result)))
		require.NoError(t, err)
		meters := map[string]bool{}
		for i := range p.report.Counts {
			c := &p.report.Counts[i]
			sum = sum.Sub(c.Quantity)
			require.False(t, meters[c.Meter+c.Line], "no part twice")
			meters[c.Meter+c.Line] = true
		}
		require.True(t, sum.IsZero(), "%s beyond the parts", sum)
	})
}

// modalities is a ledger with every kind of tokens on one day.
func modalities() (lines fakeproviders.Ledger) {
	for i, kind := range []string{
		fakeproviders.Input, fakeproviders.CachedInput, fakeproviders.CacheWrite, fakeproviders.Output,
		fakeproviders.AudioInput, fakeproviders.CachedAudioInput, fakeproviders.AudioOutput,
		fakeproviders.ImageInput, fakeproviders.CachedImageInput, fakeproviders.ImageOutput,
	} {
		lines = append(lines, fakeproviders.Line{Provider: "openai", Day: november, Model: "gpt-x", Kind: kind, Amount: strconv.Itoa(i + 1), Tokens: 1 << i, Requests: 1})
	}
	return lines
}

// Costs and usage name the same meters, and count the same in them.
func TestCostsAndUsageAgreeOnMeters(t *testing.T) {
	b := newBench(t, "openai")
	b.server.Ledger = modalities()
	r, err := b.read(t)
	require.NoError(t, err)
	charged, counted := map[string]string{}, map[string]string{}
	for i := range r.Charges {
		c := &r.Charges[i]
		require.Equal(t, "gpt-x", c.Model)
		require.Equal(t, "Tokens", c.Unit)
		charged[c.Meter] = c.Quantity.String()
	}
	for i := range r.Counts {
		if c := &r.Counts[i]; !c.Requests {
			counted[c.Meter] = c.Quantity.String()
		}
	}
	assert.Len(t, charged, 10)
	assert.Equal(t, charged, counted)
}

func TestTheOlderSchemaIsReadToo(t *testing.T) {
	b := newBench(t, "openai")
	b.server.Older = true
	b.server.Ledger = modalities()
	r, err := b.read(t)
	require.NoError(t, err)
	counted := map[string]money.Quantity{}
	for i := range r.Counts {
		if c := &r.Counts[i]; !c.Requests {
			counted[c.Meter] = counted[c.Meter].Add(c.Quantity)
		}
	}
	assert.Equal(t, map[string]money.Quantity{
		"input": money.Units(1), "cache_read": money.Units(2), "output": money.Units(8),
		"input_audio": money.Units(16 + 32), "output_audio": money.Units(64),
	}, counted, "it told neither writes nor images")
	assert.Empty(t, r.Charges[0].Unit)
}

// otherUsage is a ledger of what is not completions.
func otherUsage() fakeproviders.Ledger {
	line := func(usage, model, kind, unit string, n, requests int64) fakeproviders.Line {
		return fakeproviders.Line{Provider: "openai", Day: november, Usage: usage, Model: model, Kind: kind, Unit: unit, Amount: "1", Tokens: n, Requests: requests}
	}
	return fakeproviders.Ledger{
		line("", "gpt-image-1", fakeproviders.ImageOutput, "", 4160, 1),
		line(fakeproviders.OpenAIDecisions, "gpt-d", fakeproviders.Input, "", 11, 2),
		line(fakeproviders.OpenAIEmbeddings, "text-embedding-3-small", fakeproviders.Input, "", 900, 3),
		line(fakeproviders.OpenAIImages, "dall-e-3", "", "images", 8, 5),
		line(fakeproviders.OpenAIImages, "gpt-image-1", "", "images", 1, 1),
		line(fakeproviders.OpenAISpeeches, "tts-1", "", "characters", 70, 6),
		line(fakeproviders.OpenAITranscriptions, "whisper", "", "duration_seconds", 90, 7),
		line(fakeproviders.OpenAIModerations, "omni-moderation", "", "", 1000, 8),
	}
}

// Beside completions, only tokens that are charged and requests are counted: what else was used is on the cost lines.
func TestUsageBesideCompletions(t *testing.T) {
	b := newBench(t, "openai")
	b.server.Ledger = otherUsage()
	r, err := b.read(t)
	require.NoError(t, err)
	counts := map[string]string{}
	for i := range r.Counts {
		c := &r.Counts[i]
		counts[c.Model+" "+c.Meter] = c.Quantity.String()
	}
	assert.Equal(t, map[string]string{
		"gpt-image-1 ": "1", "gpt-image-1 output_image": "4160", "gpt-d ": "2", "gpt-d input": "11",
		"text-embedding-3-small ": "3", "text-embedding-3-small input": "900",
		"dall-e-3 ": "5", "tts-1 ": "6", "whisper ": "7", "omni-moderation ": "8",
	}, counts, "a request that two lists count is one")
	quantities := map[string]string{}
	for i := range r.Charges {
		c := &r.Charges[i]
		quantities[c.Model+" "+c.Meter] = c.Quantity.String() + " " + c.Unit
	}
	assert.Subset(t, quantities, map[string]string{"dall-e-3 image": "8 Images", "tts-1 character": "70 Characters", "whisper audio_second": "90 Seconds"})
	assert.Empty(t, r.Absent)
}

// Only 404 says that there is no such list, and only of lists that the report can do without.
func TestListsThatAnAPILacks(t *testing.T) {
	optional := []string{
		fakeproviders.OpenAIDecisions, fakeproviders.OpenAIEmbeddings, fakeproviders.OpenAIImages,
		fakeproviders.OpenAISpeeches, fakeproviders.OpenAITranscriptions, fakeproviders.OpenAIModerations,
	}
	b := newBench(t, "openai")
	b.server.Ledger = append(b.server.Ledger, otherUsage()...)
	whole, err := b.read(t)
	require.NoError(t, err)
	for _, path := range optional {
		b.server.Fail(path, fakeproviders.Status(404, ""))
	}
	r, err := b.read(t)
	require.NoError(t, err)
	assert.Equal(t, optional, r.Absent)
	assert.Equal(t, whole.Charges, r.Charges)
	assert.Less(t, len(r.Counts), len(whole.Counts))

	for _, path := range append([]string{fakeproviders.OpenAICosts, fakeproviders.OpenAIUsage}, optional...) {
		for name, faults := range map[string][]fakeproviders.Fault{
			"403": {fakeproviders.Status(403, "")},
			"404": {fakeproviders.None(), fakeproviders.Status(404, "")}, // after a page that was there
		} {
			b.server.Fail(path, faults...)
			r, err := b.read(t)
			require.ErrorContains(t, err, "openai "+path+": answered "+name)
			assert.Nil(t, r)
		}
	}
	for _, path := range []string{fakeproviders.OpenAICosts, fakeproviders.OpenAIUsage} {
		b.server.Fail(path, fakeproviders.Status(404, ""))
		_, err := b.read(t)
		require.ErrorContains(t, err, "404 Not Found: the API has no such list")
	}
}

func TestResultsWithoutTheirCountsAreRefused(t *testing.T) {
	for name, decode := range map[string]func(*page, []byte) (string, error){
		`{"num_model_requests":1}`: decodeOpenAIEmbeddings,
		`{"input_tokens":1}`:       decodeOpenAIEmbeddings,
		`{"images":1}`:             decodeOpenAIRequests,
	} {
		_, err := decode(newPage(), firstOfNovember(name))
		assert.ErrorContains(t, err, "is missing: the schema has changed")
	}
	for _, result := range []string{`{"uncached_input_tokens":5}`, `{"uncached_input_tokens":5,"output_tokens":null}`, `{"output_tokens":5}`} {
		_, err := decodeAnthropicUsage(newPage(), []byte(`{"data":[{"starting_at":"2026-11-01T00:00:00Z","ending_at":"2026-11-02T00:00:00Z",
			"results":[`+result+`]}],"has_more":false,"next_page":null}`))
		assert.ErrorContains(t, err, "output_tokens is missing: the schema has changed", result)
	}
}
