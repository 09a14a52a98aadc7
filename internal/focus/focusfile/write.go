package focusfile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Options say what a file is to be.
type Options struct {
	Format  Format
	Version focus.Version
	Dataset focus.Dataset
	// SchemaID refers to the schema in the dataset's metadata; Parquet files carry it.
	SchemaID string
	// Columns, when not nil, are the columns instead of those of the dataset, in any order.
	Columns []*focus.Column
}

// ErrValue is wrapped by the errors of values that a file cannot hold.
var ErrValue = errors.New("cannot be written")

// Encode returns a file of the rows, in the order of [Sort]. It changes neither the rows nor their order.
func Encode(rows []focus.Row, o Options) ([]byte, error) {
	sorted := slices.Clone(rows)
	Sort(sorted)
	var buf bytes.Buffer
	w, err := NewWriter(&buf, o)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(w.Write(sorted), w.Close()); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// Writer writes rows to a file as they come. Close ends the file; it does not close what is written to.
type Writer struct {
	encoder
	columns []*focus.Column
	rounded int
	rows    int
}

// encoder is what tells the formats apart.
type encoder interface {
	write(rows []focus.Row) error
	Close() error
}

// NewWriter begins a file.
func NewWriter(w io.Writer, o Options) (*Writer, error) {
	f := &Writer{columns: slices.Clone(o.Columns)}
	if o.Columns == nil {
		f.columns = focus.Columns(o.Version, o.Dataset)
	}
	slices.SortFunc(f.columns, func(a, b *focus.Column) int { return strings.Compare(a.Name, b.Name) })
	if len(f.columns) == 0 {
		return nil, fmt.Errorf("FOCUS %s has no dataset %s", o.Version, o.Dataset)
	}
	var err error
	if o.Format == CSV {
		f.encoder, err = newCSVEncoder(w, f)
	} else {
		f.encoder, err = newParquetEncoder(w, f, o)
	}
	return f, err
}

// Write appends rows. Files that are to be sorted want them sorted.
func (w *Writer) Write(rows []focus.Row) error {
	if err := w.write(rows); err != nil {
		return err
	}
	w.rows += len(rows)
	return nil
}

// Rounded returns how many values had more decimals than their columns keep. Our own rows have none.
func (w *Writer) Rounded() int { return w.rounded }

// scaled returns the value of a decimal column with the column's number of decimals.
func (w *Writer) scaled(c *focus.Column, r *focus.Row) (money.Amount, bool, error) {
	n := c.Number(r)
	if n.IsNull() {
		return money.Amount{}, false, nil
	}
	a := n.Amount().RoundTo(c.Scale)
	if a != n.Amount() {
		w.rounded++
	}
	if a.IsLimit() || a.Cmp(maxAmount) >= 0 || a.Cmp(maxAmount.Neg()) <= 0 {
		return a, false, fmt.Errorf("%s: %s %w: it has more than 14 digits before the point", c.Name, n, ErrValue)
	}
	return a, true, nil
}

// maxAmount is the least that 38 digits with 24 decimals do not hold.
var maxAmount = func() money.Amount {
	a, err := money.ParseAmount("100000000000000")
	if err != nil {
		panic("focusfile: " + err.Error())
	}
	return a
}()

// keys are the columns that rows are sorted by, in this order. What filters ask for comes first.
var keys = []string{
	"ChargePeriodStart", "BillingAccountId", "SubAccountId", "x_Provider", "SkuPriceId", "SkuId", "Tags", "x_PricingId",
}

var keyColumns = columnsOf(keys)

func columnsOf(names []string) []*focus.Column {
	var columns []*focus.Column
	for _, name := range names {
		c, ok := focus.ColumnByName(name)
		if !ok {
			panic("focusfile: no column " + name)
		}
		columns = append(columns, c)
	}
	return columns
}

// Sort puts rows into the order of files: by the columns that filters ask for, then by all others, so that the same rows
// are always in the same order. It sorts references, because a row is more than a kilobyte.
func Sort(rows []focus.Row) {
	all := append(slices.Clone(keyColumns), focus.AllColumns()...)
	order := make([]*focus.Row, len(rows))
	for i := range rows {
		order[i] = &rows[i]
	}
	slices.SortFunc(order, func(a, b *focus.Row) int {
		for _, c := range all {
			if order := compare(c, a, b); order != 0 {
				return order
			}
		}
		return 0
	})
	sorted := make([]focus.Row, len(rows))
	for i, row := range order {
		sorted[i] = *row
	}
	copy(rows, sorted)
}

// compare orders NULL after everything else, as readers expect of sorted files.
func compare(c *focus.Column, a, b *focus.Row) int {
	switch c.Type {
	case focus.Decimal:
		x, y := c.Number(a), c.Number(b)
		return cmp.Or(nullsLast(x.IsNull(), y.IsNull()), x.Amount().Cmp(y.Amount()))
	case focus.DateTime:
		x, y := c.Time(a), c.Time(b)
		return cmp.Or(nullsLast(x.IsZero(), y.IsZero()), x.Compare(y))
	default:
		x, okX := c.Text(a)
		y, okY := c.Text(b)
		return cmp.Or(nullsLast(!okX, !okY), strings.Compare(x, y))
	}
}

func nullsLast(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}
