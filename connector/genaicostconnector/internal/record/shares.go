package record

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// Bounds of shares; what is beyond them stays whole.
const (
	// maxParts bounds the parts of one call, of all its shared dimensions together.
	maxParts = 1024
	// maxSharesLength bounds the text of one attribute.
	maxSharesLength = 1 << 16
	// maxKnownShares and maxKnownLength bound the texts that a batch remembers. Shares are configuration, so there are
	// few of them unless somebody means harm.
	maxKnownShares = 256
	maxKnownLength = 1 << 20
)

var (
	errSharesLength = fmt.Errorf("longer than %d bytes", maxSharesLength)
	errParts        = fmt.Errorf("more than %d parts", maxParts)
	errSharesType   = errors.New("not a string")
)

// notDimensions are the namespaces of attributes that say something else than whose a cost is.
var notDimensions = []string{"cost", "model", "usage", "request", "pricing", "meter", "savings", "allocation", "billing", "shares"}

// nameOf returns the name of the dimension of cost whose value is in that attribute, or false for attributes that
// have no such value.
func nameOf(attribute string) (string, bool) {
	name, ok := strings.CutPrefix(attribute, ledger.Prefix)
	namespace, _, _ := strings.Cut(name, ".")
	return name, ok && !slices.Contains(notDimensions, namespace)
}

// sharesOf returns the attribute that splits the cost of a dimension, or false for those that nothing splits.
func sharesOf(dimension string) (attribute string, ok bool) {
	name, ok := nameOf(dimension)
	return ledger.SharesPrefix + name, ok
}

// AllocationOf returns the attribute that says how a dimension came by its value, or false for those
// that have none.
func AllocationOf(dimension string) (attribute string, ok bool) {
	name, ok := nameOf(dimension)
	return ledger.AllocationPrefix + name, ok
}

// shares are what one attribute says.
type shares struct {
	values  []ledger.Share
	weights []uint32
	err     error
}

func parseShares(text string) *shares {
	switch {
	case len(text) > maxSharesLength:
		return &shares{err: errSharesLength}
	case strings.Count(text, ";") >= maxParts:
		// Before parsing, which compares each value with those before it.
		return &shares{err: errParts}
	}
	s := &shares{}
	s.values, s.err = ledger.ParseShares(text, nil)
	for _, v := range s.values {
		s.weights = append(s.weights, v.Weight)
	}
	return s
}

// knownShares remembers what texts mean.
type knownShares struct {
	byText map[string]*shares
	length int
}

func (k *knownShares) get(text string) *shares {
	if s, ok := k.byText[text]; ok {
		return s
	}
	if len(text) > maxSharesLength {
		return parseShares(text)
	}
	if k.byText == nil || len(k.byText) >= maxKnownShares || k.length+len(text) > maxKnownLength {
		k.byText, k.length = map[string]*shares{}, 0
	}
	text = strings.Clone(text) // the values point into it
	s := parseShares(text)
	k.byText[text] = s
	k.length += len(text)
	return s
}
