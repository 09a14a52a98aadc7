package pricing

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const head = "format: finops/v1\nprovider: p\n"

func TestParseErrors(t *testing.T) {
	model := func(rest string) string {
		return head + "models:\n  - id: m\n    " + strings.ReplaceAll(rest, "\n", "\n    ") + "\n"
	}
	price := func(rest string) string {
		return model("prices:\n  - rates: {input: \"1\"}\n    " + strings.ReplaceAll(rest, "\n", "\n    "))
	}
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "f.yaml: is empty"},
		{"no YAML", "a: [", "f.yaml: line 1: did not find expected"},
		{"no mapping", "- 1", "f.yaml:1: must be a mapping"},
		{"another format", "format: finops/v2\nprovider: p\nmodels: []", `f.yaml:1: format: is "finops/v2"; must be "finops/v1"`},
		{"no provider", "format: finops/v1\nmodels: []", "f.yaml: provider: must name the provider"},
		{"unknown key", head + "model: []", "f.yaml:3: model: is not a key of the format; known here: format, provider"},
		{"key twice", head + "provider: q\nmodels: []", "f.yaml:3: provider: is given twice"},
		{"odd key", head + "[a]: b", "a key must be plain text"},
		{"wrong kind", head + "models: 5", "f.yaml:3: models: must be a list"},
		{"currency", head + "currency: Euro", `f.yaml:3: currency: "Euro" must be an ISO 4217 code`},
		{"per", head + "per: \"0\"", `f.yaml:3: per: "0" must be a number of units above 0`},
		{"source date", head + "sources:\n  s: {date: yesterday}", `f.yaml:4: sources.s.date: "yesterday" must be a day`},

		{"no id", head + "models:\n  - prices: [{free: true}]", "f.yaml:4: models[0].id: must name the model"},
		{"unknown key of a model", model("price: []\nprices: [{free: true}]"), `f.yaml:5: entry "m": models[0].price: is not a key of the format`},
		{"no prices", model("note: n"), `entry "m": models[0].prices: must hold 1 to 500 price lists`},
		{"a name twice", head + "models:\n  - {id: m, prices: [{free: true}]}\n  - {id: n, aliases: [M], prices: [{free: true}]}", `f.yaml:5: entry "n": models[1].aliases[0]: "M" is already a name of entry "m"`},
		{"short prefix", model("prefixes: [m]\nprices: [{free: true}]"), `"m" must have 2 to 512 characters`},
		{"bad pattern", model("patterns: ['(']\nprices: [{free: true}]"), "models[0].patterns[0]: error parsing regexp: missing closing )"},
		{"lookahead", model("patterns: ['(?!x)']\nprices: [{free: true}]"), "invalid or unsupported Perl syntax"},
		{"regex bomb", model("patterns: ['((a{0,100}){0,100}){0,100}']\nprices: [{free: true}]"), "models[0].patterns[0]: "},
		{"large program", model("patterns: ['[a-z]{900}[0-9]{900}x{900}']\nprices: [{free: true}]"), "use smaller repetition counts"},

		{"unknown meter", model("prices: [{rates: {inputs: \"1\"}}]"), `f.yaml:5: entry "m": models[0].prices[0].rates.inputs: is not a meter; known: input,`},
		{"no rates", model("prices: [{source: s}]"), "must have rates; say free: true"},
		{"free with rates", model("prices: [{free: true, rates: {input: \"1\"}}]"), "is declared free and must not have rates"},
		{"negative", model("prices: [{rates: {input: \"-1\"}}]"), "the rate -1 is negative"},
		{"not a number", model("prices: [{rates: {input: 1/3}}]"), `"1/3" is not a decimal number`},
		{"a huge exponent", model("prices: [{rates: {input: 1e999999999}}]"), "is not a decimal number of a usable size"},
		{"hexadecimal", model("prices: [{rates: {input: 0x10}}]"), `"0x10" is not a decimal number`},
		{"unit confusion", model("prices: [{rates: {input: {rate: \"2.5\", per: \"1\"}}}]"), "2.5 per 1 is more than 0.01 for a single unit; check the unit (per)"},
		{"unit confusion of a fee", model("prices: [{rates: {web_search: \"10\"}}]"), "10 per 1 is more than 1 for a single unit"},
		{"per of a rate", model("prices: [{rates: {input: {rate: \"2.5\", per: \"-1\"}}}]"), `rates.input.per: "-1" must be a number of units above 0`},
		{"bad from", price("from: 2026-02-30"), `prices[0].from: "2026-02-30" must be a day`},
		{"empty interval", price("from: 2026-02-02\nto: 2026-02-02"), `prices[0].to: "2026-02-02" must lie after from "2026-02-02"`},
		{"overlap", model("prices:\n  - {to: 2026-02-02, rates: {input: \"1\"}}\n  - {from: 2026-02-01, rates: {input: \"1\"}}"), "f.yaml:7: entry \"m\": models[0].prices[1]: its interval overlaps that of prices[0]"},
		{"unknown source", price("source: s"), `source "s" is not in the file; known: `},
		{"unknown template", price("extends: t"), `template "t" is not in the file; known: `},
		{"circle of templates", head + "templates:\n  a: {extends: b}\n  b: {extends: a}\nmodels: []", "templates.a.extends: templates extend each other in a circle"},
		{"interval of a template", head + "templates:\n  a: {from: 2026-01-01}\nmodels: []", "a template has no interval of its own"},
		{"unknown fallback", price("fallbacks: {reasoning: outputs}"), `"reasoning" -> "outputs": both must be meters`},
		{"circle of fallbacks", price("fallbacks: {input: cache_read}"), "the fallbacks of input lead in a circle"},

		{"tier without threshold", price("tiers: [{rates: {input: \"1\"}}]"), "tiers[0].threshold: must be a number of tokens above 0"},
		{"tier with a word", price("tiers: [{threshold: many, rates: {input: \"1\"}}]"), `tiers[0].threshold: "many" must be a whole number`},
		{"tier without rates", price("tiers: [{threshold: 1}]"), "tiers[0]: must have rates or multipliers"},
		{"tier twice", price("tiers: [{threshold: 1, multipliers: \"2\"}, {threshold: 1, multipliers: \"3\"}]"), "tiers[1]: there is another tier at 1"},
		{"two graduated", price("tiers: [{threshold: 1, mode: graduated, multipliers: \"2\"}, {threshold: 2, mode: graduated, multipliers: \"3\"}]"), "only one tier of a price list can be graduated"},
		{"mode", price("tiers: [{threshold: 1, mode: slope, multipliers: \"2\"}]"), `tiers[0].mode: "slope" must be one of cliff, graduated`},
		{"op", price("tiers: [{threshold: 1, op: \">\", multipliers: \"2\"}]"), `tiers[0].op: ">" must be one of gt, gte`},
		{"metric", price("tiers: [{threshold: 1, metric: input, multipliers: \"2\"}]"), `tiers[0].metric: "input" must be one of total_input, output`},
		{"multiplier", price("tiers: [{threshold: 1, multipliers: {all: \"2\"}}]"), `multipliers.all: is neither a meter nor "tokens" or "units"`},
		{"negative multiplier", price("tiers: [{threshold: 1, multipliers: \"-2\"}]"), "multipliers.tokens: -2 must lie between 0 and 1000"},

		{"variant without name", price("variants: [{when: {region: us}, multipliers: \"2\"}]"), "variants[0].name: must be given"},
		{"variant with a plus", price("variants: [{name: a+b, when: {region: us}, multipliers: \"2\"}]"), "none of @ # + / ; or blanks"},
		{"variant twice", price("variants: [{name: a, when: {region: us}, multipliers: \"2\"}, {name: a, when: {region: eu}, multipliers: \"2\"}]"), `variants[1]: the name "a" is taken`},
		{"variant without condition", price("variants: [{name: a, multipliers: \"2\"}]"), "variants[0].when: must have a condition"},
		{"variant without effect", price("variants: [{name: a, when: {region: us}}]"), "variants[0]: must have rates, multipliers or tiers"},
		{"variant excluding nobody", price("variants: [{name: a, when: {region: us}, multipliers: \"2\", excludes: [b]}]"), `variants[0].excludes[0]: there is no variant "b" in the list`},
		{"zone", price("variants: [{name: a, when: {windows: [{zone: Mars/Base, from: \"1:00\", to: \"02:00\"}]}, multipliers: \"2\"}]"), `windows[0]: zone "Mars/Base" must be an IANA zone`},
		{"clock", price("variants: [{name: a, when: {windows: [{from: \"25:00\", to: \"02:00\"}]}, multipliers: \"2\"}]"), `windows[0]: from: "25:00" must be a time of day`},
		{"weekday", price("variants: [{name: a, when: {windows: [{weekdays: [frei], from: \"1:00\", to: \"02:00\"}]}, multipliers: \"2\"}]"), `weekday "frei" must be one of mon`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := ParseFile("f.yaml", []byte(tt.text), ParseOptions{})
			require.Error(t, err)
			assert.Nil(t, f)
			assert.Contains(t, err.Error(), tt.want)
			var problem *Problem
			assert.ErrorAs(t, err, &problem)
		})
	}
}

