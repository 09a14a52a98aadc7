package focuscheck

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/currency"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
)

// idsOf returns the ids of a column's own rules, made up where the model has none.
func idsOf(c *focus.Column) columnRules {
	ids := columnIDs[c.Name]
	for _, id := range []struct {
		id   *string
		what string
	}{{&ids.present, "present"}, {&ids.typ, "type"}, {&ids.format, "format"}, {&ids.notNull, "notnull"}, {&ids.allowed, "allowed"}} {
		if *id.id == "" {
			*id.id = c.Name + "-C-" + id.what
		}
	}
	return ids
}

// placeholders are what exporters write who have no NULL.
var placeholders = []string{"null", "n/a", "none", "nan", "not applicable", "not available", "unassigned", "-"}

// checkCell looks at one value; columns that the version does not have are nobody's business.
func (f *file) checkCell(c *focus.Column, field focusfile.Field, v focusfile.Value) {
	if c == nil {
		return
	}
	if v.Null {
		f.checkNull(c)
		return
	}
	if strings.TrimSpace(v.Text) == "" || slices.Contains(placeholders, strings.ToLower(strings.TrimSpace(v.Text))) {
		f.finding("NullHandling-A-002-M", Must, "NULL stands where there is no value, not a placeholder", c.Name+"="+v.Text)
		return
	}
	if problem := f.checkValue(c, field, v.Text); problem != nil {
		f.finding(problem.id, problem.severity, c.Name+" "+problem.text, v.Text)
		return
	}
	if values := allowed(c); len(values) > 0 && !slices.Contains(values, v.Text) && c.Level != focus.Extension {
		f.finding(idsOf(c).allowed, Must, c.Name+" is one of the allowed values", v.Text)
	}
	if c.Name == "ServiceSubcategory" {
		f.checkParent(v.Text)
	}
}

func (f *file) checkNull(c *focus.Column) {
	// An extension that may not be null says so to our own files only.
	if !c.Nullable && c.Level != focus.Extension {
		f.finding(idsOf(c).notNull, Must, c.Name+" is not null", "")
	}
}

func allowed(c *focus.Column) []string {
	if c.Name == "ServiceSubcategory" {
		var all []string
		for _, names := range subcategories {
			all = append(all, names...)
		}
		return all
	}
	return c.Values
}

// checkParent holds a subcategory against its category. Some are called Other (category).
func (f *file) checkParent(subcategory string) {
	category := f.text("ServiceCategory")
	if names, ok := subcategories[category]; ok && !slices.Contains(names, subcategory) {
		f.finding("ServiceSubcategory-C-004-M", Must, "ServiceSubcategory belongs to the row's ServiceCategory", category+": "+subcategory)
	}
}

// problem is what is wrong with a value.
type problem struct {
	id       string
	severity Severity
	text     string
}

// checkValue looks at type and format.
func (f *file) checkValue(c *focus.Column, field focusfile.Field, text string) *problem {
	ids := idsOf(c)
	if !utf8.ValidString(text) {
		return &problem{"StringHandling-A-001-M", Must, "is valid Unicode"}
	}
	if !typed(c.Type, field.Kind) {
		return &problem{ids.typ, Must, "is of type " + c.Type.String() + ", not " + field.Type}
	}
	switch c.Type {
	case focus.Decimal:
		return checkNumber(ids, text)
	case focus.DateTime:
		return checkTime(ids, field, text)
	case focus.JSON:
		return checkJSON(c, ids, text)
	}
	switch {
	case c.Name == "BillingCurrency" && !isCurrency(text):
		return &problem{"CurrencyFormat-A-001-C", Must, "is a currency of ISO 4217"}
	case strings.HasSuffix(c.Name, "Unit") && !unitPattern.MatchString(text):
		return &problem{ids.format, Should, "is a unit: Tokens, 1000000 Tokens"}
	}
	return nil
}

func isCurrency(text string) bool {
	_, err := currency.ParseISO(text)
	return err == nil && text == strings.ToUpper(text)
}

