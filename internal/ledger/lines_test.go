package ledger

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

const fourLines = "input:176@0.0000025;cache_read:1024@0.00000125;output:300@0.00001;web_search:1@0.01"

func price(t require.TestingT, s string) money.UnitPrice {
	p, err := money.ParseUnitPrice(s)
	require.NoError(t, err)
	return p
}

func amount(t require.TestingT, s string) money.Amount {
	a, err := money.ParseAmount(s)
	require.NoError(t, err)
	return a
}

func TestLinesText(t *testing.T) {
	flat := func(m meter.Meter, q money.Quantity, p string) Line {
		return Line{Meter: m, Quantity: q, Effective: price(t, p), Contracted: price(t, p), List: price(t, p)}
	}
	seconds, err := money.ParseQuantity("12.5")
	require.NoError(t, err)
	cases := []struct {
		name  string
		lines Lines
		text  string
	}{
		{"none", nil, ""},
		{"one", Lines{flat(meter.Input, money.Units(176), "0.0000025")}, "input:176@0.0000025"},
		{
			"several",
			Lines{
				flat(meter.Input, money.Units(176), "0.0000025"),
				flat(meter.CacheRead, money.Units(1024), "0.00000125"),
				flat(meter.Output, money.Units(300), "0.00001"),
				flat(meter.WebSearch, money.Units(1), "0.01"),
			},
			fourLines,
		},
		{
			"three prices",
			Lines{{
				Meter: meter.Input, Quantity: money.Units(20000),
				Effective: price(t, "0.00000561"), Contracted: price(t, "0.00000561"), List: price(t, "0.0000066"),
			}},
			"input:20000@0.00000561/0.00000561/0.0000066",
		},
		{
			"a meter may repeat",
			Lines{flat(meter.Input, money.Units(5), "1"), flat(meter.Input, money.Units(6), "2")},
			"input:5@1;input:6@2",
		},
		{"fraction of a unit, free", Lines{flat(meter.AudioSecond, seconds, "0")}, "audio_second:12.5@0"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.text, c.lines.String())
			parsed, err := ParseLines(c.text, nil)
			require.NoError(t, err)
			assert.Equal(t, c.lines, parsed)
		})
	}
}

func TestParseLinesErrors(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"no colon", "input", `position 0: no : in "input"; want <meter>:<quantity>@<price>`},
		{"unknown meter", "input:1@1;tokens:1@1", `position 10: unknown meter "tokens:1@1"`},
		{"no meter", ":1@1", `position 0: unknown meter ":1@1"`},
		{"no quantity", "input:@1", `position 6: "@1" is not a quantity`},
		{"quantity too precise", "input:0.0000000001@1", `position 6: "0.0000000001@1" is not a quantity`},
		{"negative quantity", "input:-1@1", `position 6: "-1@1" is not a quantity`},
		{"no price sign", "input:1", `position 7: unexpected end; want @ and a unit price`},
		{"no price", "input:1@", `position 8: end is not a unit price`},
		{"negative price", "input:1@-1", `position 8: "-1" is not a unit price`},
		{"exponent", "input:1@1e-6", `position 9: unexpected "e-6"; want ; and another line, or the end`},
		{"two prices", "input:1@1/2", `position 11: unexpected end; want / and the list price`},
		{"no contracted", "input:1@1/", `position 10: end is not a unit price`},
		{"no list", "input:1@1/2/", `position 12: end is not a unit price`},
		{"four prices", "input:1@1/2/3/4", `position 13: unexpected "/4"; want ; and another line, or the end`},
		{"trailing separator", "input:1@1;", `position 9: unexpected ";"; want ; and another line, or the end`},
		{"out of order", "output:1@1;input:1@1", `position 11: input after output; lines are in the order of meters`},
		{"too many", strings.Repeat("input:1@1;", MaxLines) + "input:1@1", `position 1000: more than 100 lines`},
		{"long garbage is cut", strings.Repeat("x", 1<<16), `position 0: no : in "xxxxxxxxxxxxxxxxxxxxxxxx"; want <meter>:<quantity>@<price>`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			kept := Lines{{Meter: meter.Page}}
			out, err := ParseLines(c.in, kept)
			require.EqualError(t, err, "invalid finops.cost.lines: "+c.want)
			require.ErrorIs(t, err, ErrLines)
			assert.Equal(t, kept, out, "dst is returned as it was")
		})
	}
}

