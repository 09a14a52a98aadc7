package pricing

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// pricer makes an engine of one model `m` at the provider `p` out of its price list in flow style.
func pricer(tb testing.TB, prices string, custom Customization) *Engine {
	tb.Helper()
	c, err := Compile(parse(tb, "format: finops/v1\nprovider: p\nmodels:\n  - {id: m, prices: ["+prices+"]}\n"))
	require.NoError(tb, err)
	e, err := NewEngine(c, custom)
	require.NoError(tb, err)
	return e
}

// rateOf returns the list price per million of a meter, with ~ before it where it was assumed, and "none".
func rateOf(s *Sheet, m meter.Meter) string {
	r := s.Rates[m]
	if !r.Known {
		return "none"
	}
	text := decimalString(perMillion(r.List.Rat(), m))
	if r.Assumed {
		return "~" + text
	}
	return text
}

func TestRateOfMeter(t *testing.T) {
	const tiered = `{rates: {input: "2", cache_read: "1", output: "10"}, tiers: [{threshold: 100, rates: {input: "4", output: "20"}}], `
	for _, tt := range []struct {
		name, prices string
		tier         string
		input        int64
		want         map[meter.Meter]string
		id           string
	}{
		{
			"parents stand in for missing rates", `{rates: {input: "2", output: "10"}}`, "", 1,
			map[meter.Meter]string{
				meter.Input: "2", meter.CacheRead: "~2", meter.CacheWrite5m: "~2", meter.CacheWrite1h: "~2", meter.InputAudio: "~2",
				meter.CacheReadAudio: "~2", meter.Output: "10", meter.Reasoning: "10", meter.Citation: "~10", meter.OutputAudio: "~10",
				meter.WebSearch: "none", meter.Request: "none",
			},
			"p/m",
		},
		{
			"the nearest parent stands in", `{rates: {input: "2", cache_write_5m: "2.5", cache_read: "0.2", output: "10"}}`, "", 1,
			map[meter.Meter]string{meter.CacheWrite1h: "~2.5", meter.CacheReadAudio: "~0.2", meter.InputAudio: "~2"},
			"p/m",
		},
		{
			"declared fallbacks keep the confidence", `{rates: {input: "2", cache_write_5m: "2.5", output: "10"}, fallbacks: {cache_write_1h: cache_write_5m, input_image: input, citation: output}}`, "", 1,
			map[meter.Meter]string{meter.CacheWrite1h: "2.5", meter.InputImage: "2", meter.Citation: "10", meter.InputAudio: "~2"},
			"p/m",
		},
		{
			"embeddings have no output", `{rates: {input: "0.02"}}`, "", 1,
			map[meter.Meter]string{meter.Input: "0.02", meter.Output: "none", meter.Reasoning: "none"},
			"p/m",
		},
		{
			"below the tier", tiered + "}", "", 100,
			map[meter.Meter]string{meter.Input: "2", meter.CacheRead: "1", meter.Output: "10"},
			"p/m",
		},
		{
			"the tier's parent goes before the base tier", tiered + "}", "", 101,
			map[meter.Meter]string{meter.Input: "4", meter.CacheRead: "~4", meter.Output: "20", meter.Reasoning: "20"},
			"p/m#long_context",
		},
		{
			"a meter that the tier says nothing of keeps its rate", `{rates: {input: "2", output: "10", web_search: "0.01"}, tiers: [{threshold: 100, rates: {input: "4"}}]}`, "", 101,
			map[meter.Meter]string{meter.Input: "4", meter.Output: "10", meter.WebSearch: "0.01"},
			"p/m#long_context",
		},
		{
			"factors of a tier cover the meters below their own", `{rates: {input: "2", cache_read: "0.2", output: "10"}, tiers: [{threshold: 100, multipliers: {input: "2", output: "1.5"}}]}`, "", 101,
			map[meter.Meter]string{meter.Input: "4", meter.CacheRead: "0.4", meter.Output: "15", meter.Reasoning: "15"},
			"p/m#long_context",
		},
		{
			"a variant's own rates", tiered + `variants: [{name: batch, when: {service_tier: batch}, rates: {input: "1", cache_read: "0.5", output: "5"}}]}`, "batch", 1,
			map[meter.Meter]string{meter.Input: "1", meter.CacheRead: "0.5", meter.Output: "5"},
			"p/m#batch",
		},
		{
			"a variant's parent goes before the list's own rate", tiered + `variants: [{name: batch, when: {service_tier: batch}, rates: {input: "1", output: "5"}}]}`, "batch", 1,
			map[meter.Meter]string{meter.Input: "1", meter.CacheRead: "~1", meter.Output: "5"},
			"p/m#batch",
		},
		{
			"what a variant says nothing of is as without it", tiered + `variants: [{name: batch, when: {service_tier: batch}, rates: {output: "5"}}]}`, "batch", 1,
			map[meter.Meter]string{meter.Input: "2", meter.CacheRead: "1", meter.Output: "5"},
			"p/m#batch",
		},
		{
			"a factor scales the tier", tiered + `variants: [{name: batch, when: {service_tier: batch}, multipliers: "0.5"}]}`, "batch", 101,
			map[meter.Meter]string{meter.Input: "2", meter.CacheRead: "~2", meter.Output: "10"},
			"p/m#long_context+batch",
		},
		{
			"a variant without this tier is as the tier without it", tiered + `variants: [{name: batch, when: {service_tier: batch}, rates: {input: "1", output: "5"}}]}`, "batch", 101,
			map[meter.Meter]string{meter.Input: "4", meter.Output: "20"},
			"p/m#long_context+batch",
		},
		{
			"a variant's own tier", tiered + `variants: [{name: batch, when: {service_tier: batch}, rates: {input: "1", output: "5"}, tiers: [{threshold: 100, rates: {input: "3", output: "9"}}]}]}`, "batch", 101,
			map[meter.Meter]string{meter.Input: "3", meter.Output: "9"},
			"p/m#long_context+batch",
		},
		{
			"a tier that only the variant has", `{rates: {input: "2", output: "10"}, variants: [{name: batch, when: {service_tier: batch}, rates: {input: "1", output: "5"}, tiers: [{threshold: 100, name: bulk, rates: {input: "0.5"}}]}]}`, "batch", 101,
			map[meter.Meter]string{meter.Input: "0.5", meter.Output: "5"},
			"p/m#bulk+batch",
		},
		{
			"without the variant its tier is not there", `{rates: {input: "2", output: "10"}, variants: [{name: batch, when: {service_tier: batch}, rates: {input: "1", output: "5"}, tiers: [{threshold: 100, rates: {input: "0.5"}}]}]}`, "", 101,
			map[meter.Meter]string{meter.Input: "2"},
			"p/m",
		},
		{
			"factors leave fees alone", `{rates: {input: "2", output: "10", web_search: "0.01"}, variants: [{name: batch, when: {service_tier: batch}, multipliers: "0.5"}]}`, "batch", 1,
			map[meter.Meter]string{meter.Input: "1", meter.WebSearch: "0.01"},
			"p/m#batch",
		},
		{
			"unless the entry says otherwise", `{rates: {input: "2", output: "10", web_search: "0.01"}, variants: [{name: batch, when: {service_tier: batch}, multipliers: {tokens: "0.5", units: "0.9", output: "0.6"}}]}`, "batch", 1,
			map[meter.Meter]string{meter.Input: "1", meter.Output: "6", meter.WebSearch: "0.009"},
			"p/m#batch",
		},
		{
			"of several tiers the highest passed", `{rates: {input: "1"}, tiers: [{threshold: 100, rates: {input: "2"}}, {threshold: 300, name: huge, rates: {input: "3"}}, {threshold: 200, op: gte, name: big, rates: {output: "9"}}]}`, "", 200,
			map[meter.Meter]string{meter.Input: "2", meter.Output: "9"},
			"p/m#big",
		},
		{
			"free", `{free: true}`, "", 1,
			map[meter.Meter]string{meter.Input: "0", meter.WebSearch: "0"},
			"p/m",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := pricer(t, tt.prices, Customization{}).Price(&Call{
				Provider: "p", RequestModel: "m", ServiceTier: tt.tier, Time: instant(t, "2026-11-01T00:00:00Z"),
				Usage: tokens(map[meter.Meter]int64{meter.Input: tt.input}),
			})
			require.Empty(t, p.Reason)
			got := make(map[meter.Meter]string)
			for m := range tt.want {
				got[m] = rateOf(p.Sheet, m)
			}
			assert.Equal(t, tt.want, got)
			assert.Equal(t, tt.id, p.Sheet.ID)
		})
	}
}