func TestParseReportsAllProblems(t *testing.T) {
	_, err := ParseFile("f.yaml", []byte(head+`models:
  - {id: a, prices: [{rates: {input: "-1", outputs: "1"}}]}
  - {id: b, colour: red, prices: [{rates: {input: "1"}}]}
`), ParseOptions{})
	require.Error(t, err)
	assert.Equal(t, []string{
		`f.yaml:5: entry "b": models[1].colour: is not a key of the format; known here: id, version, aliases, prefixes, patterns, region, prices, note`,
		`f.yaml:4: entry "a": models[0].prices[0].rates.input: the rate -1 is negative`,
		`f.yaml:4: entry "a": models[0].prices[0].rates.outputs: is not a meter; known: ` + meterNames(),
	}, strings.Split(err.Error(), "\n"))
}

func TestLenient(t *testing.T) {
	f, err := ParseFile("f.yaml", []byte(head+`models:
  - {id: good, prices: [{rates: {input: "1"}}]}
  - {id: bad, prices: [{rates: {input: "-1"}}]}
  - {id: odd, colour: red, prices: [{rates: {input: "1"}}]}
`), ParseOptions{Lenient: true})
	require.Error(t, err)
	assert.Contains(t, err.Error(), `entry "bad"`)
	assert.Contains(t, err.Error(), `entry "odd"`)
	require.Len(t, f.Models, 1)
	assert.Equal(t, "good", f.Models[0].ID)
	_, err = Compile(f)
	require.NoError(t, err)

	f, err = ParseFile("f.yaml", []byte(head+"colour: red\nmodels:\n  - {id: m, prices: [{free: true}]}\n"), ParseOptions{Lenient: true})
	assert.ErrorContains(t, err, "f.yaml:3: colour: is not a key")
	require.NotNil(t, f)
	assert.Len(t, f.Models, 1)

	f, err = ParseFile("f.yaml", []byte("format: finops/v9\nprovider: p\nmodels: []"), ParseOptions{Lenient: true})
	assert.Error(t, err)
	assert.Nil(t, f, "what concerns the whole file cannot be left out")
}

