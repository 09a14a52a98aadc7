package focus

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMetadataFiles(t *testing.T) {
	created := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	ids := map[string]bool{}
	for _, v := range Versions() {
		for _, d := range Datasets() {
			files, err := MetadataFiles(v, d, "0.1.0", created)
			require.NoError(t, err)
			require.Len(t, files, 2)
			id := SchemaID(v, d)
			assert.False(t, ids[id], "every structure has an id of its own")
			ids[id] = true
			assert.Equal(t, "_focus/schemas/"+id+".json", files[0].Name)
			assert.Equal(t, "_focus/metadata.json", files[1].Name)

			var schema Schema
			require.NoError(t, json.Unmarshal(files[0].Data, &schema))
			assert.Equal(t, v.String(), schema.FocusVersion)
			assert.Equal(t, "2026-11-23T00:00:00Z", schema.CreationDate)
			var have []string
			for _, c := range schema.ColumnDefinition {
				have = append(have, c.ColumnName)
			}
			assert.Equal(t, names(Columns(v, d)), have)

			var m Metadata
			require.NoError(t, json.Unmarshal(files[1].Data, &m))
			assert.Equal(t, id, m.Schema[0].SchemaID)
			assert.Equal(t, v >= V1_3, len(m.DatasetInstance) == 1)
		}
	}
}

func TestColumnDefinition(t *testing.T) {
	byName := func(v Version) map[string]ColumnDefinition {
		defs := map[string]ColumnDefinition{}
		for _, def := range columnDefinitions(v, Metered) {
			defs[def.ColumnName] = def
		}
		return defs
	}
	cost := byName(V1_2)["BilledCost"]
	assert.Equal(t, "DECIMAL", cost.DataType)
	assert.Equal(t, 38, cost.NumericPrecision)
	assert.Equal(t, 24, *cost.NumberScale)
	assert.Equal(t, ColumnDefinition{ColumnName: "Tags", DataType: "JSON", StringEncoding: "UTF-8"}, byName(V1_2)["Tags"])
	assert.False(t, byName(V1_2)["ProviderName"].Deprecated)
	assert.True(t, byName(V1_3)["ProviderName"].Deprecated)
	assert.False(t, byName(V1_3)["ServiceProviderName"].Deprecated)
}
