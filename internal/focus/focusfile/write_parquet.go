package focusfile

import (
	"fmt"
	"io"
	"math/big"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

const (
	// precision is the most digits that Athena, ClickHouse's Decimal128 and DuckDB have; BigQuery's BIGNUMERIC has more.
	precision = 38
	// decimalBytes hold 38 digits.
	decimalBytes = 16
	// rowGroup is how many rows share one set of statistics.
	rowGroup = 64 << 10
)

// parquetEncoder writes one leaf a column: texts as UTF-8, decimals as DECIMAL, times as TIMESTAMP in UTC. All are optional and
// have dictionaries, for a dataset repeats most of its values.
type parquetEncoder struct {
	file *Writer
	out  *parquet.GenericWriter[any]
	row  parquet.Row
}

func newParquetEncoder(w io.Writer, f *Writer, o Options) (*parquetEncoder, error) {
	config, err := parquet.NewWriterConfig(
		schemaOf(f.columns),
		parquet.Compression(&zstd.Codec{}),
		parquet.CreatedBy("otelcol-finops", "", ""),
		parquet.DataPageStatistics(true),
		parquet.MaxRowsPerRowGroup(rowGroup),
		parquet.KeyValueMetadata("FocusVersion", o.Version.String()),
		parquet.KeyValueMetadata("FocusDataset", o.Dataset.String()),
		parquet.KeyValueMetadata("SchemaId", o.SchemaID),
		parquet.SortingWriterConfig(parquet.SortingColumns(sortingColumns(f.columns)...)),
	)
	if err != nil {
		return nil, err
	}
	return &parquetEncoder{file: f, out: parquet.NewGenericWriter[any](w, config)}, nil
}

func schemaOf(columns []*focus.Column) *parquet.Schema {
	group := make(parquet.Group, len(columns))
	for _, c := range columns {
		node := nodeOf(c)
		if c.Type != focus.Boolean {
			node = parquet.Encoded(node, &parquet.RLEDictionary)
		}
		group[c.Name] = parquet.Optional(node)
	}
	// A group sorts its fields by name, which is the order of columns: capitals come before x_.
	return parquet.NewSchema("focus", group)
}

func nodeOf(c *focus.Column) parquet.Node {
	switch c.Type {
	case focus.Decimal:
		return parquet.Decimal(c.Scale, precision, parquet.FixedLenByteArrayType(decimalBytes))
	case focus.DateTime:
		return parquet.Timestamp(parquet.Microsecond)
	case focus.Boolean:
		return parquet.Leaf(parquet.BooleanType)
	default:
		return parquet.String()
	}
}

// sortingColumns are the leading keys that the file has. The order by key ends at the first that is missing.
func sortingColumns(columns []*focus.Column) []parquet.SortingColumn {
	has := make(map[*focus.Column]bool, len(columns))
	for _, c := range columns {
		has[c] = true
	}
	var sorting []parquet.SortingColumn
	for _, c := range keyColumns {
		if !has[c] {
			break
		}
		sorting = append(sorting, parquet.Ascending(c.Name))
	}
	return sorting
}

func (e *parquetEncoder) write(rows []focus.Row) error {
	for n := range rows {
		e.row = e.row[:0]
		for i, c := range e.file.columns {
			v, err := e.value(c, &rows[n])
			if err != nil {
				return fmt.Errorf("row %d: %w", e.file.rows+n+1, err)
			}
			definition := 1
			if v.IsNull() {
				definition = 0
			}
			e.row = append(e.row, v.Level(0, definition, i))
		}
		if _, err := e.out.WriteRows([]parquet.Row{e.row}); err != nil {
			return err
		}
	}
	return nil
}

func (e *parquetEncoder) value(c *focus.Column, r *focus.Row) (parquet.Value, error) {
	switch c.Type {
	case focus.Decimal:
		a, ok, err := e.file.scaled(c, r)
		if !ok {
			return parquet.NullValue(), err
		}
		return parquet.FixedLenByteArrayValue(unscaled(a, c.Scale)), nil
	case focus.DateTime:
		t := c.Time(r)
		if t.IsZero() {
			return parquet.NullValue(), nil
		}
		return parquet.Int64Value(t.UnixMicro()), nil
	case focus.Boolean:
		text, _ := c.Text(r)
		return parquet.BooleanValue(text == "true"), nil
	default:
		text, ok := c.Text(r)
		if !ok {
			return parquet.NullValue(), nil
		}
		return parquet.ByteArrayValue([]byte(text)), nil
	}
}

// unscaled returns a x 10^scale as a two's complement, for an amount that has no more decimals than that.
func unscaled(a money.Amount, scale int) []byte {
	b, _ := a.AppendBinary(make([]byte, 0, decimalBytes)) // never an error
	if scale == focus.NumberDecimals {
		return b
	}
	v := new(big.Int).SetBytes(b)
	if a.Sign() < 0 {
		v.Sub(v, twoTo128)
	}
	v.Quo(v, tenTo(focus.NumberDecimals-scale))
	if v.Sign() < 0 {
		v.Add(v, twoTo128)
	}
	return v.FillBytes(b)
}

var twoTo128 = new(big.Int).Lsh(big.NewInt(1), 8*decimalBytes)

func tenTo(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// Close ends the file.
func (e *parquetEncoder) Close() error { return e.out.Close() }
