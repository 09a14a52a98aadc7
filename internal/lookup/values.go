package lookup

import (
	"encoding/binary"
	"strings"
)

// values stores every distinct text, and every distinct row of texts, once: tables name few teams for
// many users.
type values struct {
	texts []string
	ids   map[string]uint32
	cells []uint32
	rows  map[string]uint32
	// row is the row being added, as the key of rows.
	row []byte
}

func newValues() values {
	return values{ids: make(map[string]uint32), rows: make(map[string]uint32)}
}

// add returns the number of the row that has the cells of the columns.
func (v *values) add(columns []int, cells []string) uint32 {
	v.row = v.row[:0]
	for _, column := range columns {
		v.row = binary.LittleEndian.AppendUint32(v.row, v.text(cells[column]))
	}
	row, ok := v.rows[string(v.row)]
	if !ok {
		row = uint32(len(v.rows))
		v.rows[string(v.row)] = row
		for i := 0; i < len(v.row); i += 4 {
			v.cells = append(v.cells, binary.LittleEndian.Uint32(v.row[i:]))
		}
	}
	return row
}

// text keeps a copy: cells are parts of a whole line, and what is found outlives its table.
func (v *values) text(cell string) uint32 {
	id, ok := v.ids[cell]
	if !ok {
		cell = strings.Clone(cell)
		id = uint32(len(v.texts))
		v.ids[cell] = id
		v.texts = append(v.texts, cell)
	}
	return id
}
