package focusfile

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focustest"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

var update = flag.Bool("update", false, "write the golden files anew")

func dataset(d focus.Dataset) []focus.Row {
	switch d {
	case focus.Unpriced:
		return focustest.Rows(focustest.Unpriced())
	case focus.BilledUsage:
		return focustest.BilledUsage()
	default:
		return focustest.Rows(focustest.Priced())
	}
}

// read returns all rows of a file.
func read(t require.TestingT, data []byte) []focus.Row {
	r, err := NewReader("file", bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	var rows []focus.Row
	rounded := 0
	for row, err := range r.Rows(&rounded) {
		require.NoError(t, err)
		rows = append(rows, *row)
	}
	require.Zero(t, rounded)
	require.NoError(t, r.Close())
	return rows
}

func TestGolden(t *testing.T) {
	for _, v := range focus.Versions() {
		for _, d := range []focus.Dataset{focus.Metered, focus.Unpriced, focus.BilledUsage} {
			name := fmt.Sprintf("%s-%s.csv", d, v)
			t.Run(name, func(t *testing.T) {
				o := Options{Format: CSV, Version: v, Dataset: d}
				data, err := Encode(dataset(d), o)
				require.NoError(t, err)
				path := filepath.Join("testdata", name)
				if *update {
					require.NoError(t, os.WriteFile(path, data, 0o600))
				}
				want, err := os.ReadFile(path)
				require.NoError(t, err)
				assert.Equal(t, string(want), string(data))

				o.Format = Parquet
				inParquet, err := Encode(dataset(d), o)
				require.NoError(t, err)
				assert.Equal(t, read(t, data), read(t, inParquet), "both formats hold the same rows")
				again, err := Encode(dataset(d), o)
				require.NoError(t, err)
				assert.Equal(t, inParquet, again, "the same rows give the same bytes")
			})
		}
	}
}

func TestHeaderIsThatOfTheVersion(t *testing.T) {
	for _, v := range focus.Versions() {
		for _, d := range focus.Datasets() {
			var want []string
			for _, c := range focus.Columns(v, d) {
				want = append(want, c.Name)
			}
			data, err := Encode(nil, Options{Format: CSV, Version: v, Dataset: d})
			require.NoError(t, err)
			header, err := csv.NewReader(bytes.NewReader(data)).Read()
			require.NoError(t, err)
			assert.Equal(t, want, header)

			data, err = Encode(nil, Options{Format: Parquet, Version: v, Dataset: d})
			require.NoError(t, err)
			r, err := NewReader("file", bytes.NewReader(data), int64(len(data)))
			require.NoError(t, err)
			var have []string
			for _, f := range r.Fields() {
				have = append(have, f.Name)
			}
			assert.Equal(t, want, have)
		}
	}
}

func TestParquetSaysWhatItIs(t *testing.T) {
	data, err := Encode(dataset(focus.Metered), Options{Version: focus.V1_3, SchemaID: "schema-1"})
	require.NoError(t, err)
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	for key, want := range map[string]string{"FocusVersion": "1.3", "FocusDataset": "metered", "SchemaId": "schema-1"} {
		value, _ := file.Lookup(key)
		assert.Equal(t, want, value, key)
	}
	assert.Equal(t, "otelcol-finops", strings.Fields(file.Metadata().CreatedBy)[0])
	group := file.Metadata().RowGroups[0]
	require.NotEmpty(t, group.SortingColumns)
	start, ok := file.Schema().Lookup("ChargePeriodStart")
	require.True(t, ok)
	assert.Equal(t, start.ColumnIndex, int(group.SortingColumns[0].ColumnIdx))
	for _, chunk := range group.Columns {
		meta := chunk.MetaData
		assert.Equal(t, "ZSTD", meta.Codec.String())
		if meta.PathInSchema[0] == "ChargePeriodStart" {
			assert.NotEmpty(t, meta.Statistics.MinValue)
			assert.NotEmpty(t, meta.Statistics.MaxValue)
		}
	}
}

// sums adds up what everybody adds up.
func sums(rows []focus.Row) [5]focus.Number {
	var s [5]focus.Number
	for _, r := range rows {
		for i, n := range []focus.Number{r.BilledCost, r.EffectiveCost, r.ListCost, r.ContractedCost, r.ConsumedQuantity} {
			s[i] = s[i].Add(n)
		}
	}
	return s
}

// drawRows makes rows with amounts of any size that files hold.
func drawRows(t *rapid.T) []focus.Row {
	rows := focustest.Rows(focustest.Priced()[:2])
	drawn := func(c *focus.Column) string {
		whole := rapid.Int64Range(-9e12, 9e12).Draw(t, c.Name)
		frac := rapid.StringMatching(fmt.Sprintf(`[0-9]{%d}`, max(c.Scale, 1))).Draw(t, c.Name)
		return fmt.Sprintf("%d.%s", whole, frac[:max(c.Scale, 1)])
	}
	for i := range rows {
		for _, c := range focus.Columns(focus.V1_2, focus.Metered) {
			if c.Type != focus.Decimal || c.Scale == 0 {
				continue
			}
			_, err := c.Set(&rows[i], drawn(c))
			require.NoError(t, err)
		}
		rows[i].Tags = focus.FormatTags([]focus.Tag{{Key: "team", Value: rapid.String().Draw(t, "team")}})
	}
	return rows
}

func TestThereAndBackKeepsEverySum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t)
		want := sums(rows)
		formats := []Format{Parquet, CSV}
		for range 2 {
			o := Options{
				Format:  rapid.SampledFrom(formats).Draw(t, "format"),
				Version: rapid.SampledFrom(focus.Versions()).Draw(t, "version"),
			}
			data, err := Encode(rows, o)
			require.NoError(t, err)
			rows = read(t, data)
			for i := range rows {
				rows[i].Complete()
			}
			require.Equal(t, want, sums(rows))
		}
		for _, r := range rows {
			require.NotEmpty(t, r.ProviderName)
			require.NotEmpty(t, r.ServiceProviderName)
			require.NotEmpty(t, r.PublisherName)
		}
	})
}