// typed tells whether a file's type can carry a column's. Texts can carry all: CSV files have nothing else.
func typed(t focus.Type, k focusfile.Kind) bool {
	switch k {
	case focusfile.Text:
		return true
	case focusfile.DecimalKind, focusfile.Double, focusfile.Integer:
		return t == focus.Decimal
	case focusfile.Timestamp, focusfile.Date:
		return t == focus.DateTime
	case focusfile.Boolean:
		return t == focus.Boolean
	case focusfile.Map:
		return t == focus.JSON
	default:
		return false
	}
}

var (
	// numberPattern is that of NumericFormat: no sign for positive values, E notation without +.
	numberPattern = regexp.MustCompile(`^-?(\d+(\.\d*)?|\.\d+)(E-?\d+)?$`)
	// unitPattern is that of UnitFormat: an optional whole number, then words, which Per or - may join.
	unitPattern = regexp.MustCompile(`^([1-9]\d* )?[A-Z][A-Za-z0-9]*([ \-/][A-Za-z0-9]+)*$`)
	timePattern = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)
)

func checkNumber(ids columnRules, text string) *problem {
	if _, _, err := focus.ParseNumber(text); err != nil {
		return &problem{ids.typ, Must, "is a number"}
	}
	if !numberPattern.MatchString(text) {
		return &problem{"NumericFormat-A-005-M", Must, "has no + and an exponent behind E"}
	}
	return nil
}

// checkTime wants texts in the one form; a typed column has none.
func checkTime(ids columnRules, field focusfile.Field, text string) *problem {
	if _, err := focus.ParseTime(text); err != nil {
		return &problem{ids.typ, Must, "is a date and time"}
	}
	if field.Kind == focusfile.Text && !timePattern.MatchString(text) {
		return &problem{ids.format, Must, "is in UTC and in the form 2026-11-23T14:00:00Z"}
	}
	return nil
}

// skuPriceKeys are the keys that the specification defines for SkuPriceDetails in 1.2 to 1.4.
var skuPriceKeys = []string{
	"CoreCount", "DiskMaxIops", "DiskSpace", "DiskType", "GpuCount", "InstanceType", "InstanceSeries", "MemorySize", "NetworkMaxIops",
	"NetworkMaxThroughput", "OperatingSystem", "Redundancy", "StorageClass",
}

// checkJSON looks at objects: those of the Key-Value format are flat.
func checkJSON(c *focus.Column, ids columnRules, text string) *problem {
	keys, nested, err := objectKeys(text)
	switch {
	case errors.Is(err, errTwice):
		return &problem{"KeyValueFormat-A-002-M", Must, "has every key once"}
	case err != nil:
		return &problem{"KeyValueFormat-A-001-M", Must, "is a JSON object"}
	case nested && isKeyValue(c):
		return &problem{"KeyValueFormat-A-004-M", Must, "holds no objects or arrays"}
	case c.Name == "SkuPriceDetails" && slices.ContainsFunc(keys, isForeignKey):
		return &problem{"SkuPriceDetails-C-017-C", Must, "has only keys of FOCUS and keys that begin with x_"}
	case c.Name == "AllocatedMethodDetails" && !slices.Contains(keys, "Elements"):
		return &problem{ids.format, Must, "has an array Elements"}
	}
	return nil
}

func isKeyValue(c *focus.Column) bool {
	switch c.Name {
	case "Tags", "SkuPriceDetails", "AllocatedTags":
		return true
	default:
		return false
	}
}

func isForeignKey(key string) bool {
	return !strings.HasPrefix(key, "x_") && !slices.Contains(skuPriceKeys, key)
}

var errTwice = errors.New("a key appears twice")

// objectKeys reads a JSON object token by token, for only so are keys seen that appear twice.
func objectKeys(text string) (keys []string, nested bool, err error) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false, errors.New("not an object")
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, false, err
		}
		name, _ := key.(string)
		if slices.Contains(keys, name) {
			return nil, false, errTwice
		}
		keys = append(keys, name)
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, false, err
		}
		nested = nested || value[0] == '{' || value[0] == '['
	}
	if _, err := d.Token(); err != nil {
		return nil, false, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, false, errors.New("more than one value")
	}
	return keys, nested, nil
}
