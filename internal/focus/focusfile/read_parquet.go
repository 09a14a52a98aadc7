package focusfile

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// batch is how many rows are decoded at a time.
const batch = 256

type parquetDecoder struct {
	fields []Field
	cells  []cellReader
	groups []parquet.RowGroup
	rows   parquet.Rows
	buf    []parquet.Row
	// ready are the rows of buf that are not read yet.
	ready []parquet.Row
	line  int64
}

// newParquetDecoder opens a file. The library panics on some damaged files, which must not end a collector.
func newParquetDecoder(src io.ReaderAt, size int64) (d *parquetDecoder, err error) {
	defer recovered(&err)
	if err := checkFooter(src, size); err != nil {
		return nil, fmt.Errorf(" %w", err)
	}
	file, err := parquet.OpenFile(src, size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return nil, fmt.Errorf(" not a Parquet file that can be read: %w", err)
	}
	if err := checkPages(src, size, file.Metadata()); err != nil {
		return nil, fmt.Errorf(" %w", err)
	}
	d = &parquetDecoder{groups: file.RowGroups(), buf: make([]parquet.Row, batch)}
	for _, column := range file.Root().Columns() {
		cell, field := cellOf(column)
		d.cells = append(d.cells, cell)
		d.fields = append(d.fields, field)
	}
	return d, nil
}

func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf(" damaged Parquet file: %v", r)
	}
}

// Fields returns the top-level columns.
func (d *parquetDecoder) Fields() []Field { return d.fields }

func (d *parquetDecoder) read(rec *Record) (err error) {
	defer recovered(&err)
	for len(d.ready) == 0 {
		if err := d.fill(); err != nil {
			return err
		}
	}
	row := d.ready[0]
	d.ready = d.ready[1:]
	d.line++
	rec.Line = d.line
	rec.Values = rec.Values[:0]
	for i := range d.cells {
		v, rest, err := d.cells[i].read(row)
		if err != nil {
			return fmt.Errorf("%d: %s: %w", d.line, d.fields[i].Name, err)
		}
		rec.Values, row = append(rec.Values, v), rest
	}
	return nil
}

// fill decodes the next rows, going on to the next row group where one ends.
func (d *parquetDecoder) fill() error {
	if d.rows == nil {
		if len(d.groups) == 0 {
			return io.EOF
		}
		d.rows, d.groups = d.groups[0].Rows(), d.groups[1:]
	}
	n, err := d.rows.ReadRows(d.buf)
	d.ready = d.buf[:n]
	if err == nil && n > 0 {
		return nil
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%d: %w", d.line+1, err)
	}
	err = d.rows.Close()
	d.rows = nil
	return err
}

// Close gives back what the rows hold.
func (d *parquetDecoder) Close() error {
	if d.rows == nil {
		return nil
	}
	err := d.rows.Close()
	d.rows = nil
	return err
}

// cellReader reads the values of one top-level column off the front of a row.
type cellReader struct {
	// leaves are the numbers of the leaf columns below it.
	first, leaves int
	// defined is the definition level at which a value is there.
	defined int
	text    func(parquet.Value) (string, error)
	// value is the text of a map's values.
	value func(parquet.Value) (string, error)
	kind  Kind
}

func (c *cellReader) read(row parquet.Row) (Value, parquet.Row, error) {
	n := 0
	for n < len(row) && row[n].Column() < c.first+c.leaves {
		n++
	}
	own, rest := row[:n], row[n:]
	switch {
	case c.kind == Other || len(own) == 0:
		return Value{Null: true}, rest, nil
	case c.kind == Map:
		v, err := c.readMap(own)
		return v, rest, err
	case own[0].DefinitionLevel() < c.defined || own[0].IsNull():
		return Value{Null: true}, rest, nil
	}
	text, err := c.text(own[0])
	return Value{Text: text, Null: text == ""}, rest, err
}

// readMap makes a JSON object of keys and values, which come as two runs of the same length.
func (c *cellReader) readMap(own parquet.Row) (Value, error) {
	half := len(own) / 2
	keys, values := own[:half], own[half:]
	var b strings.Builder
	for i, key := range keys {
		if key.IsNull() {
			continue
		}
		b.WriteByte("{,"[min(b.Len(), 1)])
		b.WriteString(quoteJSON(string(key.ByteArray())))
		b.WriteByte(':')
		if err := c.writeMapValue(&b, values[i]); err != nil {
			return Value{}, err
		}
	}
	if b.Len() == 0 {
		return Value{Null: true}, nil
	}
	b.WriteByte('}')
	return Value{Text: b.String()}, nil
}

func (c *cellReader) writeMapValue(b *strings.Builder, v parquet.Value) error {
	if v.IsNull() {
		b.WriteString("null")
		return nil
	}
	text, err := c.value(v)
	if v.Kind() == parquet.ByteArray {
		text = quoteJSON(text)
	}
	b.WriteString(text)
	return err
}