func TestParseLinesAppends(t *testing.T) {
	dst := Lines{{Meter: meter.VideoSecond}}
	out, err := ParseLines("input:1@1", dst)
	require.NoError(t, err)
	require.Len(t, out, 2, "the order of meters does not reach into what was there before")
	assert.Equal(t, meter.VideoSecond, out[0].Meter)
}

func TestSums(t *testing.T) {
	lines, err := ParseLines("input:20000@0.00000561/0.000006/0.0000066;web_search:1@0.01", nil)
	require.NoError(t, err)
	for _, c := range []struct {
		f    func() (money.Amount, bool)
		want string
	}{
		{lines.Effective, "0.1222"},
		{lines.Contracted, "0.13"},
		{lines.List, "0.142"},
	} {
		sum, ok := c.f()
		assert.True(t, ok)
		assert.Equal(t, c.want, sum.String())
	}
}

func TestSumsOutOfRange(t *testing.T) {
	for _, text := range []string{
		"input:100000000000000000@100000000000000000000",
		"input:100000000000000@1;output:100000000000000@1",
	} {
		lines, err := ParseLines(text, nil)
		require.NoError(t, err)
		_, ok := lines.Effective()
		assert.False(t, ok, text)
	}
}

func drawLines(t *rapid.T) Lines {
	drawPrice := rapid.Custom(func(t *rapid.T) money.UnitPrice {
		p, err := money.RoundUnitPrice(big.NewRat(rapid.Int64Range(0, 1e15).Draw(t, "num"), rapid.Int64Range(1, 1e15).Draw(t, "den")))
		require.NoError(t, err)
		return p
	})
	var lines Lines
	for m := range meter.Meter(meter.Count) {
		for range rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "repeat") {
			q, ok := money.QuantityFromFloat(rapid.Float64Range(0, 1e12).Draw(t, "quantity"))
			require.True(t, ok)
			line := Line{Meter: m, Quantity: q, Effective: drawPrice.Draw(t, "effective")}
			line.Contracted, line.List = line.Effective, line.Effective
			if rapid.Bool().Draw(t, "agreement") {
				line.Contracted, line.List = drawPrice.Draw(t, "contracted"), drawPrice.Draw(t, "list")
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func TestLinesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := drawLines(t)
		parsed, err := ParseLines(lines.String(), nil)
		require.NoError(t, err)
		require.Equal(t, lines, parsed)
	})
}

func FuzzParseLines(f *testing.F) {
	for _, s := range []string{"", fourLines, "input:1@1/2/3", "input:1@1;", "a:b@c", "input:1.@.5", "input:1@1;input:1@2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		lines, err := ParseLines(s, nil)
		if err != nil {
			require.Empty(t, lines)
			return
		}
		for _, l := range lines {
			require.GreaterOrEqual(t, l.Quantity.Sign(), 0)
			require.GreaterOrEqual(t, l.Effective.Sign(), 0)
		}
		again, err := ParseLines(lines.String(), nil)
		require.NoError(t, err)
		require.Equal(t, lines, again)
	})
}

func TestParseLinesDoesNotAllocate(t *testing.T) {
	dst := make(Lines, 0, 8)
	buf := make([]byte, 0, 256)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		var err error
		dst, err = ParseLines(fourLines, dst[:0])
		if err != nil {
			panic(err)
		}
		buf = AppendLines(buf[:0], dst)
	}))
	assert.Equal(t, fourLines, string(buf))
}

func BenchmarkParseLines(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"4_lines", fourLines},
		{"4_lines_3_prices", "input:20000@0.00000561/0.00000561/0.0000066;cache_read:180000@0.000000561/0.000000561/0.00000066;output:2000@0.0000210375/0.0000210375/0.00002475;web_search:1@0.01"},
	} {
		b.Run(c.name, func(b *testing.B) {
			dst := make(Lines, 0, 8)
			b.ReportAllocs()
			for b.Loop() {
				dst, _ = ParseLines(c.text, dst[:0])
			}
			require.Len(b, dst, 4)
		})
	}
}

func BenchmarkAppendLines(b *testing.B) {
	lines, err := ParseLines(fourLines, nil)
	require.NoError(b, err)
	buf := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendLines(buf[:0], lines)
	}
}

func BenchmarkEffective(b *testing.B) {
	lines, err := ParseLines(fourLines, nil)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := lines.Effective(); !ok {
			b.Fatal("out of range")
		}
	}
}