func TestSizeOfACall(t *testing.T) {
	e := pricer(t, `{rates: {input: "1", output: "1"}, tiers: [{threshold: 1000, rates: {input: "2"}}]}`, Customization{})
	usage := tokens(map[meter.Meter]int64{
		meter.Input: 200, meter.CacheRead: 200, meter.CacheWrite5m: 100, meter.CacheWrite1h: 100, meter.InputAudio: 100,
		meter.CacheReadAudio: 50, meter.InputImage: 100, meter.CacheReadImage: 50, meter.InputVideo: 100, meter.Output: 99_999,
	})
	call := &Call{Provider: "p", RequestModel: "m", Time: instant(t, "2026-11-01T00:00:00Z"), Usage: usage}
	p := e.Price(call)
	assert.Equal(t, "p/m", p.Sheet.ID)
	usage[meter.CacheRead] = money.Units(201)
	p = e.Price(call)
	assert.Equal(t, "p/m#long_context", p.Sheet.ID)
}

func TestOutputTier(t *testing.T) {
	e := pricer(t, `{rates: {input: "1", output: "1"}, tiers: [{metric: output, op: gte, threshold: 1000, name: long_answer, rates: {output: "2"}}]}`, Customization{})
	call := &Call{
		Provider: "p", RequestModel: "m", Time: instant(t, "2026-11-01T00:00:00Z"),
		Usage: tokens(map[meter.Meter]int64{meter.Input: 5000, meter.Output: 400, meter.Reasoning: 599}),
	}
	p := e.Price(call)
	assert.Equal(t, "p/m", p.Sheet.ID)
	call.Usage[meter.Reasoning] = money.Units(600)
	p = e.Price(call)
	assert.Equal(t, "p/m#long_answer", p.Sheet.ID)
}

