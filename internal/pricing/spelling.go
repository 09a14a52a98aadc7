package pricing

import (
	"strings"
	"time"
)

// fold makes exact names comparable: no blanks around, lower case.
func fold(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// canon makes spellings of one name equal: claude-opus-4.6, claude-opus-4-6 and
// claude_opus_4_6, name@20250929 and name-20250929, glm-5p2 and glm-5.2. It changes no
// positions, so that an index into the result is one into the name.
func canon(folded string) string {
	for i := range len(folded) {
		if isSeparator(folded, i) {
			b := []byte(folded)
			for ; i < len(b); i++ {
				if isSeparator(folded, i) {
					b[i] = '-'
				}
			}
			return string(b)
		}
	}
	return folded
}

func isSeparator(s string, i int) bool {
	switch s[i] {
	case '.', '_', '@', ' ':
		return true
	case 'p':
		return i > 0 && i+1 < len(s) && isDigit(s[i-1]) && isDigit(s[i+1])
	default:
		return false
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// bare is a name freed of something that is no part of the model's name.
type bare struct {
	name string
	// region is what the part taken off says about where the call was served.
	region string
}

// bares returns the folded name and what is left after taking off, one after the other,
// the ARN or resource path around it, a remark in brackets, the geography of an inference
// profile, and the vendor before a dot.
func bares(folded string, names *nameTable) []bare {
	out := make([]bare, 1, 5)
	out[0] = bare{name: folded}
	last := func() bare { return out[len(out)-1] }
	push := func(b bare, ok bool) {
		if ok && b.name != "" {
			out = append(out, b)
		}
	}
	push(unwrapARN(last()))
	push(unwrapPath(last()))
	push(dropBrackets(last()))
	push(dropGeography(last(), names))
	push(dropVendor(last(), names))
	return out
}

// unwrapARN takes the id from arn:aws:bedrock:<region>:<account>:<kind>/<id>. Ids of
// application inference profiles are opaque and will not be found.
func unwrapARN(b bare) (bare, bool) {
	if !strings.HasPrefix(b.name, "arn:") {
		return b, false
	}
	parts := strings.SplitN(b.name, ":", 6)
	if len(parts) < 6 {
		return b, false
	}
	_, id, ok := strings.Cut(parts[5], "/")
	return bare{name: id, region: parts[3]}, ok
}

// unwrapPath takes the name from models/<name>, publishers/<vendor>/models/<name>,
// projects/<p>/locations/<region>/..., accounts/<a>/models/<name>.
func unwrapPath(b bare) (bare, bool) {
	i := strings.LastIndex(b.name, "models/")
	if i < 0 || (i > 0 && b.name[i-1] != '/') {
		return b, false
	}
	region := b.region
	if _, after, ok := strings.Cut(b.name[:i], "locations/"); ok {
		region, _, _ = strings.Cut(after, "/")
	}
	return bare{name: b.name[i+len("models/"):], region: region}, true
}

// dropBrackets takes off a remark such as [1m], which Claude Code adds.
func dropBrackets(b bare) (bare, bool) {
	i := strings.IndexByte(b.name, '[')
	if i <= 0 || !strings.HasSuffix(b.name, "]") {
		return b, false
	}
	b.name = b.name[:i]
	return b, true
}

// dropGeography takes off the geography of an inference profile, us.anthropic.claude-..., or the region that
// gateways put into the path, eu/gpt-4o and us-east-1/anthropic.claude-...
func dropGeography(b bare, names *nameTable) (bare, bool) {
	i := strings.IndexAny(b.name, "./")
	if i < 0 {
		return b, false
	}
	region := b.name[:i]
	if !names.geographies[region] && (b.name[i] == '.' || !isCloudRegion(region)) {
		return b, false
	}
	return bare{name: b.name[i+1:], region: region}, true
}

// isCloudRegion knows the form of us-east-1 and us-gov-west-1.
func isCloudRegion(s string) bool {
	i := strings.LastIndexByte(s, '-')
	return i > 2 && s[2] == '-' && i+1 < len(s) && digits(s[i+1:])
}

// dropVendor takes off the vendor before a dot: anthropic.claude-...
func dropVendor(b bare, names *nameTable) (bare, bool) {
	vendor, rest, ok := strings.Cut(b.name, ".")
	if !ok {
		return b, false
	}
	if !names.isVendor(vendor) {
		return b, false
	}
	b.name = rest
	return b, true
}

// suffixKind says what the end of a name means for the price.
type suffixKind uint8

const (
	suffixNone suffixKind = iota
	// suffixVersion is a date, the number of a version or a pointer to the current one.
	suffixVersion
	// suffixPreview is a version before release.
	suffixPreview
	// suffixRouting is a route, with a price that is often another.
	suffixRouting
)

// cutSuffix takes the last suffix off a name in canonical spelling. The version is the part
// taken off when it is a date.
func cutSuffix(name string, names *nameTable) (rest, version string, kind suffixKind) {
	if i := strings.LastIndexByte(name, ':'); i > 0 {
		return cutAfterColon(name, i, names)
	}
	for _, form := range dateForms {
		at := len(name) - len(form) - 1
		if at > 0 && name[at] == '-' && isDate(name[at+1:], form) {
			return name[:at], name[at+1:], suffixVersion
		}
	}
	i := strings.LastIndexByte(name, '-')
	if i <= 0 {
		return name, "", suffixNone
	}
	last := name[i+1:]
	switch {
	case names.previews[last]:
		return name[:i], "", suffixPreview
	case last == "v1" || names.pointers[last]:
		return name[:i], "", suffixVersion
	case len(last) == 3 && last[0] == '0' && digits(last):
		return name[:i], last, suffixVersion
	default:
		return name, "", suffixNone
	}
}

// cutAfterColon handles -v1:0, :0, :latest and OpenRouter's routes.
func cutAfterColon(name string, i int, names *nameTable) (rest, version string, kind suffixKind) {
	last := name[i+1:]
	switch {
	case names.routing[last]:
		return name[:i], "", suffixRouting
	case names.previews[last]:
		return name[:i], "", suffixPreview
	case names.pointers[last]:
		return name[:i], "", suffixVersion
	case last != "" && len(last) <= 2 && digits(last):
		rest = name[:i]
		if k := strings.LastIndex(rest, "-v"); k > 0 && len(rest)-k <= 4 && len(rest) > k+2 && digits(rest[k+2:]) {
			rest = rest[:k]
		}
		return rest, "", suffixVersion
	default:
		return name, "", suffixNone
	}
}

// dateForms are the forms of dates in names, the longest first; the dots of the form are written as
// dashes in canonical spelling. Four digits are a day (0613) or a month (2411).
var dateForms = []string{
	"2006-01-02", "20060102", "01-02-2006", "01-2006", "2006-01", "060102", "0102", "0601",
}

// isDate tells whether s is a date of that form between 2020 and 2039.
func isDate(s, form string) bool {
	// Asking time.Parse about every name would make an error of nearly all of them.
	for i := range len(s) {
		if isDigit(s[i]) != isDigit(form[i]) {
			return false
		}
	}
	t, err := time.Parse(form, s)
	if err != nil {
		return false
	}
	return form == "0102" || (t.Year() >= 2020 && t.Year() < 2040)
}

// isFullDate tells dates that name a day of a year, which no size or count looks like.
func isFullDate(version string) bool { return len(version) >= 8 }
