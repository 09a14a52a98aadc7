package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// table prints rows in columns. The columns whose titles begin with > are numbers, set to the right.
type table struct {
	titles []string
	rows   [][]string
}

func newTable(titles ...string) *table { return &table{titles: titles} }

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) write(w io.Writer) error {
	widths := make([]int, len(t.titles))
	for i, title := range t.titles {
		widths[i] = len(strings.TrimPrefix(title, ">"))
	}
	for _, row := range t.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len(cell))
		}
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	titles := make([]string, len(t.titles))
	for i, title := range t.titles {
		titles[i] = strings.ToUpper(strings.TrimPrefix(title, ">"))
	}
	for _, row := range append([][]string{titles}, t.rows...) {
		line := make([]string, len(row))
		for i, cell := range row {
			line[i] = cell
			if strings.HasPrefix(t.titles[i], ">") {
				line[i] = fmt.Sprintf("%*s", widths[i], cell)
			}
		}
		if _, err := fmt.Fprintln(out, strings.TrimRight(strings.Join(line, "\t"), "\t ")); err != nil {
			return err
		}
	}
	return out.Flush()
}
