package focusfile

import (
	"bytes"
	"compress/gzip"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// aws has the types of AWS Data Exports: doubles, timestamps in milliseconds, maps.
type aws struct {
	BilledCost        float64            `parquet:",optional"`
	ListUnitPrice     *float64           `parquet:",optional"`
	BillingCurrency   string             `parquet:",optional,dict"`
	ChargePeriodStart time.Time          `parquet:",timestamp(millisecond)"`
	Tags              map[string]string  `parquet:",optional"`
	Discounts         map[string]float64 `parquet:"x_Discounts,optional"`
	Operation         string             `parquet:"x_Operation"`
}

// azure has other types that exports are known to have: decimals of several kinds, INT96, dates.
type azure struct {
	BilledCost        int64 `parquet:",decimal(10:18)"`
	EffectiveCost     int32 `parquet:",decimal(2:9)"`
	ConsumedQuantity  int64
	ListCost          float32
	ChargePeriodStart deprecated.Int96
	ChargePeriodEnd   int32 `parquet:",date"`
	Late              bool  `parquet:"x_Late"`
}

func parquetOf[T any](t *testing.T, rows ...T) []byte {
	var buf bytes.Buffer
	w := parquet.NewGenericWriter[T](&buf)
	_, err := w.Write(rows)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return buf.Bytes()
}

func TestReadParquetOfAWS(t *testing.T) {
	start := time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)
	price := 3e-06
	data := parquetOf(t,
		aws{BilledCost: 0.1, ListUnitPrice: &price, BillingCurrency: "USD", ChargePeriodStart: start, Tags: map[string]string{"team": `se"arch`}},
		aws{BilledCost: 1.2345e-7, BillingCurrency: "USD", ChargePeriodStart: start, Discounts: map[string]float64{"EDP": -0.5}, Operation: "Invoke"},
	)
	rows := read(t, data)
	require.Len(t, rows, 2)
	assert.Equal(t, []string{"0.1", "0.000003", "USD", `{"team":"se\"arch"}`}, []string{
		rows[0].BilledCost.String(), rows[0].ListUnitPrice.String(), rows[0].BillingCurrency, rows[0].Tags,
	})
	assert.Equal(t, start, rows[0].ChargePeriodStart)
	assert.Equal(t, "0.00000012345", rows[1].BilledCost.String())
	assert.True(t, rows[1].ListUnitPrice.IsNull())
	assert.Empty(t, rows[1].Tags)

	r, err := NewReader("file", bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	var rec Record
	require.NoError(t, r.Read(&rec))
	require.NoError(t, r.Read(&rec))
	byName := map[string]Value{}
	kinds := map[string]string{}
	for i, f := range r.Fields() {
		byName[f.Name], kinds[f.Name] = rec.Values[i], f.Type
	}
	assert.Equal(t, `{"EDP":-0.5}`, byName["x_Discounts"].Text)
	assert.Equal(t, "Invoke", byName["x_Operation"].Text)
	assert.Equal(t, int64(2), rec.Line)
	assert.Equal(t, "DOUBLE", kinds["BilledCost"])
	assert.Equal(t, "TIMESTAMP(MILLIS)", kinds["ChargePeriodStart"])
	assert.Equal(t, "MAP(TEXT,TEXT)", kinds["Tags"])
	assert.ElementsMatch(t, []string{"x_Discounts", "x_Operation"}, Bind(r.Fields()).Unknown())
}

func TestReadParquetOfOthers(t *testing.T) {
	// 14:00 of Julian day 2461368, which is 2026-11-23.
	nanos := uint64(14 * time.Hour)
	rows := read(t, parquetOf(t, azure{
		BilledCost: -12_345_678_901, EffectiveCost: 5, ConsumedQuantity: 1 << 40, ListCost: 0.1,
		ChargePeriodStart: deprecated.Int96{uint32(nanos), uint32(nanos >> 32), 2461368},
		ChargePeriodEnd:   int32(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC).Unix() / 86400),
		Late:              true,
	}))
	r := rows[0]
	assert.Equal(t, []string{"-1.2345678901", "0.05", "1099511627776", "0.1"}, []string{
		r.BilledCost.String(), r.EffectiveCost.String(), r.ConsumedQuantity.String(), r.ListCost.String(),
	})
	assert.Equal(t, "2026-11-23T14:00:00Z 2026-11-24T00:00:00Z", focus.FormatTime(r.ChargePeriodStart)+" "+focus.FormatTime(r.ChargePeriodEnd))
	assert.True(t, r.XLate)
}