func TestGraduatedTier(t *testing.T) {
	e := pricer(t, `{rates: {input: "1", output: "1"}, tiers: [{threshold: 1000, mode: graduated, rates: {input: "2"}}]}`, Customization{})
	call := &Call{
		Provider: "p", RequestModel: "m", Time: instant(t, "2026-11-01T00:00:00Z"),
		Usage: tokens(map[meter.Meter]int64{meter.Input: 1000}),
	}
	p := e.Price(call)
	assert.Nil(t, p.Upper)

	call.Usage[meter.Input] = money.Units(1001)
	p = e.Price(call)
	require.NotNil(t, p.Upper)
	assert.Equal(t, money.Units(1000), p.Threshold)
	assert.Equal(t, "1", rateOf(p.Sheet, meter.Input))
	assert.Equal(t, "2", rateOf(p.Upper, meter.Input))
	assert.Equal(t, "p/m", p.Sheet.ID)
	assert.Equal(t, "p/m#long_context", p.Upper.ID)
	assert.False(t, p.UpperByOutput)

	e = pricer(t, `{rates: {input: "1", output: "1"}, tiers: [{metric: output, threshold: 10, mode: graduated, rates: {output: "2"}}]}`, Customization{})
	call.Usage[meter.Output] = money.Units(11)
	p = e.Price(call)
	require.NotNil(t, p.Upper)
	assert.True(t, p.UpperByOutput)
}

