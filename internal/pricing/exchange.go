package pricing

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"time"
)

const (
	// maxCarry is how long a rate holds when no newer one is published.
	maxCarry         = 7 * 24 * time.Hour
	maxExchangeRates = 1 << 20
	secondsPerDay    = 24 * 60 * 60
)

// ExchangeRates are dated rates between currencies.
type ExchangeRates struct {
	pairs map[currencyPair][]datedRate
	days  int
	last  string
}

type currencyPair struct{ from, to string }

type datedRate struct {
	day  int64 // days since 1970-01-01
	rate *big.Rat
}

// conversion is a rate and what it was made from.
type conversion struct {
	rate *big.Rat
	how  string
}

// ParseExchangeRates reads a CSV file with the header date,from,to,rate: one unit of from is
// worth rate units of to as of that day. A rate serves both directions.
func ParseExchangeRates(name string, data []byte) (*ExchangeRates, error) {
	if len(data) > DefaultMaxBytes {
		return nil, fmt.Errorf("%s: %d bytes are more than the limit of %d", name, len(data), DefaultMaxBytes)
	}
	rows := csv.NewReader(bytes.NewReader(data))
	rows.TrimLeadingSpace, rows.Comment, rows.FieldsPerRecord = true, '#', 4
	x := &ExchangeRates{pairs: make(map[currencyPair][]datedRate)}
	header, err := rows.Read()
	if err != nil || strings.Join(header, ",") != "date,from,to,rate" {
		return nil, fmt.Errorf("%s:1: the header must be date,from,to,rate", name)
	}
	var errs []error
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			// The error of the reader says the line itself; asking for it could panic.
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		} else if err := x.add(row); err != nil {
			line, _ := rows.FieldPos(0)
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, line, err))
		}
		if len(errs) >= maxProblems || x.days > maxExchangeRates {
			errs = append(errs, fmt.Errorf("%s: too many rows or errors", name))
			break
		}
	}
	if err := errors.Join(append(errs, x.sort(name))...); err != nil {
		return nil, err
	}
	return x, nil
}

func (x *ExchangeRates) add(row []string) error {
	date, err := time.Parse(time.DateOnly, row[0])
	if err != nil {
		return fmt.Errorf("date %q must be a day such as 2026-03-13", row[0])
	}
	if !isCurrency(row[1]) || !isCurrency(row[2]) || row[1] == row[2] {
		return fmt.Errorf("from %q and to %q must be two ISO 4217 codes", row[1], row[2])
	}
	rate, err := parseDecimal(row[3])
	if err != nil || rate.Sign() <= 0 {
		return fmt.Errorf("rate %q must be a decimal above 0", row[3])
	}
	pair := currencyPair{row[1], row[2]}
	x.pairs[pair] = append(x.pairs[pair], datedRate{date.Unix() / secondsPerDay, rate})
	x.days++
	x.last = max(x.last, row[0])
	return nil
}

func (x *ExchangeRates) sort(name string) error {
	for pair, rates := range x.pairs {
		slices.SortStableFunc(rates, func(a, b datedRate) int { return int(a.day - b.day) })
		for i := 1; i < len(rates); i++ {
			if rates[i].day == rates[i-1].day {
				return fmt.Errorf("%s: two rates from %s to %s on %s", name, pair.from, pair.to, dayText(rates[i].day))
			}
		}
	}
	return nil
}

// Last is the day of the newest rate, YYYY-MM-DD.
func (x *ExchangeRates) Last() string {
	if x == nil {
		return ""
	}
	return x.last
}

func dayText(day int64) string { return time.Unix(day*secondsPerDay, 0).UTC().Format(time.DateOnly) }

// convert returns the rate on a day: the last one published at or before it, at most a week old; between
// the two currencies in either direction, or else through a third.
func (x *ExchangeRates) convert(from, to string, day int64) (conversion, bool) {
	if from == to {
		return conversion{rate: big.NewRat(1, 1)}, true
	}
	if x == nil {
		return conversion{}, false
	}
	if c, ok := x.either(from, to, day); ok {
		return c, true
	}
	for _, third := range x.thirds(from) {
		a, okA := x.either(from, third, day)
		b, okB := x.either(third, to, day)
		if okA && okB {
			return conversion{new(big.Rat).Mul(a.rate, b.rate), a.how + "; " + b.how}, true
		}
	}
	return conversion{}, false
}

// thirds lists, in a fixed order, the currencies that a rate connects with one.
func (x *ExchangeRates) thirds(currency string) []string {
	var out []string
	for pair := range x.pairs {
		switch currency {
		case pair.from:
			out = append(out, pair.to)
		case pair.to:
			out = append(out, pair.from)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (x *ExchangeRates) either(from, to string, day int64) (conversion, bool) {
	if r, ok := x.last7(currencyPair{from, to}, day); ok {
		return conversion{r.rate, fmt.Sprintf("1 %s = %s %s of %s", from, decimalString(r.rate), to, dayText(r.day))}, true
	}
	if r, ok := x.last7(currencyPair{to, from}, day); ok {
		how := fmt.Sprintf("1 %s = %s %s of %s", to, decimalString(r.rate), from, dayText(r.day))
		return conversion{new(big.Rat).Inv(r.rate), how}, true
	}
	return conversion{}, false
}

func (x *ExchangeRates) last7(pair currencyPair, day int64) (datedRate, bool) {
	rates := x.pairs[pair]
	i, found := slices.BinarySearchFunc(rates, day, func(r datedRate, day int64) int { return int(r.day - day) })
	if !found {
		i--
	}
	if i < 0 || day-rates[i].day > int64(maxCarry/(24*time.Hour)) {
		return datedRate{}, false
	}
	return rates[i], true
}

// Convert returns how many units of to one unit of from is worth at that time, as prices are converted: by the last rate published
// at or before the day, at most a week old. It returns false when there is none.
func (x *ExchangeRates) Convert(from, to string, at time.Time) (*big.Rat, bool) {
	c, ok := x.convert(from, to, at.Unix()/secondsPerDay)
	return c.rate, ok
}
