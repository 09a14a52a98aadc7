package ledger

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// SharesPrefix begins finops.shares.<dimension>, which splits a call's cost among values of a dimension.
const SharesPrefix = Prefix + "shares."

// Share is one value of a dimension and its part of a cost that several values share: Weight of the sum of
// all weights.
type Share struct {
	Value  string
	Weight uint32
}

// ErrShares is wrapped by every error of [ParseShares].
var ErrShares = errors.New("invalid " + SharesPrefix + "<dimension>")

// escapes keeps values apart from the separators, as in a URL.
var escapes = strings.NewReplacer("%", "%25", ":", "%3A", ";", "%3B")

// AppendShares appends the text of finops.shares.<dimension>, "search:3;support:2". In a value,
// the characters % : ; are percent-encoded.
func AppendShares(dst []byte, shares []Share) []byte {
	for i, s := range shares {
		if i > 0 {
			dst = append(dst, ';')
		}
		dst = append(dst, escapes.Replace(s.Value)...)
		dst = append(dst, ':')
		dst = strconv.AppendUint(dst, uint64(s.Weight), 10)
	}
	return dst
}

// ParseShares reads what [AppendShares] writes, appending to dst. It wants at least one share, weights above zero
// and no value twice: a part that is written down has a cost.
func ParseShares(text string, dst []Share) ([]Share, error) {
	first := len(dst)
	for rest, more := text, true; more; {
		var item string
		pos := len(text) - len(rest)
		item, rest, more = strings.Cut(rest, ";")
		share, err := parseShare(item)
		if err != nil {
			return dst[:first], fmt.Errorf("%w: position %d: %w", ErrShares, pos, err)
		}
		for _, other := range dst[first:] {
			if other.Value == share.Value {
				return dst[:first], fmt.Errorf("%w: position %d: %q appears twice", ErrShares, pos, share.Value)
			}
		}
		dst = append(dst, share)
	}
	return dst, nil
}

func parseShare(item string) (Share, error) {
	name, weight, found := strings.Cut(item, ":")
	if !found || name == "" {
		return Share{}, fmt.Errorf("want <value>:<weight>, have %q", item)
	}
	value, err := url.PathUnescape(name)
	if err != nil {
		return Share{}, err
	}
	w, err := strconv.ParseUint(weight, 10, 32)
	if err != nil || w == 0 {
		return Share{}, fmt.Errorf("weight %q is not a whole number from 1 to 4294967295", weight)
	}
	return Share{Value: value, Weight: uint32(w)}, nil
}