const variants = `{rates: {input: "100", output: "100"}, variants: [
  {name: night, when: {windows: [{zone: Europe/Berlin, from: "22:00", to: "06:00"}]}, multipliers: "0.9"},
  {name: us, when: {region: [us, "us-*"]}, multipliers: "1.1"},
  {name: abroad, when: {not_region: [us, "us-*", eu]}, multipliers: "1.3"},
  {name: zone, when: {deployment: data_zone}, multipliers: "1.05"},
  {name: fast, when: {speed: fast}, multipliers: "6", excludes: [batch]},
  {name: batch, when: {service_tier: batch}, multipliers: "0.5"},
  {name: batch_eu, when: {service_tier: batch, region: eu}, multipliers: "0.6", excludes: [batch]}]}`

func TestVariants(t *testing.T) {
	e := pricer(t, variants, Customization{})
	const day, night = "2026-11-02T12:00:00Z", "2026-11-02T21:30:00Z" // 22:30 in Berlin
	for _, tt := range []struct {
		name             string
		call             Call
		at               string
		id, rate         string
		tier, speed      bool
		standard, listed string
	}{
		{name: "none", at: day, id: "p/m", rate: "100"},
		{name: "values are compared without case", call: Call{ServiceTier: "Batch", Region: "US"}, at: day, id: "p/m#batch+us", rate: "55", standard: "110"},
		{name: "in their order", call: Call{ServiceTier: "batch", Region: "us-east-1", Deployment: "data_zone"}, at: night, id: "p/m#batch+us+zone+night", rate: "51.975", standard: "103.95"},
		{name: "the first of two that exclude each other", call: Call{ServiceTier: "batch", Speed: "fast", Region: "us"}, at: day, id: "p/m#batch+us", rate: "55", standard: "110"},
		{name: "of one class the more specific", call: Call{ServiceTier: "batch", Region: "eu"}, at: day, id: "p/m#batch_eu", rate: "60", standard: "100"},
		{name: "what is not known selects nothing", call: Call{Speed: "fast"}, at: day, id: "p/m#fast", rate: "600", standard: "100"},
		{name: "every known region but these", call: Call{Region: "ap-south-1"}, at: day, id: "p/m#abroad", rate: "130"},
		{name: "synonyms of the standard tier", call: Call{ServiceTier: "on_demand", Speed: "standard"}, at: day, id: "p/m", rate: "100"},
		{name: "synonyms of tiers", call: Call{ServiceTier: "batches"}, at: day, id: "p/m#batch", rate: "50", standard: "100"},
		{name: "auto says nothing", call: Call{ServiceTier: "auto"}, at: day, id: "p/m", rate: "100"},
		{name: "a tier without price", call: Call{ServiceTier: "priority"}, at: day, id: "p/m", rate: "100", tier: true},
		{name: "a speed without price", call: Call{Speed: "ultrafast"}, at: day, id: "p/m", rate: "100", speed: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			call := tt.call
			call.Provider, call.RequestModel, call.Time = "p", "m", instant(t, tt.at)
			call.Usage = tokens(map[meter.Meter]int64{meter.Input: 1})
			p := e.Price(&call)
			require.Empty(t, p.Reason)
			assert.Equal(t, tt.id, p.Sheet.ID)
			assert.Equal(t, tt.rate, rateOf(p.Sheet, meter.Input))
			assert.Equal(t, tt.tier, p.TierAssumed)
			assert.Equal(t, tt.speed, p.SpeedAssumed)
			if tt.standard == "" {
				tt.standard = tt.rate
			}
			assert.Equal(t, tt.standard, decimalString(perMillion(p.Sheet.Rates[meter.Input].Standard.Rat(), meter.Input)))
		})
	}
	entry := e.Price(&Call{Provider: "p", RequestModel: "m", Time: instant(t, day), Usage: new(meter.Usage)}).Sheet.Entry
	assert.Equal(t, []string{"batch"}, entry.ServiceTiers)
	assert.True(t, entry.Speeds && entry.Regions && entry.Deployments)
	assert.False(t, entry.ContextTiers)
}

