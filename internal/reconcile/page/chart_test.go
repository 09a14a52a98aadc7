package page

import (
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

func parse(t require.TestingT, s string) money.Amount {
	a, err := money.ParseAmount(s)
	require.NoError(t, err)
	return a
}

// sizes are amounts whose sums are within the range.
var sizes = []string{"0", "0", "0.000000000000000000000001", "0.0123", "1", "99.995", "12345.678901", "999999999.99", "9999999999999.99"}

// anyAmount draws an amount of one of the sizes and of either sign, or one at the limit of the range.
func anyAmount(t *rapid.T, label string) money.Amount {
	return drawAmount(t, label, append([]string{"170141183460469.231731687303715884105727"}, sizes...))
}

func drawAmount(t *rapid.T, label string, sizes []string) money.Amount {
	s := rapid.SampledFrom(sizes).Draw(t, label)
	a := parse(t, s)
	if rapid.Bool().Draw(t, label+" is negative") {
		return a.Neg()
	}
	return a
}

// inside checks that everything is drawn within the chart, with sizes that are numbers. Texts are as wide as textWidth
// says.
func inside(t require.TestingT, c *chart) {
	const tolerance = 1e-6
	within := func(x, y float64) {
		// A comparison with what is no number is false.
		if !(x >= -tolerance && x <= c.Width+tolerance && y >= -tolerance && y <= c.Height+tolerance) {
			require.Failf(t, "outside", "%g, %g of %g x %g", x, y, c.Width, c.Height)
		}
	}
	for _, list := range [][]rect{c.Rects, c.Hits} {
		for _, r := range list {
			within(r.X, r.Y)
			within(r.X+r.W, r.Y+r.H)
			if r.W < 0 || r.H < 0 {
				require.Failf(t, "negative", "%+v", r)
			}
		}
	}
	for _, l := range c.Lines {
		within(l.X1, l.Y1)
		within(l.X2, l.Y2)
	}
	for _, p := range c.Paths {
		for _, at := range p.Points {
			within(at.X, at.Y)
		}
	}
	for _, at := range c.Dots {
		within(at.X, at.Y)
	}
	for _, text := range c.Texts {
		left, right := text.sides()
		within(left, text.Y-fontSize)
		within(right, text.Y)
	}
}

func (t text) sides() (left, right float64) {
	width := textWidth(t.Value)
	switch t.Anchor {
	case "start":
		return t.X, t.X + width
	case "end":
		return t.X - width, t.X
	default:
		return t.X - width/2, t.X + width/2
	}
}

// apart checks that no text is upon another, nor upon a bar of its class or any other.
func apart(t require.TestingT, c *chart, bars bool) {
	for i, a := range c.Texts {
		left, right := a.sides()
		for _, b := range c.Texts[i+1:] {
			l, r := b.sides()
			beside := right <= l+1e-6 || r <= left+1e-6
			require.Truef(t, beside || math.Abs(a.Y-b.Y) >= fontSize-2, "%q and %q overlap", a.Value, b.Value)
		}
		for _, bar := range c.Rects {
			if !bars {
				break
			}
			beside := right <= bar.X+1e-6 || bar.X+bar.W <= left+1e-6
			above := a.Y <= bar.Y || a.Y-fontSize+3 >= bar.Y+bar.H
			require.Truef(t, beside || above, "%q is upon a bar", a.Value)
		}
	}
}

func anyComparison(t *rapid.T) reconcile.Comparison {
	c := reconcile.Comparison{Metered: drawAmount(t, "metered", sizes)}
	for l := range c.Bridge {
		c.Bridge[l] = drawAmount(t, reconcile.Line(l).String(), sizes)
	}
	c.MeteredPurchases = drawAmount(t, "booked", sizes)
	return c
}

func TestWaterfallConnects(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := anyComparison(t)
		c.Billed = c.Metered.Add(c.Bridge.Usage())
		c.Invoiced = c.Metered.Add(c.MeteredPurchases).Add(c.Bridge.Total())
		list := steps(&c)
		require.True(t, list[0].Total)
		require.True(t, list[len(list)-1].Total)
		for i := 1; i < len(list); i++ {
			if list[i].Total {
				assert.Equal(t, list[i-1].To, list[i].To, "the lines lead to %s", list[i].Name)
				assert.True(t, list[i].From.IsZero())
				continue
			}
			assert.Equal(t, list[i-1].To, list[i].From)
			assert.NotEqual(t, list[i].From, list[i].To, "a line of 0 is left out")
		}
		for _, l := range []layout{wideRows, narrowRows} {
			drawn := drawWaterfall(list, "USD", l)
			require.Len(t, drawn.Rects, len(list))
			inside(t, &drawn)
			apart(t, &drawn, true)
		}
	})
}

// Pixels: what is billed ends where the last line of usage does, and rises and falls go to their sides.
func TestWaterfallGeometry(t *testing.T) {
	t.Parallel()
	c := reconcile.Comparison{Metered: parse(t, "10"), Billed: parse(t, "-5"), Invoiced: parse(t, "-5")}
	c.Bridge[reconcile.Volume], c.Bridge[reconcile.Price] = parse(t, "-20"), parse(t, "5")
	drawn := drawWaterfall(steps(&c), "USD", wideRows)
	require.Len(t, drawn.Rects, 4)
	metered, volume, price, billed := drawn.Rects[0], drawn.Rects[1], drawn.Rects[2], drawn.Rects[3]
	assert.InDelta(t, metered.X+metered.W, volume.X+volume.W, 1e-9, "the fall begins where metered ends")
	assert.InDelta(t, 2*metered.W, volume.W, 1e-9, "twice as much, across zero")
	assert.InDelta(t, volume.X, price.X, 1e-9)
	assert.InDelta(t, price.X+price.W, billed.X, 1e-9, "a negative total lies left of zero")
	assert.InDelta(t, billed.X+billed.W, metered.X, 1e-9)
	assert.Equal(t, []string{"metered", "down", "up", "billed"}, []string{metered.Class, volume.Class, price.Class, billed.Class})
}

