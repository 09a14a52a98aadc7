package page

import (
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

const (
	minus        = "\u2212"
	noBreakSpace = "\u00a0"
	// none stands where there is no value.
	none = "\u2013"
)

// maxDecimals is where amounts are too small to be read.
const maxDecimals = 8

// figure is a number for reading, and all of it for the tooltip.
type figure struct{ Text, Exact string }

// amount has the currency in both.
func amount(a money.Amount, currency string) figure {
	return figure{Text: withCurrency(currency, round(a)), Exact: exact(a, currency)}
}

// difference has a sign if it is positive, too.
func difference(a money.Amount, currency string) figure {
	return figure{Text: withCurrency(currency, signed(a)), Exact: exact(a, currency)}
}

func exact(a money.Amount, currency string) string {
	return withCurrency(currency, decorate(a.String()))
}

func withCurrency(currency, number string) string {
	if currency == "" {
		return number
	}
	return shorten(currency) + noBreakSpace + number
}

// longCurrency is far beyond the three letters of ISO 4217.
const longCurrency = 12

// shorten keeps what is no currency at all from taking the place of the amounts.
func shorten(currency string) string {
	if runes := []rune(currency); len(runes) > longCurrency {
		return string(runes[:longCurrency]) + "\u2026"
	}
	return currency
}

// round writes an amount with two decimals, and with two digits that count if it is below 1.
func round(a money.Amount) string {
	if a.IsZero() {
		return "0.00"
	}
	rounded := a.RoundTo(decimals(a))
	if rounded.IsZero() {
		return bound(a.Sign(), "0."+strings.Repeat("0", maxDecimals-1)+"1")
	}
	return decorate(padded(rounded.String()))
}

// padded has two decimals at least.
func padded(s string) string {
	whole, fraction, _ := strings.Cut(s, ".")
	return whole + "." + fraction + strings.Repeat("0", max(0, 2-len(fraction)))
}

// bound says that a number is nearer to 0 than what can be written.
func bound(sign int, smallest string) string {
	if sign < 0 {
		return ">" + noBreakSpace + minus + smallest
	}
	return "<" + noBreakSpace + smallest
}

// decimals are those that round keeps.
func decimals(a money.Amount) int {
	fraction, small := strings.CutPrefix(strings.TrimPrefix(a.String(), "-"), "0.")
	if !small {
		return 2
	}
	zeros := len(fraction) - len(strings.TrimLeft(fraction, "0"))
	return min(max(2, zeros+2), maxDecimals)
}

func signed(a money.Amount) string {
	if a.Sign() > 0 {
		return plus(round(a))
	}
	return round(a)
}

// plus leaves "< 0.01" as it is.
func plus(s string) string {
	if strings.HasPrefix(s, "<") {
		return s
	}
	return "+" + s
}

// decorate sets a plain decimal with separators of thousands and a minus of the width of a plus.
func decorate(s string) string {
	digits, negative := strings.CutPrefix(s, "-")
	whole, fraction, cut := strings.Cut(digits, ".")
	var b strings.Builder
	if negative {
		b.WriteString(minus)
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if cut {
		b.WriteString("." + fraction)
	}
	return b.String()
}

// hugePercent is beyond what tells anything.
const hugePercent = 999_999

// percent writes a ratio with two decimals and its sign.
func percent(r *big.Rat) string {
	hundred := new(big.Rat).Mul(r, big.NewRat(100, 1))
	switch s := hundred.FloatString(2); {
	case r.Sign() == 0:
		return "0.00" + noBreakSpace + "%"
	case s == "0.00" || s == "-0.00":
		return bound(r.Sign(), "0.01") + noBreakSpace + "%"
	case hundred.Cmp(big.NewRat(hugePercent, 1)) > 0:
		return ">" + noBreakSpace + "+999,999" + noBreakSpace + "%"
	case hundred.Cmp(big.NewRat(-hugePercent, 1)) < 0:
		return "<" + noBreakSpace + minus + "999,999" + noBreakSpace + "%"
	case r.Sign() > 0:
		return "+" + decorate(s) + noBreakSpace + "%"
	default:
		return decorate(s) + noBreakSpace + "%"
	}
}

// share writes a part of a whole. What is not all of it does not read 100.00 %.
func share(r *big.Rat) string {
	scaled := new(big.Rat).Mul(r, big.NewRat(10_000, 1))
	floor := new(big.Int).Div(scaled.Num(), scaled.Denom())
	return decorate(new(big.Rat).SetFrac(floor, big.NewInt(100)).FloatString(2)) + noBreakSpace + "%"
}

// limit writes a threshold: 2 %.
func limit(r *big.Rat) string {
	s := new(big.Rat).Mul(r, big.NewRat(100, 1)).FloatString(4)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + noBreakSpace + "%"
}

func count(n int64) string { return decorate(strconv.FormatInt(n, 10)) }

// quantity is a dash for one that nobody counted.
func quantity(q money.Quantity) string {
	if q.IsZero() {
		return none
	}
	return decorate(q.String())
}

// plural writes "1 day", "2 days".
func plural(n int64, noun string) string {
	if n == 1 {
		return "1" + noBreakSpace + noun
	}
	return count(n) + noBreakSpace + noun + "s"
}

// longWord is what does not fit a column of a table.
const longWord = 24

// long is the class of what has such a word, and may be broken anywhere.
func long(s string) string {
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' || r == '-' }) {
		if utf8.RuneCountInString(word) > longWord {
			return "long"
		}
	}
	return ""
}
