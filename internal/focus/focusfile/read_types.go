package focusfile

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// cellOf finds out how the values of a top-level column are read.
func cellOf(column *parquet.Column) (cellReader, Field) {
	field := Field{Name: column.Name()}
	c := cellReader{first: firstLeaf(column), leaves: countLeaves(column)}
	switch {
	case column.Leaf() && !column.Repeated():
		c.defined = column.MaxDefinitionLevel()
		c.text, field.Kind, field.Type = textOf(column.Type())
	case isMap(column):
		pairs := column.Columns()[0].Columns()
		c.value, _, field.Type = textOf(pairs[1].Type())
		field.Kind, field.Type = Map, "MAP(TEXT,"+field.Type+")"
	default:
		field.Kind, field.Type = Other, "a nested column"
	}
	c.kind = field.Kind
	return c, field
}

func firstLeaf(column *parquet.Column) int {
	for !column.Leaf() {
		children := column.Columns()
		if len(children) == 0 {
			return 0
		}
		column = children[0]
	}
	return column.Index()
}

func countLeaves(column *parquet.Column) int {
	if column.Leaf() {
		return 1
	}
	n := 0
	for _, child := range column.Columns() {
		n += countLeaves(child)
	}
	return n
}

// isMap recognises optional group (MAP) { repeated group { key, value } } with single values.
func isMap(column *parquet.Column) bool {
	if column.Leaf() || column.Repeated() || len(column.Columns()) != 1 {
		return false
	}
	entries := column.Columns()[0]
	if !entries.Repeated() || entries.Leaf() || len(entries.Columns()) != 2 {
		return false
	}
	key, value := entries.Columns()[0], entries.Columns()[1]
	return key.Leaf() && value.Leaf() && !key.Repeated() && !value.Repeated() && key.Type().Kind() == parquet.ByteArray
}

// textOf returns how values of a type become texts. Types of files are many; the logical type decides, then the physical.
func textOf(t parquet.Type) (text func(parquet.Value) (string, error), kind Kind, name string) {
	var logical format.LogicalTypeValue
	if lt := t.LogicalType(); lt != nil {
		logical = lt.Value
	}
	switch l := logical.(type) {
	case *format.DecimalType:
		return decimalText(int(l.Scale)), DecimalKind, fmt.Sprintf("DECIMAL(%d,%d)", l.Precision, l.Scale)
	case *format.TimestampType:
		unit, name := timeUnit(l)
		return timestampText(unit), Timestamp, name
	case *format.DateType:
		return dateText, Date, "DATE"
	}
	switch t.Kind() {
	case parquet.Boolean:
		return func(v parquet.Value) (string, error) { return strconv.FormatBool(v.Boolean()), nil }, Boolean, "BOOLEAN"
	case parquet.Int32, parquet.Int64:
		return integerText, Integer, "INTEGER"
	case parquet.Int96:
		return int96Text, Timestamp, "TIMESTAMP(INT96)"
	case parquet.Float, parquet.Double:
		return doubleText, Double, "DOUBLE"
	case parquet.ByteArray:
		return func(v parquet.Value) (string, error) { return string(v.ByteArray()), nil }, Text, "TEXT"
	default:
		return nil, Other, "FIXED_LEN_BYTE_ARRAY"
	}
}

func timeUnit(l *format.TimestampType) (time.Duration, string) {
	switch l.Unit.Value.(type) {
	case *format.NanoSeconds:
		return time.Nanosecond, "TIMESTAMP(NANOS)"
	case *format.MicroSeconds:
		return time.Microsecond, "TIMESTAMP(MICROS)"
	default:
		return time.Millisecond, "TIMESTAMP(MILLIS)"
	}
}

// timestampText divides before it multiplies: nanoseconds since 1970 of far years do not fit 64 bits.
func timestampText(unit time.Duration) func(parquet.Value) (string, error) {
	perSecond := int64(time.Second / unit)
	return func(v parquet.Value) (string, error) {
		n := v.Int64()
		return timeText(time.Unix(n/perSecond, n%perSecond*int64(unit)))
	}
}

func dateText(v parquet.Value) (string, error) {
	return timeText(time.Unix(int64(v.Int32())*24*60*60, 0))
}

// julianEpoch is the Julian day of 1970-01-01.
const julianEpoch = 2440588

// int96Text reads the timestamps of older Spark, Hive and Impala: nanoseconds of the day, then the Julian day.
func int96Text(v parquet.Value) (string, error) {
	i := v.Int96()
	nanos := int64(uint64(i[0]) | uint64(i[1])<<32)
	return timeText(time.Unix((int64(i[2])-julianEpoch)*24*60*60, nanos))
}

func timeText(t time.Time) (string, error) {
	t = t.UTC()
	if t.Year() < 0 || t.Year() > 9999 {
		return "", fmt.Errorf("year %d is no year of a charge", t.Year())
	}
	return focus.FormatTime(t), nil
}

func integerText(v parquet.Value) (string, error) {
	if v.Kind() == parquet.Int32 {
		return strconv.FormatInt(int64(v.Int32()), 10), nil
	}
	return strconv.FormatInt(v.Int64(), 10), nil
}

// doubleText is the shortest decimal that reads back as the same double, which is how exporters that keep money in doubles
// mean it.
func doubleText(v parquet.Value) (string, error) {
	f, bits := v.Double(), 64
	if v.Kind() == parquet.Float {
		f, bits = float64(v.Float()), 32
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "", errors.New("not a number")
	}
	return strconv.FormatFloat(f, 'f', -1, bits), nil
}

// decimalText returns the text of unscaled x 10^-scale.
func decimalText(scale int) func(parquet.Value) (string, error) {
	return func(v parquet.Value) (string, error) {
		switch v.Kind() {
		case parquet.Int32:
			return pointed(strconv.FormatInt(int64(v.Int32()), 10), scale), nil
		case parquet.Int64:
			return pointed(strconv.FormatInt(v.Int64(), 10), scale), nil
		}
		b := v.ByteArray()
		if scale == focus.NumberDecimals && len(b) == money.BinarySize {
			if a, err := money.AmountFromBinary(b); err == nil {
				return a.String(), nil
			}
		}
		if len(b) > maxDecimalBytes {
			return "", fmt.Errorf("a decimal of %d bytes; at most %d are read", len(b), maxDecimalBytes)
		}
		return pointed(twosComplement(b).String(), scale), nil
	}
}

// maxDecimalBytes hold the 76 digits of the widest decimals that databases have.
const maxDecimalBytes = 32

func twosComplement(b []byte) *big.Int {
	if len(b) <= 8 {
		var wide [8]byte
		if len(b) > 0 && b[0]&0x80 != 0 {
			wide = [8]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
		}
		copy(wide[8-len(b):], b)
		return big.NewInt(int64(binary.BigEndian.Uint64(wide[:])))
	}
	v := new(big.Int).SetBytes(b)
	if b[0]&0x80 != 0 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return v
}

// pointed puts the point into an integer's digits, and drops the zeros that mean nothing.
func pointed(digits string, scale int) string {
	if scale <= 0 {
		return digits + strings.Repeat("0", -scale)
	}
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	for len(digits) <= scale {
		digits = "0" + digits
	}
	whole, frac := digits[:len(digits)-scale], digits[len(digits)-scale:]
	for frac != "" && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	if frac == "" {
		return sign + whole
	}
	return sign + whole + "." + frac
}

func quoteJSON(s string) string {
	b, _ := json.Marshal(s) // a string always encodes
	return string(b)
}
