package page

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// chart is what is drawn: shapes in this order, within Width x Height.
type chart struct {
	// ID is unique on the page, Class says for which screens the chart is.
	ID, Class     string
	Title, Desc   string
	Width, Height float64
	Rects         []rect
	Lines         []line
	Paths         []path
	Dots          []point
	Texts         []text
	// Hits are transparent and carry tooltips.
	Hits []rect
}

type rect struct {
	X, Y, W, H   float64
	Class, Title string
}

type line struct {
	X1, Y1, X2, Y2 float64
	Class          string
}

type point struct{ X, Y float64 }

// path is a line through points.
type path struct {
	Points []point
	Class  string
}

// D is the path in the language of SVG.
func (p path) D() string {
	var b strings.Builder
	for i, at := range p.Points {
		b.WriteByte("ML"[min(i, 1)])
		b.WriteString(px(at.X) + " " + px(at.Y))
	}
	return b.String()
}

// text stands on the line Y. Anchor is start, middle or end.
type text struct {
	X, Y         float64
	Anchor       string
	Class, Value string
}

// Sizes of text, in pixels. fontSize is that of style.css, and digits and letters of common fonts are narrower than
// letterWidth of it on the average.
const (
	fontSize    = 14.0
	letterWidth = 0.65
)

func textWidth(s string) float64 {
	return float64(utf8.RuneCountInString(s)) * fontSize * letterWidth
}

// px writes a position as short as it can be without being seen.
func px(f float64) string {
	return strconv.FormatFloat(math.Round(f*100)/100+0, 'f', -1, 64)
}

// scale maps amounts to pixels.
type scale struct {
	min, max *big.Rat
	from, to float64
}

// newScale widens a range that is empty, so that every amount has a place.
func newScale(lowest, highest money.Amount, from, to float64) scale {
	s := scale{min: lowest.Rat(), max: highest.Rat(), from: from, to: to}
	if s.min.Cmp(s.max) >= 0 {
		s.max = new(big.Rat).Add(s.min, big.NewRat(1, 1))
	}
	return s
}

// at is within the scale whatever the amount is.
func (s scale) at(a money.Amount) float64 {
	part := new(big.Rat).Sub(a.Rat(), s.min)
	part.Quo(part, new(big.Rat).Sub(s.max, s.min))
	f, _ := part.Float64()
	return s.from + min(max(f, 0), 1)*(s.to-s.from)
}

// extent is the range of the amounts.
func extent(amounts ...money.Amount) (lowest, highest money.Amount) {
	for i, a := range amounts {
		if i == 0 || a.Cmp(lowest) < 0 {
			lowest = a
		}
		if i == 0 || a.Cmp(highest) > 0 {
			highest = a
		}
	}
	return lowest, highest
}

// clamp moves a text to where all of it is within the width.
func clamp(t text, width float64) text {
	half := textWidth(t.Value) / 2
	t.X = max(half, min(t.X, width-half))
	t.Anchor = "middle"
	return t
}