func TestWindow(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]struct {
		metered, volume string
		cut             bool
	}{
		"nothing":            {"0", "0", false},
		"no difference":      {"100", "0", false},
		"next to nothing":    {"100", "0.4", false},
		"small":              {"100", "2", true},
		"large":              {"100", "150", false},
		"below zero":         {"-100", "-2", false},
		"from below to zero": {"-2", "2", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := reconcile.Comparison{Metered: parse(t, of.metered)}
			c.Bridge[reconcile.Volume] = parse(t, of.volume)
			c.Billed = c.Metered.Add(c.Bridge[reconcile.Volume])
			c.Invoiced = c.Billed
			lowest, highest, cut := window(steps(&c))
			assert.Equal(t, of.cut, cut)
			assert.Equal(t, of.cut, lowest.Sign() > 0)
			assert.LessOrEqual(t, lowest.Cmp(highest), 0)
		})
	}
}

func TestDailyIsInside(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{1, 2, 30, 100, 1000}).Draw(t, "days")
		at := dayNumber(time.Date(rapid.IntRange(1, 9990).Draw(t, "year"), 2, 28, 0, 0, 0, 0, time.UTC))
		var some []money.Amount
		for range 5 {
			some = append(some, anyAmount(t, "amount"))
		}
		stride := int64(rapid.SampledFrom([]int{1, 2, 40}).Draw(t, "stride"))
		days := make([]day, n)
		for i := range days {
			at++
			if i%4 == 3 {
				at += stride - 1
			}
			days[i] = day{N: at, Metered: some[i%5], Billed: some[i%3]}
		}
		for _, f := range []frame{wideFrame, narrowFrame} {
			drawn := drawDaily(days, days[0].N-3, at+2, "USD", f)
			inside(t, &drawn)
			apart(t, &drawn, false)
		}
	})
}

func TestDailyDrawsGaps(t *testing.T) {
	t.Parallel()
	one := parse(t, "1")
	days := []day{{N: 2, Billed: one}, {N: 3, Metered: one}, {N: 6, Metered: one, Billed: one}}
	drawn := drawDaily(days, 0, 6, "USD", wideFrame)
	width := (wideFrame.width - 1 - drawn.Rects[0].X) / 7
	var gaps []rect
	classes := map[string]int{}
	for _, r := range drawn.Rects {
		classes[r.Class]++
		if r.Class == "gap" {
			gaps = append(gaps, r)
		}
	}
	require.Len(t, gaps, 2)
	assert.InDelta(t, 2*width, gaps[0].W, 1e-9)
	assert.InDelta(t, 2*width, gaps[1].W, 1e-9)
	assert.Equal(t, map[string]int{"gap": 2, "billed": 3, "up": 1, "down": 1}, classes)
	require.Len(t, drawn.Paths, 2, "the line and its halo break at the gap")
	assert.Len(t, drawn.Paths[0].Points, 2)
	assert.Len(t, drawn.Dots, 3)
	assert.Equal(t, "1970-01-05 to 1970-01-06: not compared", drawn.Hits[1].Title)
}

func TestTicks(t *testing.T) {
	t.Parallel()
	for _, of := range []struct {
		lowest, highest string
		want            []string
	}{
		{"0", "10", []string{"0", "5", "10"}},
		{"-3", "12", []string{"0", "5", "10"}},
		{"11890.2", "12400", []string{"12,000", "12,200", "12,400"}},
		{"0", "0.00371", []string{"0", "0.001", "0.002", "0.003"}},
		{"0", "104000000", []string{"0", "50M", "100M"}},
		{"0", "2500", []string{"0", "1k", "2k"}},
		{"5", "5", nil},
		{"0", "0.00000001", nil},
	} {
		var labels []string
		for _, tick := range ticks(parse(t, of.lowest), parse(t, of.highest), 4) {
			labels = append(labels, tick.Label)
		}
		assert.Equal(t, of.want, labels, "%s to %s", of.lowest, of.highest)
	}
}

func TestDateTicks(t *testing.T) {
	t.Parallel()
	first := dayNumber(november)
	for _, of := range []struct {
		days, apart int64
		want        []string
	}{
		{1, 1, []string{"1 Nov"}},
		{3, 1, []string{"1 Nov", "2 Nov", "3 Nov"}},
		{30, 9, []string{"1 Nov", "15 Nov", "29 Nov"}},
		{90, 40, []string{"Nov 2026", "Jan 2027"}},
		{365, 100, []string{"Nov 2026", "Mar 2027", "Jul 2027"}},
	} {
		var labels []string
		for _, tick := range dateTicks(first, first+of.days-1, of.apart) {
			labels = append(labels, tick.Label)
		}
		assert.Equal(t, of.want, labels, "%d days", of.days)
	}
}

var november = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)

func TestBars(t *testing.T) {
	t.Parallel()
	widest := big.NewRat(1, 10)
	assert.Equal(t, &bar{X: 50, W: 25, Class: "up", Zero: 50}, driftBar(big.NewRat(1, 20), widest))
	assert.Equal(t, &bar{X: 0, W: 50, Class: "down", Zero: 50}, driftBar(big.NewRat(-3, 1), widest))
	assert.Equal(t, &bar{X: 50, W: 0, Class: "up", Zero: 50}, driftBar(new(big.Rat), widest))
}
