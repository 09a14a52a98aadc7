package focus

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// FormatTags returns a flat JSON object with the tags whose values are not empty, sorted by key, and "" when there
// are none.
func FormatTags(tags []Tag) string {
	sorted := slices.Clone(tags)
	slices.SortFunc(sorted, func(a, b Tag) int { return strings.Compare(a.Key, b.Key) })
	var buf bytes.Buffer
	for _, t := range sorted {
		if t.Value == "" {
			continue
		}
		buf.WriteByte("{,"[min(buf.Len(), 1)])
		writeJSONString(&buf, t.Key)
		buf.WriteByte(':')
		writeJSONString(&buf, t.Value)
	}
	if buf.Len() == 0 {
		return ""
	}
	buf.WriteByte('}')
	return buf.String()
}

// writeJSONString leaves < > & as they are: files are read by people too.
func writeJSONString(buf *bytes.Buffer, s string) {
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	buf.Truncate(buf.Len() - 1)
}

// ParseTags reads a flat JSON object: of Tags, of SkuPriceDetails. Values that are no strings, which other exports have, are
// returned as JSON writes them.
func ParseTags(text string) ([]Tag, error) {
	if text == "" {
		return nil, nil
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return nil, fmt.Errorf("%.40q is not a JSON object: %w", text, err)
	}
	tags := make([]Tag, 0, len(object))
	for key, raw := range object {
		tags = append(tags, Tag{key, jsonText(raw)})
	}
	slices.SortFunc(tags, func(a, b Tag) int { return strings.Compare(a.Key, b.Key) })
	return tags, nil
}

func jsonText(raw json.RawMessage) string {
	var s string
	if err := json.Unmarshal(raw, &s); err == nil {
		return s
	}
	return string(raw)
}

// TagValue returns the value of one tag of a row, and "" when it has none.
func TagValue(text, key string) string {
	tags, err := ParseTags(text)
	if err != nil {
		return ""
	}
	for _, t := range tags {
		if t.Key == key {
			return t.Value
		}
	}
	return ""
}
