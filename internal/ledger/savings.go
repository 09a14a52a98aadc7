package ledger

import (
	"errors"
	"fmt"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Savings are the parts of (standard-tier list price with nothing cached) - list that
// lines alone cannot give back. A premium is negative.
type Savings struct {
	ServiceTier money.Amount
	Cache       money.Amount
}

// IsZero reports whether there is nothing to record.
func (s Savings) IsZero() bool { return s.ServiceTier.IsZero() && s.Cache.IsZero() }

// Kinds of savings; values of finops.savings.kind.
const (
	SavingsServiceTier = "service_tier"
	SavingsCache       = "cache"
	SavingsAgreement   = "agreement"
)

// ErrSavings is wrapped by every error of [ParseSavings].
var ErrSavings = errors.New("invalid " + AttrSavings)

// AppendSavings appends the text of finops.cost.savings, "service_tier:0.5;cache:1.023", without the
// kinds that are zero.
func AppendSavings(dst []byte, s Savings) []byte {
	if !s.ServiceTier.IsZero() {
		dst = append(dst, SavingsServiceTier+":"...)
		dst = s.ServiceTier.Append(dst)
	}
	if s.Cache.IsZero() {
		return dst
	}
	if !s.ServiceTier.IsZero() {
		dst = append(dst, ';')
	}
	dst = append(dst, SavingsCache+":"...)
	return s.Cache.Append(dst)
}

// String returns the text of finops.cost.savings.
func (s Savings) String() string { return string(AppendSavings(nil, s)) }

// ParseSavings reads what [AppendSavings] writes. The empty text is no savings.
func ParseSavings(text string) (Savings, error) {
	var s Savings
	rest := text
	for last := ""; rest != ""; {
		pos := len(text) - len(rest)
		item, tail, more := strings.Cut(rest, ";")
		kind, value, found := strings.Cut(item, ":")
		into := s.kind(kind)
		switch {
		case !found || into == nil:
			return Savings{}, savingsError(pos, "want %s:<amount> or %s:<amount>, have %s", SavingsServiceTier, SavingsCache, near(text, pos))
		case last == kind || last == SavingsCache:
			return Savings{}, savingsError(pos, "%s after %s", kind, last)
		case more && tail == "":
			return Savings{}, savingsError(len(text), "nothing after the last ;")
		}
		amount, err := money.ParseAmount(value)
		if err != nil {
			return Savings{}, savingsError(pos+len(kind)+1, "%w", err)
		}
		*into, last, rest = amount, kind, tail
	}
	return s, nil
}

// kind returns where savings of that kind are kept, or nil.
func (s *Savings) kind(name string) *money.Amount {
	switch name {
	case SavingsServiceTier:
		return &s.ServiceTier
	case SavingsCache:
		return &s.Cache
	default:
		return nil
	}
}

func savingsError(pos int, format string, args ...any) error {
	return fmt.Errorf("%w: position %d: %w", ErrSavings, pos, fmt.Errorf(format, args...))
}
