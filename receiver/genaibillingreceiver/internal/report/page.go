package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/currency"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// page is what the decoders of pages work on: the report so far and what was asked for.
type page struct {
	report   *Report
	provider string
	account  string
	// span is what this request asked for.
	span Span
	// seen are the days that the endpoint has given.
	seen map[time.Time]bool
	// tokensOf has the models whose tokens the report counts.
	tokensOf map[requester]bool
}

// maxRows bounds a reading; the largest organizations have some thousand rows a day.
const maxRows = 1_000_000

// decodeJSON refuses all that follows the document.
func decodeJSON(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return fmt.Errorf("%s is a %s: the schema has changed", wrongType.Field, wrongType.Value)
		}
		return errors.New("not a JSON document of the report's form")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON document")
	}
	return nil
}

// list is how OpenAI and Anthropic send a page of buckets.
type list[B any] struct {
	Data     *[]B    `json:"data"`
	HasMore  bool    `json:"has_more"`
	NextPage *string `json:"next_page"`
}

// next returns the cursor of the next page, empty after the last.
func (l *list[B]) next() (string, error) {
	switch {
	case l.Data == nil:
		return "", errors.New("data is missing: the schema has changed")
	case !l.HasMore:
		return "", nil
	case l.NextPage == nil || *l.NextPage == "":
		return "", errors.New("has_more without next_page")
	default:
		return *l.NextPage, nil
	}
}

// bucket checks the day of a bucket. A day that comes twice is a page that came twice: its money would count twice.
func (p *page) bucket(start, end time.Time) error {
	start, end = start.UTC(), end.UTC()
	switch {
	case !start.Equal(start.Truncate(day)) || end.Sub(start) != day:
		return fmt.Errorf("bucket from %s to %s is not a UTC day", start.Format(time.RFC3339), end.Format(time.RFC3339))
	case !p.span.contains(start):
		return fmt.Errorf("bucket of %s was not asked for (%s to %s): compare the clocks", start.Format(time.DateOnly),
			p.span.From.Format(time.DateOnly), p.span.To.Format(time.DateOnly))
	case p.seen[start]:
		return fmt.Errorf("bucket of %s came twice: a page was repeated", start.Format(time.DateOnly))
	}
	p.seen[start] = true
	return nil
}

// charge adds a charge of a day.
func (p *page) charge(start time.Time, c billed.Charge) error {
	if len(p.report.Charges) >= maxRows {
		return fmt.Errorf("more than %d rows", maxRows)
	}
	start = start.UTC()
	for _, n := range []struct {
		what string
		sign int
		text fmt.Stringer
	}{{"amount", c.Amount.Sign(), c.Amount}, {"quantity", c.Quantity.Sign(), c.Quantity}} {
		if n.sign < 0 {
			return fmt.Errorf("%s: %s: negative %s %s: usage cannot cost less than nothing, and the report has no credits",
				start.Format(time.DateOnly), c.Line, n.what, n.text)
		}
	}
	var err error
	if c.Currency, err = currencyCode(c.Currency); err != nil {
		return err
	}
	c.Provider, c.Account, c.Category = p.provider, p.account, billed.Usage
	c.Start, c.End = start, start.Add(day)
	p.report.Charges = append(p.report.Charges, c)
	return nil
}

// count adds usage of a day; nothing used needs no row.
func (p *page) count(start time.Time, d billed.Dimensions, requests bool, n money.Quantity) error {
	if n.Sign() < 0 {
		return fmt.Errorf("%s: %s %s %s: negative quantity %s", start.UTC().Format(time.DateOnly), d.Model, d.Meter, d.Line, n)
	}
	if n.IsZero() {
		return nil
	}
	if len(p.report.Counts) >= maxRows {
		return fmt.Errorf("more than %d rows", maxRows)
	}
	d.Provider, d.Account = p.provider, p.account
	p.report.Counts = append(p.report.Counts, billed.Count{
		Dimensions: d, Start: start.UTC(), End: start.UTC().Add(day), Requests: requests, Quantity: n,
	})
	return nil
}

// amount reads a decimal, which has more digits than are kept only where a double was printed.
func (p *page) amount(s string) (money.Amount, error) {
	if s == "" {
		return money.Amount{}, errors.New("amount is missing: the schema has changed")
	}
	n, exact, err := focus.ParseNumber(s)
	if err != nil {
		return money.Amount{}, err
	}
	if !exact {
		p.report.Rounded++
	}
	return n.Amount(), nil
}

// cents reads a decimal of hundredths.
func (p *page) cents(s string) (money.Amount, error) {
	if strings.ContainsAny(s, "eE") {
		return money.Amount{}, fmt.Errorf("amount %.40q is not a plain decimal", s)
	}
	if s == "" {
		return p.amount(s)
	}
	return p.amount(s + "e-2")
}

// units reads how many units, or blocks of them, were charged for. Nine decimals are kept of a unit.
func (p *page) units(s string, block int64) (money.Quantity, error) {
	n, exact, err := focus.ParseNumber(s)
	if err != nil {
		return money.Quantity{}, fmt.Errorf("quantity: %w", err)
	}
	said := n.Amount().Rat()
	said.Mul(said, big.NewRat(block, 1))
	q, err := money.ParseQuantity(said.FloatString(9))
	if err == nil && (!exact || q.Rat().Cmp(said) != 0) {
		p.report.Rounded++
	}
	return q, err
}

// decimal is a number on the wire, or a number in quotes.
type decimal string

// UnmarshalJSON keeps the digits as they are. null is the same as absent.
func (d *decimal) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	var n json.Number // takes quoted numbers too
	if err := json.Unmarshal(b, &n); err != nil {
		return &json.UnmarshalTypeError{Value: "value that is no number", Field: "amount or quantity"}
	}
	*d = decimal(n)
	return nil
}

// quantity is a count on the wire; absent and null are 0.
type quantity struct{ money.Quantity }

// UnmarshalJSON reads a count exactly.
func (q *quantity) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	v, err := money.ParseQuantity(string(b))
	if err != nil {
		return &json.UnmarshalTypeError{Value: "value that is no count", Field: "quantity"}
	}
	q.Quantity = v
	return nil
}

// or0 returns the count, 0 where there is none.
func (q *quantity) or0() money.Quantity {
	if q == nil {
		return money.Quantity{}
	}
	return q.Quantity
}

// laterCurrencies are those of ISO 4217 that golang.org/x/text, whose table is of 2017, does not have; unusedCurrencies are the codes
// in which nothing can be billed: none, and one for tests.
var (
	laterCurrencies  = []string{"MRU", "SLE", "UYW", "VED", "VES", "XCG", "ZWG"}
	unusedCurrencies = []string{"XTS", "XXX"}
)

// currencyCode returns the ISO 4217 code in capitals. An amount in another cannot be compared with anything: it is credits, or points.
func currencyCode(s string) (string, error) {
	code := strings.ToUpper(s)
	if slices.Contains(laterCurrencies, code) {
		return code, nil
	}
	if _, err := currency.ParseISO(s); err != nil || slices.Contains(unusedCurrencies, code) {
		return "", fmt.Errorf("currency %.16q is no ISO 4217 code", s)
	}
	return code, nil
}

func or(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
