package focus

import (
	"fmt"
	"reflect"
)

// Columns returns the columns of a version's dataset in the order in which files have them: those of the
// specification by name, then ours.
func Columns(v Version, d Dataset) []*Column {
	var in []*Column
	for i := range table {
		if c := &table[i]; c.In(v, d) {
			in = append(in, c)
		}
	}
	return in
}

// AllColumns returns every column of every version.
func AllColumns() []*Column {
	all := make([]*Column, len(table))
	for i := range table {
		all[i] = &table[i]
	}
	return all
}

// ColumnByName returns the column of that id. Case counts, as it does in the specification.
func ColumnByName(name string) (*Column, bool) {
	c, ok := byName[name]
	return c, ok
}

var byName = bind()

// bind ties every column to its field of [Row]. A column without one of its own type is a mistake in the
// table that no input can cause.
func bind() map[string]*Column {
	index := make(map[string]*Column, len(table))
	row := reflect.TypeFor[Row]()
	for i := range table {
		c := &table[i]
		field, ok := row.FieldByName(fieldName(c.Name))
		if !ok || field.Type != fieldTypes[c.Type] {
			panic(fmt.Sprintf("focus: Row has no %s for column %s", fieldTypes[c.Type], c.Name))
		}
		c.field = field.Index[0]
		if c.Level != Extension {
			c.Rule = c.Name + "-C-"
		}
		index[c.Name] = c
	}
	return index
}