func TestShortForms(t *testing.T) {
	short := parse(t, head+`models:
  - id: m
    aliases: n
    prices: [{rates: {input: 2.50}, variants: [{name: us, when: {region: us}, multipliers: 1.1}]}]
`)
	long := parse(t, head+`models:
  - id: m
    aliases: [n]
    prices: [{rates: {input: {rate: "2.50"}}, variants: [{name: us, when: {region: [us]}, multipliers: {tokens: "1.1"}}]}]
`)
	short.digest, long.digest = nil, nil
	assert.Equal(t, long, short)
}

func TestHostileFiles(t *testing.T) {
	bomb := head + "templates:\n  a: &a {rates: {input: \"1\"}}\nmodels:\n"
	bomb += "  - &m {id: m, aliases: &l [" + strings.Repeat("x, ", 2000) + "x], prices: [{extends: a}]}\n" + strings.Repeat("  - *m\n", 20_000)
	for name, text := range map[string]string{
		"aliases that multiply": bomb,
		"deep nesting":          head + "models: " + strings.Repeat("[", 100_000),
		"deep mappings":         strings.Repeat("a: {", 20_000),
		"an anchor in itself":   head + "models: &x [*x]",
		"many models":           head + "models:\n" + strings.Repeat("  - {id: m, prices: []}\n", 20_000),
	} {
		_, err := ParseFile("f.yaml", []byte(text), ParseOptions{})
		require.Error(t, err, name)
		assert.Less(t, len(err.Error()), 1<<20, name)
	}
	_, err := ParseFile("f.yaml", []byte(strings.Repeat(" ", 100)), ParseOptions{MaxBytes: 99})
	assert.EqualError(t, err, "f.yaml: 100 bytes are more than the limit of 99")
}

