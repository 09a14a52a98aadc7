package books

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// Line is one item of finops.cost.lines.
type Line struct {
	Meter                                 string
	Quantity, Effective, Contracted, List *big.Rat
}

// ParseLines reads the value of finops.cost.lines; the empty string has no lines.
func ParseLines(value string) ([]Line, error) {
	if value == "" {
		return nil, nil
	}
	var lines []Line
	for item := range strings.SplitSeq(value, ";") {
		line, err := parseLine(item)
		if err != nil {
			return nil, fmt.Errorf("line %q: %w", item, err)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func parseLine(item string) (Line, error) {
	meter, rest, found := strings.Cut(item, ":")
	if !found || meter == "" {
		return Line{}, errors.New("no meter")
	}
	quantity, prices, found := strings.Cut(rest, "@")
	if !found {
		return Line{}, errors.New("no price")
	}
	line := Line{Meter: meter}
	var err error
	if line.Quantity, err = parseDecimal(quantity); err != nil {
		return Line{}, err
	}
	var unit []*big.Rat
	for price := range strings.SplitSeq(prices, "/") {
		value, err := parseDecimal(price)
		if err != nil {
			return Line{}, err
		}
		unit = append(unit, value)
	}
	switch len(unit) {
	case 1:
		line.Effective, line.Contracted, line.List = unit[0], unit[0], unit[0]
	case 3:
		line.Effective, line.Contracted, line.List = unit[0], unit[1], unit[2]
	default:
		return Line{}, fmt.Errorf("%d unit prices; one or three are allowed", len(unit))
	}
	return line, nil
}

// parseDecimal accepts plain decimals only; the fractions and exponents that big.Rat reads
// too have no place in a ledger line.
func parseDecimal(text string) (*big.Rat, error) {
	if strings.Trim(strings.TrimPrefix(text, "-"), "0123456789.") != "" {
		return nil, fmt.Errorf("%q is no plain decimal", text)
	}
	value, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, fmt.Errorf("%q is no plain decimal", text)
	}
	return value, nil
}

// Amount is what the line cost.
func (l Line) Amount() *big.Rat { return new(big.Rat).Mul(l.Quantity, l.Effective) }

// ListAmount is what the line would have cost at list prices.
func (l Line) ListAmount() *big.Rat { return new(big.Rat).Mul(l.Quantity, l.List) }
