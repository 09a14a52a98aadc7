package usagemetrics

import (
	"cmp"
	"encoding/binary"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// What identifies a stream is written unambiguously: every text with its length, attributes in the
// order of their names, because OTLP gives them none.

func appendScope(b []byte, scope pcommon.InstrumentationScope) []byte {
	b = appendText(appendText(b, scope.Name()), scope.Version())
	return appendMap(b, scope.Attributes(), nil)
}

// appendMap appends the attributes but those to skip.
func appendMap(b []byte, m pcommon.Map, skip func(name string) bool) []byte {
	type attribute struct{ name, value string }
	attrs := make([]attribute, 0, m.Len())
	for name, value := range m.All() {
		if skip == nil || !skip(name) {
			attrs = append(attrs, attribute{name, string(rune(value.Type())) + value.AsString()})
		}
	}
	slices.SortStableFunc(attrs, func(a, b attribute) int { return cmp.Compare(a.name, b.name) })
	b = binary.AppendUvarint(b, uint64(len(attrs)))
	for _, a := range attrs {
		b = appendText(appendText(b, a.name), a.value)
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
