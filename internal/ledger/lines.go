package ledger

import (
	"errors"
	"fmt"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// MaxLines bounds what [ParseLines] accepts. A call has at most a few lines for each meter; more is
// not something that this project wrote.
const MaxLines = 4 * meter.Count

// ErrLines is wrapped by every error of [ParseLines].
var ErrLines = errors.New("invalid " + AttrLines)

// AppendLines appends the text of finops.cost.lines:
//
//	lines  = line *( ";" line )
//	line   = meter ":" quantity "@" price [ "/" price "/" price ]
//
// The prices are effective, contracted and list, shortened to one when all are equal. Numbers are
// plain decimals. Lines are in the order of meters; a meter may repeat.
func AppendLines(dst []byte, lines Lines) []byte {
	for i := range lines {
		if i > 0 {
			dst = append(dst, ';')
		}
		dst = lines[i].append(dst)
	}
	return dst
}

func (l *Line) append(dst []byte) []byte {
	dst = append(dst, l.Meter.String()...)
	dst = append(dst, ':')
	dst = l.Quantity.Append(dst)
	dst = append(dst, '@')
	dst = l.Effective.Append(dst)
	if l.Contracted == l.Effective && l.List == l.Effective {
		return dst
	}
	dst = append(dst, '/')
	dst = l.Contracted.Append(dst)
	dst = append(dst, '/')
	return l.List.Append(dst)
}

// String returns the text of finops.cost.lines.
func (lines Lines) String() string { return string(AppendLines(nil, lines)) }

// ParseLines appends to dst the lines that s holds. It accepts what [AppendLines] writes, and
// nothing negative, out of order or longer than [MaxLines]. On error it returns dst as it was.
func ParseLines(s string, dst Lines) (Lines, error) {
	out := dst
	for pos := 0; pos < len(s); {
		if len(out)-len(dst) == MaxLines {
			return dst, lineError(pos, "more than %d lines", MaxLines)
		}
		out = extend(out)
		line := &out[len(out)-1]
		n, err := line.parse(s, pos)
		if err != nil {
			return dst, err
		}
		if previous := len(out) - 2; previous >= len(dst) && out[previous].Meter > line.Meter {
			return dst, lineError(pos, "%s after %s; lines are in the order of meters", line.Meter, out[previous].Meter)
		}
		if n == len(s) {
			return out, nil
		}
		if s[n] != ';' || n+1 == len(s) {
			return dst, lineError(n, "unexpected %s; want ; and another line, or the end", near(s, n))
		}
		pos = n + 1
	}
	return out, nil
}

// extend adds one line, whose content is whatever the array held: all of it is overwritten.
func extend(lines Lines) Lines {
	if len(lines) < cap(lines) {
		return lines[:len(lines)+1]
	}
	return append(lines, Line{})
}

// parse reads one line that begins at pos and returns where it ends.
func (l *Line) parse(s string, pos int) (int, error) {
	colon := strings.IndexByte(s[pos:], ':')
	if colon < 0 {
		return 0, lineError(pos, "no : in %s; want <meter>:<quantity>@<price>", near(s, pos))
	}
	var ok bool
	if l.Meter, ok = meter.Parse(s[pos : pos+colon]); !ok {
		return 0, lineError(pos, "unknown meter %s", near(s, pos))
	}
	pos += colon + 1
	q, n := money.ScanQuantity(s[pos:])
	if n == 0 {
		return 0, lineError(pos, "%s is not a quantity", near(s, pos))
	}
	l.Quantity = q
	pos += n
	if pos == len(s) || s[pos] != '@' {
		return 0, lineError(pos, "unexpected %s; want @ and a unit price", near(s, pos))
	}
	return l.parsePrices(s, pos+1)
}

func (l *Line) parsePrices(s string, pos int) (int, error) {
	pos, err := scanPrice(s, pos, &l.Effective)
	if err != nil {
		return 0, err
	}
	if pos == len(s) || s[pos] != '/' {
		l.Contracted, l.List = l.Effective, l.Effective
		return pos, nil
	}
	if pos, err = scanPrice(s, pos+1, &l.Contracted); err != nil {
		return 0, err
	}
	if pos == len(s) || s[pos] != '/' {
		return 0, lineError(pos, "unexpected %s; want / and the list price", near(s, pos))
	}
	return scanPrice(s, pos+1, &l.List)
}

func scanPrice(s string, pos int, p *money.UnitPrice) (int, error) {
	price, n := money.ScanUnitPrice(s[pos:])
	if n == 0 {
		return 0, lineError(pos, "%s is not a unit price", near(s, pos))
	}
	*p = price
	return pos + n, nil
}

func lineError(pos int, format string, args ...any) error {
	return fmt.Errorf("%w: position %d: %s", ErrLines, pos, fmt.Sprintf(format, args...))
}

// near quotes a little of what stands at pos.
func near(s string, pos int) string {
	if pos == len(s) {
		return "end"
	}
	return fmt.Sprintf("%q", s[pos:min(len(s), pos+24)])
}

// Effective returns the sum of the lines' effective costs, and false when it is out of range.
func (lines Lines) Effective() (money.Amount, bool) { return lines.sum((*Line).EffectiveCost) }

// Contracted returns the sum of the lines' contracted costs, and false when it is out of range.
func (lines Lines) Contracted() (money.Amount, bool) { return lines.sum((*Line).ContractedCost) }

// List returns the sum of the lines' list costs, and false when it is out of range.
func (lines Lines) List() (money.Amount, bool) { return lines.sum((*Line).ListCost) }

func (lines Lines) sum(cost func(*Line) (money.Amount, bool)) (money.Amount, bool) {
	var sum money.Amount
	ok := true
	for i := range lines {
		part, fits := cost(&lines[i])
		sum = sum.Add(part)
		ok = ok && fits
	}
	return sum, ok && !sum.IsLimit()
}

// EffectiveCost returns quantity x effective unit price, and false when it is out of range.
func (l *Line) EffectiveCost() (money.Amount, bool) { return l.Effective.Mul(l.Quantity) }

// ContractedCost returns quantity x contracted unit price, and false when it is out of range.
func (l *Line) ContractedCost() (money.Amount, bool) { return l.Contracted.Mul(l.Quantity) }

// ListCost returns quantity x list unit price, and false when it is out of range.
func (l *Line) ListCost() (money.Amount, bool) { return l.List.Mul(l.Quantity) }
