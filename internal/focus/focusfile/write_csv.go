package focusfile

import (
	"encoding/csv"
	"fmt"
	"io"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// csvEncoder writes RFC 4180 with a header, lines that end with \n, plain numbers, and nothing for NULL.
type csvEncoder struct {
	file *Writer
	out  *csv.Writer
	line []string
}

func newCSVEncoder(w io.Writer, f *Writer) (*csvEncoder, error) {
	e := &csvEncoder{file: f, out: csv.NewWriter(w), line: make([]string, len(f.columns))}
	for i, c := range f.columns {
		e.line[i] = c.Name
	}
	return e, e.out.Write(e.line)
}

func (e *csvEncoder) write(rows []focus.Row) error {
	for n := range rows {
		for i, c := range e.file.columns {
			text, err := e.text(c, &rows[n])
			if err != nil {
				return fmt.Errorf("row %d: %w", e.file.rows+n+1, err)
			}
			e.line[i] = text
		}
		if err := e.out.Write(e.line); err != nil {
			return err
		}
	}
	return nil
}

// text is "" for NULL. Both formats keep the same decimals, so that a file converted to the other and back is the same.
func (e *csvEncoder) text(c *focus.Column, r *focus.Row) (string, error) {
	if c.Type != focus.Decimal {
		text, _ := c.Text(r)
		return text, nil
	}
	a, ok, err := e.file.scaled(c, r)
	if !ok {
		return "", err
	}
	return a.String(), nil
}

// Close writes what is left.
func (e *csvEncoder) Close() error {
	e.out.Flush()
	return e.out.Error()
}
