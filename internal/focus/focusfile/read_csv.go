package focusfile

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxFields bounds the columns of a CSV file; FOCUS has 65, and no export adds hundreds.
const maxFields = 2000

type csvDecoder struct {
	in     *csv.Reader
	gz     *gzip.Reader
	fields []Field
}

func newCSVDecoder(src io.Reader) (*csvDecoder, error) {
	d := new(csvDecoder)
	buffered := bufio.NewReaderSize(src, 1<<16)
	if magic, _ := buffered.Peek(2); string(magic) == "\x1f\x8b" {
		var err error
		if d.gz, err = gzip.NewReader(buffered); err != nil {
			return nil, fmt.Errorf(" %w", err)
		}
		buffered = bufio.NewReaderSize(d.gz, 1<<16)
	}
	if bom, _ := buffered.Peek(3); string(bom) == "\xef\xbb\xbf" {
		_, _ = buffered.Discard(3) // three bytes are there
	}
	d.in = csv.NewReader(buffered)
	d.in.ReuseRecord = true
	if err := d.header(); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *csvDecoder) header() error {
	names, err := d.in.Read()
	if errors.Is(err, io.EOF) {
		return errors.New("1: the file is empty; want a header with the names of columns")
	}
	if err != nil {
		return csvError(err)
	}
	if len(names) > maxFields {
		return fmt.Errorf("1: %d columns; at most %d are read", len(names), maxFields)
	}
	for _, name := range names {
		if slices.ContainsFunc(d.fields, func(f Field) bool { return f.Name == name }) {
			return fmt.Errorf("1: column %q appears twice", name)
		}
		d.fields = append(d.fields, Field{Name: strings.Clone(name), Kind: Text, Type: "text"})
	}
	return nil
}

// csvError says the line first, as all errors here do.
func csvError(err error) error {
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		return fmt.Errorf("%d: column %d: %w", parse.Line, parse.Column, parse.Err)
	}
	return fmt.Errorf(" %w", err)
}

// Fields returns the header.
func (d *csvDecoder) Fields() []Field { return d.fields }

func (d *csvDecoder) read(rec *Record) error {
	cells, err := d.in.Read()
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	if err != nil {
		return csvError(err)
	}
	line, _ := d.in.FieldPos(0)
	rec.Line = int64(line)
	rec.Values = rec.Values[:0]
	for _, cell := range cells {
		rec.Values = append(rec.Values, Value{Text: cell, Null: cell == ""})
	}
	return nil
}

// Close closes what unpacks the file.
func (d *csvDecoder) Close() error {
	if d.gz != nil {
		return d.gz.Close()
	}
	return nil
}