func TestWindows(t *testing.T) {
	friday := Window{Zone: "America/New_York", Weekdays: []string{"Fri"}, From: "22:00", To: "02:00"}
	for _, tt := range []struct {
		at     string
		window Window
		want   bool
	}{
		{"2026-11-06T22:00:00-05:00", friday, true},
		{"2026-11-07T01:59:59-05:00", friday, true}, // Saturday morning belongs to Friday's window
		{"2026-11-07T02:00:00-05:00", friday, false},
		{"2026-11-06T01:00:00-05:00", friday, false}, // Friday morning belongs to Thursday
		{"2026-07-11T00:30:00-04:00", friday, true},  // in summer time
		{"2026-11-06T23:59:00Z", Window{From: "16:30", To: "24:00"}, true},
		{"2026-11-06T16:29:59Z", Window{From: "16:30", To: "24:00"}, false},
		{"2026-11-06T12:00:00Z", Window{From: "00:00", To: "00:00"}, true}, // wraps round the whole day
		{"2026-11-06T12:00:00Z", Window{From: "00:00", To: "24:00"}, true},
	} {
		w, err := compileWindow(tt.window)
		require.NoError(t, err)
		assert.Equal(t, tt.want, w.holds(instant(t, tt.at)), "%s in %+v", tt.at, tt.window)
	}
}

func TestIntervals(t *testing.T) {
	e := pricer(t, `{to: "2026-01-01", rates: {input: "1"}}, {from: "2026-01-01", to: "2026-02-01T12:00:00Z", rates: {input: "2"}}, {from: "2026-03-01T07:30:00Z", rates: {input: "3"}}`, Customization{})
	for at, want := range map[string]string{
		"1999-01-01T00:00:00Z":      "p/m",
		"2025-12-31T23:59:59Z":      "p/m",
		"2026-01-01T00:00:00Z":      "p/m@2026-01-01",
		"2026-01-01T00:00:00+01:00": "p/m",
		"2026-02-01T11:59:59Z":      "p/m@2026-01-01",
		"2026-02-01T12:00:00Z":      "",
		"2026-03-01T07:30:00Z":      "p/m@2026-03-01T07:30:00Z",
	} {
		p := e.Price(&Call{Provider: "p", RequestModel: "m", Time: instant(t, at), Usage: tokens(map[meter.Meter]int64{meter.Input: 1})})
		if want == "" {
			assert.Equal(t, ledger.ReasonNoRate, p.Reason, at)
			assert.Equal(t, "m", p.Model)
			continue
		}
		require.Empty(t, p.Reason, at)
		assert.Equal(t, want, p.Sheet.ID, at)
	}
}

func TestMissingRates(t *testing.T) {
	e := pricer(t, `{rates: {input: "1"}}`, Customization{})
	price := func(usage map[meter.Meter]int64) Price {
		return e.Price(&Call{Provider: "p", RequestModel: "m", Time: instant(t, "2026-11-01T00:00:00Z"), Usage: tokens(usage)})
	}
	p := price(map[meter.Meter]int64{meter.Input: 1, meter.Output: 1})
	assert.Equal(t, ledger.ReasonNoRate, p.Reason, "unknown is not zero")
	assert.Nil(t, p.Sheet)
	p = price(map[meter.Meter]int64{meter.Input: 1, meter.WebSearch: 1})
	assert.Equal(t, ledger.ReasonNoRate, p.Reason)
	p = price(map[meter.Meter]int64{meter.Input: 1, meter.Request: 1})
	assert.Empty(t, p.Reason, "a request costs nothing unless the entry has a fee for it")
	assert.False(t, p.Sheet.Free)
}

func TestFree(t *testing.T) {
	for prices, want := range map[string]bool{
		`{free: true}`:                                        true,
		`{rates: {input: "0", output: "0.0"}}`:                true,
		`{rates: {input: "0", output: "1"}}`:                  false,
		`{rates: {input: "0", output: "0", request: "0.01"}}`: false,
	} {
		e := pricer(t, prices, Customization{})
		p := e.Price(&Call{Provider: "p", RequestModel: "m", Time: instant(t, "2026-11-01T00:00:00Z"), Usage: tokens(map[meter.Meter]int64{meter.Input: 1})})
		require.Empty(t, p.Reason)
		assert.Equal(t, want, p.Sheet.Free, prices)
	}
}

