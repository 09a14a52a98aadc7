package focusfile

import (
	"fmt"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// Kind is what a file says that a field's values are.
type Kind uint8

// The kinds. Everything in a CSV file is Text.
const (
	Text Kind = iota
	DecimalKind
	Double
	Integer
	Timestamp
	Date
	Boolean
	// Map is a map of texts to single values, which is read as the flat JSON object that it means.
	Map
	// Other is anything else, such as a list; its values are read as NULL.
	Other
)

// Field is a column of a file.
type Field struct {
	Name string
	Kind Kind
	// Type is the type in the file's own words: DECIMAL(38,24), DOUBLE.
	Type string
}

// Value is a cell: a text in the form that CSV files have, or NULL.
type Value struct {
	Text string
	Null bool
}

// Record is a row of a file, whatever its columns are.
type Record struct {
	// Line is the line of a CSV file and the row, from 1, of a Parquet file.
	Line int64
	// Values are in the order of the file's fields.
	Values []Value
}

// Binding leads from the fields of a file to the columns of rows.
type Binding struct {
	fields  []Field
	columns []*focus.Column
}

// Bind finds the column of every field. Fields that no version knows have none.
func Bind(fields []Field) *Binding {
	b := &Binding{fields: fields, columns: make([]*focus.Column, len(fields))}
	for i, f := range fields {
		b.columns[i], _ = focus.ColumnByName(f.Name)
	}
	return b
}

// Unknown returns the names of the fields that have no column, such as extensions of others.
func (b *Binding) Unknown() []string {
	var names []string
	for i, c := range b.columns {
		if c == nil {
			names = append(names, b.fields[i].Name)
		}
	}
	return names
}

// Row reads a record into a row, which it overwrites. rounded is how many decimals had too many digits.
func (b *Binding) Row(rec *Record, r *focus.Row) (rounded int, err error) {
	*r = focus.Row{}
	for i, c := range b.columns {
		if c == nil || i >= len(rec.Values) {
			continue
		}
		if b.fields[i].Kind == Other {
			return 0, fmt.Errorf("%d: %s is %s, which holds no single value", rec.Line, c.Name, b.fields[i].Type)
		}
		if rec.Values[i].Null {
			continue
		}
		exact, err := c.Set(r, rec.Values[i].Text)
		if err != nil {
			return 0, fmt.Errorf("%d: %w", rec.Line, err)
		}
		if !exact {
			rounded++
		}
	}
	return rounded, nil
}