func TestCompileChecksFilesThatNobodyChecked(t *testing.T) {
	_, err := Compile(&File{Format: FormatVersion, Provider: "p", Models: []Model{{ID: "m"}}})
	var problem *Problem
	require.ErrorAs(t, err, &problem)
	assert.Equal(t, `p: entry "m": models[0].prices: must hold 1 to 500 price lists`, problem.Error())
}

func TestMergeOfFiles(t *testing.T) {
	builtin := parse(t, head+`synonyms: [P One]
models:
  - {id: a, aliases: [a-2], prices: [{rates: {input: "1"}}]}
  - {id: b, prices: [{rates: {input: "1"}}]}
`)
	own := parse(t, head+`models:
  - {id: A, aliases: [alpha], prices: [{rates: {input: "9"}}]}
`)
	c, err := Compile(builtin, own)
	require.NoError(t, err)
	for name, want := range map[string]string{"a": "9", "a-2": "9", "alpha": "9", "b": "1"} {
		r := c.resolve("p_one", name)
		require.NotNil(t, r.entry, name)
		assert.Equal(t, want, r.entry.model.Prices[0].Rates["input"].Rate, name)
	}
	again, err := Compile(builtin, own)
	require.NoError(t, err)
	only, err := Compile(builtin)
	require.NoError(t, err)
	assert.Equal(t, c.hash, again.hash)
	assert.NotEqual(t, c.hash, only.hash)
}

func TestInfo(t *testing.T) {
	info := engine(t, Customization{Currency: "EUR"}).Info()
	assert.Equal(t, Info{
		Catalog: "finops@" + info.Hash, Hash: info.Hash, Entries: 10, Providers: info.Providers,
		SourceDate: "2026-09-23", Currency: "EUR",
	}, info)
	assert.Len(t, info.Hash, 12)
}

func TestNamesTable(t *testing.T) {
	names := builtinNames()
	owner := make(map[string]string)
	for _, p := range names.providers {
		for _, spelling := range append([]string{p.ID}, p.Synonyms...) {
			folded := foldProvider(spelling)
			if other, ok := owner[folded]; ok && other != p.ID {
				t.Errorf("%q is a name of %s and of %s", spelling, other, p.ID)
			}
			owner[folded] = p.ID
		}
		for _, fallback := range p.Fallback {
			assert.Equal(t, fallback, CanonicalProvider(fallback), "fallback of %s", p.ID)
		}
	}
	for spelling := range names.unspecified {
		assert.Empty(t, owner[spelling])
	}
	// Every value that the semantic conventions ever defined for gen_ai.system and gen_ai.provider.name.
	for _, value := range []string{
		"anthropic", "aws.bedrock", "az.ai.inference", "az.ai.openai", "azure.ai.inference", "azure.ai.openai", "cohere", "deepseek",
		"gcp.gemini", "gcp.gen_ai", "gcp.vertex_ai", "gemini", "groq", "ibm.watsonx.ai", "mistral_ai", "moonshot_ai", "openai",
		"perplexity", "vertex_ai", "x_ai", "xai",
	} {
		assert.Contains(t, owner, foldProvider(value))
	}
}

func FuzzParseFile(f *testing.F) {
	for _, path := range []string{"testdata/catalog/anthropic.yaml", "testdata/catalog/openai.yaml", "testdata/realworld.yaml"} {
		data, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := ParseFile("f.yaml", data, ParseOptions{Lenient: true, MaxBytes: 1 << 16})
		if file == nil {
			require.Error(t, err)
			return
		}
		c, err := Compile(file)
		require.NoError(t, err)
		e, err := NewEngine(c, Customization{})
		require.NoError(t, err)
		for _, m := range c.Models() {
			call := worked(t, "2026-03-12T23:59:50Z")
			call.Provider, call.ResponseModel, call.RequestModel = m.Provider, m.ID, m.ID+"-2026-01-02"
			p := e.Price(call)
			if p.Sheet != nil {
				for i := range p.Sheet.Rates {
					require.GreaterOrEqual(t, p.Sheet.Rates[i].Effective.Sign(), 0)
				}
				require.NotEmpty(t, p.Sheet.Trace())
			}
		}
	})
}
