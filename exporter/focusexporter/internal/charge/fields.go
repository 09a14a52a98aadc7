package charge

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// MaxValueLength bounds the bytes of one text. Longer ones are cut, so that one hostile attribute cannot make
// every file carry it.
const MaxValueLength = 1024

// maxTags bounds the dimensions of one charge.
const maxTags = 64

// fields is what a record says of its charges, beyond what package genai reads.
type fields struct {
	status, reason, lines, currency, confidence, source string
	account, subaccount, model, version, pricingID      string
	// genAI says that the record has one of the markers.
	genAI bool

	tags, splits []focus.Tag
	// inherited are the tags of the resource.
	inherited []focus.Tag
}

func (f *fields) reset() fields {
	clear(f.tags[:cap(f.tags)])
	clear(f.splits[:cap(f.splits)])
	clear(f.inherited[:cap(f.inherited)])
	return fields{tags: f.tags[:0], splits: f.splits[:0], inherited: f.inherited[:0]}
}

// reserved are the first words of results that are no dimension.
var reserved = map[string]bool{
	"cost": true, "pricing": true, "model": true, "meter": true, "savings": true, "allocation": true,
	"billing": true, "usage": true, "request": true, "billed": true, "shares": true,
}

// A record with one of these and without a verdict is one that no processor has priced; of log records the
// processor reads only those that report usage.
var (
	spanMarkers = [...]string{"gen_ai.operation.name", "gen_ai.request.model"}
	logMarkers  = [...]string{"gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"}
)

// read takes from attrs what the processor wrote, and the attributes that are tags by configuration.
func (f *fields) read(attrs pcommon.Map, tags map[string]string, markers *[2]string) {
	*f = fields{tags: f.tags[:0], splits: f.splits[:0], inherited: f.inherited}
	for name, value := range attrs.All() {
		switch {
		case strings.HasPrefix(name, ledger.Prefix):
			f.result(name, value)
		case name == markers[0] || name == markers[1]:
			f.genAI = true
		}
		if tag, ok := tags[name]; ok {
			f.tags = setTag(f.tags, tag, value.AsString())
		}
	}
}

// result reads an attribute that the processor wrote.
func (f *fields) result(name string, value pcommon.Value) {
	if value.Type() != pcommon.ValueTypeStr {
		return
	}
	if into := f.known(name); into != nil {
		*into = value.Str()
		return
	}
	dimension := name[len(ledger.Prefix):]
	if split, ok := strings.CutPrefix(name, ledger.SharesPrefix); ok {
		f.splits = setTag(f.splits, split, value.Str())
		return
	}
	if first, _, _ := strings.Cut(dimension, "."); !reserved[first] {
		f.tags = setTag(f.tags, dimension, value.Str())
	}
}

func (f *fields) known(name string) *string {
	switch name {
	case ledger.AttrStatus:
		return &f.status
	case ledger.AttrReason:
		return &f.reason
	case ledger.AttrLines:
		return &f.lines
	case ledger.AttrCurrency:
		return &f.currency
	case ledger.AttrConfidence:
		return &f.confidence
	case ledger.AttrSource:
		return &f.source
	case ledger.AttrBillingAccount:
		return &f.account
	case ledger.AttrBillingSubaccount:
		return &f.subaccount
	case ledger.AttrModelName:
		return &f.model
	case ledger.AttrModelVersion:
		return &f.version
	case ledger.AttrPricingID:
		return &f.pricingID
	default:
		return nil
	}
}

// inherit reads the tags that the records of a resource have in common.
func (f *fields) inherit(attrs pcommon.Map, tags map[string]string) {
	f.inherited = f.inherited[:0]
	for name, value := range attrs.All() {
		if tag, ok := tags[name]; ok {
			f.inherited = setTag(f.inherited, tag, value.AsString())
		}
	}
}

// settle adds the inherited tags that the record does not have itself, and puts them into order.
func (f *fields) settle() {
	for _, tag := range f.inherited {
		if !slices.ContainsFunc(f.tags, func(own focus.Tag) bool { return own.Key == tag.Key }) {
			f.tags = append(f.tags, tag)
		}
	}
	byName := func(a, b focus.Tag) int { return cmp.Compare(a.Key, b.Key) }
	slices.SortFunc(f.tags, byName)
	slices.SortFunc(f.splits, byName)
}

// setTag sets a tag, the first of a name in the order of the record.
func setTag(tags []focus.Tag, name, value string) []focus.Tag {
	if value == "" || len(tags) >= maxTags || slices.ContainsFunc(tags, func(t focus.Tag) bool { return t.Key == name }) {
		return tags
	}
	return append(tags, focus.Tag{Key: clean(name), Value: clean(value)})
}

// clean returns s as valid UTF-8 of at most MaxValueLength bytes.
func clean(s string) string {
	if len(s) > MaxValueLength {
		s = s[:MaxValueLength]
		for n := 1; n < utf8.UTFMax && !utf8.ValidString(s[len(s)-n:]); n++ {
			if utf8.RuneStart(s[len(s)-n]) {
				s = s[:len(s)-n]
				break
			}
		}
	}
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
