package lookup

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// readCSV takes the names of the columns from the first line.
func (b *builder) readCSV(data []byte) {
	if len(data) > b.limits.csvBytes {
		b.problems.add(1, fmt.Errorf("%d bytes; at most %d", len(data), b.limits.csvBytes))
		return
	}
	rows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	// The number of cells is checked with the row, where the error can say what was expected.
	rows.TrimLeadingSpace, rows.Comment, rows.ReuseRecord, rows.FieldsPerRecord = true, '#', true, -1
	names, err := rows.Read()
	if errors.Is(err, io.EOF) {
		err = errors.New("the table is empty; its first line names the columns")
	}
	if err != nil {
		b.problems.add(lineOf(err))
		return
	}
	line, _ := rows.FieldPos(0)
	if !b.setColumns(slices.Clone(trim(names)), line) {
		return
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			if !b.problems.add(lineOf(err)) {
				return
			}
			continue
		}
		if line, _ := rows.FieldPos(0); !b.add(trim(row), line) {
			return
		}
	}
}

func trim(cells []string) []string {
	for i, cell := range cells {
		cells[i] = strings.TrimSpace(cell)
	}
	return cells
}

// lineOf takes the line out of the reader's error.
func lineOf(err error) (int, error) {
	if syntax := (*csv.ParseError)(nil); errors.As(err, &syntax) {
		return syntax.StartLine, syntax.Err
	}
	return 1, err
}