func TestReadParquetErrors(t *testing.T) {
	good := parquetOf(t, aws{BillingCurrency: "USD"})
	last := func(data []byte) error {
		r, err := NewReader("file", bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return err
		}
		for _, err = range r.Rows(nil) {
			if err != nil {
				return err
			}
		}
		return nil
	}
	assert.ErrorContains(t, last(good[:len(good)-10]), "file: ")
	assert.EqualError(t, last(parquetOf(t, aws{BilledCost: math.NaN()})), "file:1: BilledCost: not a number")
	type nested struct{ BilledCost []float64 }
	assert.EqualError(t, last(parquetOf(t, nested{[]float64{1}})), "file:1: BilledCost is a nested column, which holds no single value")
	type text struct{ BilledCost string }
	assert.EqualError(t, last(parquetOf(t, text{"1"}, text{"a"})), `file:2: BilledCost: amount "a": not a decimal number`)
}

func TestReadCSVOfOthers(t *testing.T) {
	const text = "\xef\xbb\xbfBilledCost,ChargePeriodStart,Tags,x_Other\r\n" +
		"1.5E-05,2026-11-23 14:00:00,\"{\"\"a\"\":\n1}\",x\r\n" +
		"-0,11/23/2026,,\r\n"
	var zipped bytes.Buffer
	gz := gzip.NewWriter(&zipped)
	_, err := gz.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, gz.Close())
	for _, data := range [][]byte{[]byte(text), zipped.Bytes()} {
		rows := read(t, data)
		require.Len(t, rows, 2)
		assert.Equal(t, "0.000015", rows[0].BilledCost.String())
		assert.Equal(t, "{\"a\":\n1}", rows[0].Tags)
		assert.Equal(t, "0", rows[1].BilledCost.String())
		assert.Empty(t, rows[1].Tags)
	}
}

func TestReadCSVErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "file:1: the file is empty; want a header with the names of columns",
		"A,A\n":                       `file:1: column "A" appears twice`,
		"BilledCost,Tags\n1\n":        "file:2: column 1: wrong number of fields",
		"BilledCost,Tags\n1,\"\n":     "file:2: column 5: extraneous or missing \" in quoted-field",
		"BilledCost,Tags\n1,\n2,\nx,": `file:4: BilledCost: amount "x": not a decimal number`,
		"x_Late\nmaybe\n":             `file:2: x_Late: "maybe" is not true or false`,
		strings.Repeat("a,", 2001):    "file:1: 2002 columns; at most 2000 are read",
	} {
		r, err := NewReader("file", strings.NewReader(text), int64(len(text)))
		if err == nil {
			for _, err = range r.Rows(nil) {
				if err != nil {
					break
				}
			}
		}
		assert.EqualError(t, err, want)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("BilledCost,ChargePeriodStart,Tags,x_Late\n1.5E-05,2026-11-23 14:00:00,\"{\"\"a\"\":1}\",true\n"))
	f.Add([]byte("BilledCost\n0.00000000000000000000000000000001\n"))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Add([]byte("PAR1\x00\x00PAR1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := NewReader("file", bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		var rows []focus.Row
		for row, err := range r.Rows(nil) {
			if err != nil {
				require.ErrorContains(t, err, "file:")
				return
			}
			rows = append(rows, *row)
		}
		again, err := Encode(rows, Options{Format: CSV, Version: focus.V1_2})
		if err == nil {
			require.Len(t, read(t, again), len(rows))
		}
	})
}

// small is a Parquet file of one row and a column of each type.
func small(t require.TestingT) []byte {
	names := []string{"BilledCost", "ChargePeriodStart", "Tags", "x_Late"}
	data, err := Encode(dataset(focus.Metered)[:1], Options{Version: focus.V1_2, Columns: columnsOf(names)})
	require.NoError(t, err)
	return data
}

// readDamaged reads what may be anything; it must come to an end.
func readDamaged(data []byte) {
	r, err := NewReader("file", bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return
	}
	for _, err := range r.Rows(nil) {
		if err != nil {
			return
		}
	}
}

func TestDamagedParquetIsSurvived(t *testing.T) {
	whole := small(t)
	for i := 0; i < len(whole); i += 3 {
		data := bytes.Clone(whole)
		data[i] ^= 0x81
		assert.NotPanics(t, func() { readDamaged(data) })
	}
}

func FuzzParquet(f *testing.F) {
	f.Add(small(f))
	f.Fuzz(func(_ *testing.T, data []byte) { readDamaged(data) })
}

func TestClaimsAreNotBelieved(t *testing.T) {
	whole := small(t)
	footer := bytes.Clone(whole)
	copy(footer[len(footer)-8:], []byte{0xff, 0xff, 0xff, 0x7f})
	for name, data := range map[string][]byte{
		"damaged Parquet file: a footer of 2147483647 bytes": footer,
		"damaged Parquet file: it has 8 bytes":               []byte("PAR1PAR1"),
		// The first page begins behind the magic bytes: type, then its uncompressed size.
		"damaged Parquet file": append([]byte("PAR1\x15\x04\x15\xff\xff\xff\xff\x0f"), whole[4:]...),
	} {
		_, err := NewReader("file", bytes.NewReader(data), int64(len(data)))
		assert.ErrorContains(t, err, "file: "+name)
	}
}