func TestEntriesOfARegion(t *testing.T) {
	c, err := Compile(parse(t, `
format: finops/v1
provider: azure
models:
  - {id: gpt-x, prices: [{rates: {input: "1"}}]}
  - {id: eu/gpt-x, region: eu, prices: [{rates: {input: "2"}, variants: [{name: eu, when: {region: eu}, multipliers: "1.1"}, {name: batch, when: {service_tier: batch}, multipliers: "0.5"}]}]}
`))
	require.NoError(t, err)
	e, err := NewEngine(c, Customization{})
	require.NoError(t, err)
	for _, tt := range []struct{ model, region, tier, id, rate string }{
		{"gpt-x", "", "", "azure.ai.openai/gpt-x", "1"},
		{"gpt-x", "us", "", "azure.ai.openai/gpt-x", "1"},
		{"gpt-x", "EU", "", "azure.ai.openai/eu/gpt-x", "2"},
		{"eu/gpt-x", "eu", "", "azure.ai.openai/eu/gpt-x", "2"},
		{"eu/gpt-x", "us", "batch", "azure.ai.openai/eu/gpt-x#batch", "1"},
	} {
		p := e.Price(&Call{
			Provider: "azure", RequestModel: tt.model, Region: tt.region, ServiceTier: tt.tier,
			Time: instant(t, "2026-11-01T00:00:00Z"), Usage: tokens(map[meter.Meter]int64{meter.Input: 1}),
		})
		require.Empty(t, p.Reason)
		assert.Equal(t, tt.id, p.Sheet.ID)
		assert.Equal(t, tt.rate, rateOf(p.Sheet, meter.Input))
		assert.Equal(t, "gpt-x", p.Model)
	}
}

func TestTemplates(t *testing.T) {
	c, err := Compile(parse(t, `
format: finops/v1
provider: p
per: "1000"
sources: {s: {title: A page, date: "2026-05-05"}}
templates:
  base: {source: s, rates: {input: "0.002", output: "0.01"}, variants: [{name: batch, when: {service_tier: batch}, multipliers: "0.5"}]}
  long: {extends: base, disputed: nobody is sure, tiers: [{threshold: 100, multipliers: "2"}], fallbacks: {citation: output}}
models:
  - id: m
    prices:
      - extends: long
        rates: {output: "0.02"}
        variants: [{name: batch, when: {service_tier: batch}, multipliers: "0.25"}, {name: us, when: {region: us}, multipliers: "2"}]
`))
	require.NoError(t, err)
	e, err := NewEngine(c, Customization{})
	require.NoError(t, err)
	p := e.Price(&Call{
		Provider: "p", RequestModel: "m", ServiceTier: "batch", Region: "us", Time: instant(t, "2026-11-01T00:00:00Z"),
		Usage: tokens(map[meter.Meter]int64{meter.Input: 101}),
	})
	require.Empty(t, p.Reason)
	assert.Equal(t, "p/m@2026-05-05#long_context+batch+us", p.Sheet.ID)
	assert.Equal(t, "2", rateOf(p.Sheet, meter.Input))
	assert.Equal(t, "20", rateOf(p.Sheet, meter.Output))
	assert.Equal(t, "20", rateOf(p.Sheet, meter.Citation))
	assert.Equal(t, "nobody is sure", p.Sheet.Entry.Disputed)
	assert.Equal(t, []string{
		"price: p/m@2026-05-05#long_context+batch+us",
		"price list: p/m@2026-05-05 (A page 2026-05-05)",
		"disputed: nobody is sure",
		"tier long_context: total_input above 100",
		"variant: batch",
		"variant: us",
		"input: list 2 x 2 (long_context) x 0.25 (batch) x 2 (us) = 2 USD per 1M",
	}, p.Sheet.Trace()[:7])
}