func TestEncodeTellsWhatDoesNotFit(t *testing.T) {
	a, err := money.ParseAmount("100000000000000")
	require.NoError(t, err)
	for _, f := range []Format{Parquet, CSV} {
		_, err = Encode([]focus.Row{{}, {BilledCost: focus.NumberOf(a)}}, Options{Format: f, Version: focus.V1_2})
		require.ErrorIs(t, err, ErrValue)
		assert.EqualError(t, err, "row 1: BilledCost: 100000000000000 cannot be written: it has more than 14 digits before the point")
	}
}

func TestWriterCountsWhatItRounds(t *testing.T) {
	price, _, err := focus.ParseNumber("0.0000000000000005")
	require.NoError(t, err)
	for _, f := range []Format{Parquet, CSV} {
		var buf bytes.Buffer
		w, err := NewWriter(&buf, Options{Format: f, Version: focus.V1_2})
		require.NoError(t, err)
		require.NoError(t, w.Write([]focus.Row{{ListUnitPrice: price}}))
		require.NoError(t, w.Close())
		assert.Equal(t, 1, w.Rounded())
		assert.Equal(t, "0", read(t, buf.Bytes())[0].ListUnitPrice.String())
	}
}

func BenchmarkEncode(b *testing.B) {
	var rows []focus.Row
	for len(rows) < 10_000 {
		rows = append(rows, dataset(focus.Metered)...)
	}
	for _, f := range []Format{Parquet, CSV} {
		b.Run(f.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				data, err := Encode(rows, Options{Format: f, Version: focus.V1_2})
				require.NoError(b, err)
				b.ReportMetric(float64(len(data))/float64(len(rows)), "B/row")
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/row")
		})
	}
}

func BenchmarkRead(b *testing.B) {
	var rows []focus.Row
	for len(rows) < 10_000 {
		rows = append(rows, dataset(focus.Metered)...)
	}
	for _, f := range []Format{Parquet, CSV} {
		data, err := Encode(rows, Options{Format: f, Version: focus.V1_2})
		require.NoError(b, err)
		b.Run(f.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				require.Len(b, read(b, data), len(rows))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/row")
		})
	}
}
