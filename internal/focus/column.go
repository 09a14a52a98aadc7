package focus

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Type is a data type of the specification.
type Type uint8

// The types; Boolean occurs in our own columns only.
const (
	String Type = iota
	Decimal
	DateTime
	JSON
	Boolean
)

// String returns the type as metadata spells it.
func (t Type) String() string {
	return [...]string{"String", "Decimal", "DateTime", "JSON", "Boolean"}[t]
}

// Level is a feature level of the specification.
type Level uint8

// The levels. Extension is a column that is not the specification's.
const (
	Mandatory Level = iota
	Conditional
	Recommended
	Extension
)

// String returns the level's name.
func (l Level) String() string {
	return [...]string{"Mandatory", "Conditional", "Recommended", "Extension"}[l]
}

// Column is everything that is known of one column.
type Column struct {
	// Name is the column id.
	Name string
	Type Type
	// Level is what the specification asks for.
	Level Level
	// Nullable says that NULL is allowed.
	Nullable bool
	// Since is the first version that has the column, Until the first that no longer has it, 0 for none.
	// Versions before 1.2 are not told apart.
	Since, Until Version
	// Scale is how many decimals files keep of a Decimal: what the largest precision of our own amounts needs. 38 digits
	// leave 14 before the point for costs, and 23 for prices and quantities.
	Scale int
	// Values are the only values, where the specification lists them.
	Values []string
	// Datasets has a bit for every dataset that has the column; see [Column.In].
	Datasets DatasetSet
	// Rule is the prefix of the rule ids in the requirements model, empty for extensions.
	Rule string
	// Description says what we write, in one sentence.
	Description string

	field int
}

// DatasetSet is a set of datasets.
type DatasetSet uint8

// SetOf returns the set of these datasets.
func SetOf(ds ...Dataset) DatasetSet {
	var s DatasetSet
	for _, d := range ds {
		s |= 1 << d
	}
	return s
}

// Has reports whether d is in the set.
func (s DatasetSet) Has(d Dataset) bool { return s&(1<<d) != 0 }

// In reports whether files of that version and dataset have the column.
func (c *Column) In(v Version, d Dataset) bool {
	return c.Defined(v) && c.Datasets.Has(d)
}

// Defined reports whether that version has the column. Extensions that stand in for a column that came later end where it begins.
func (c *Column) Defined(v Version) bool {
	return c.Since <= v && (c.Until == 0 || v < c.Until)
}

// Text returns the row's value as it stands in a CSV file, and false for NULL.
func (c *Column) Text(r *Row) (string, bool) {
	switch field := c.of(r).(type) {
	case *string:
		return *field, *field != ""
	case *Number:
		return field.String(), !field.IsNull()
	case *time.Time:
		if field.IsZero() {
			return "", false
		}
		return FormatTime(*field), true
	case *bool:
		return strconv.FormatBool(*field), true
	default:
		panic("focus: column " + c.Name + " has a field of no known type")
	}
}

// Number returns the row's value of a decimal column.
func (c *Column) Number(r *Row) Number {
	n, _ := c.of(r).(*Number)
	if n == nil {
		return Number{}
	}
	return *n
}

// Time returns the row's value of a date/time column.
func (c *Column) Time(r *Row) time.Time {
	t, _ := c.of(r).(*time.Time)
	if t == nil {
		return time.Time{}
	}
	return *t
}

// Set reads a value as a file has it into the row; "" is NULL. exact is false when a decimal had to be rounded.
func (c *Column) Set(r *Row, text string) (exact bool, err error) {
	exact = true
	switch field := c.of(r).(type) {
	case *string:
		*field = text
	case *Number:
		*field, exact, err = ParseNumber(text)
	case *time.Time:
		*field, err = ParseTime(text)
	case *bool:
		*field, err = parseBool(text)
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w", c.Name, err)
	}
	return exact, nil
}

func parseBool(text string) (bool, error) {
	if text == "" {
		return false, nil
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		return false, fmt.Errorf("%q is not true or false", text)
	}
	return b, nil
}

// of returns a pointer to the row's field.
func (c *Column) of(r *Row) any {
	return reflect.ValueOf(r).Elem().Field(c.field).Addr().Interface()
}

// fieldName is the name of the field of [Row] that holds the column.
func fieldName(column string) string { return strings.Replace(column, "x_", "X", 1) }

// fieldTypes are the Go types that values of a type are kept in.
var fieldTypes = map[Type]reflect.Type{
	String: reflect.TypeFor[string](), JSON: reflect.TypeFor[string](), Decimal: reflect.TypeFor[Number](),
	DateTime: reflect.TypeFor[time.Time](), Boolean: reflect.TypeFor[bool](),
}
