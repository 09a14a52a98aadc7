package focus

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// MetadataDirectory is where, below a dataset's root, its metadata is. Hive, Athena and Spark take nothing for data whose name
// begins with an underscore.
const MetadataDirectory = "_focus"

// Generator names what makes the data, in metadata.
const Generator = "otelcol-finops"

// decimalPrecision is how many digits files keep of a decimal.
const decimalPrecision = 38

// Metadata is the specification's description of a dataset. Recency is left out: it is optional, and several writers of one
// dataset could not state it without asking each other.
type Metadata struct {
	DataGenerator   DataGenerator
	DatasetInstance []DatasetInstance `json:",omitempty"`
	Schema          []Schema
}

// DataGenerator says who makes the data.
type DataGenerator struct {
	DataGenerator string
}

// DatasetInstance tells datasets of one generator apart; it came with 1.3.
type DatasetInstance struct {
	DatasetInstanceID   string `json:"DatasetInstanceId"`
	DatasetInstanceName string
	FocusDatasetID      string `json:"FocusDatasetId"`
}

// Schema describes the columns of files that refer to it.
type Schema struct {
	SchemaID             string `json:"SchemaId"`
	FocusVersion         string
	CreationDate         string
	DataGeneratorVersion string             `json:",omitempty"`
	DatasetInstanceID    string             `json:"DatasetInstanceId,omitempty"`
	ColumnDefinition     []ColumnDefinition `json:",omitempty"`
}

// ColumnDefinition describes a column.
type ColumnDefinition struct {
	ColumnName       string
	DataType         string
	NumericPrecision int    `json:",omitempty"`
	NumberScale      *int   `json:",omitempty"`
	StringEncoding   string `json:",omitempty"`
	Deprecated       bool   `json:",omitempty"`
}

// SchemaID identifies the columns that a version's dataset has, here and in every other process of this release.
func SchemaID(v Version, d Dataset) string {
	text, _ := json.Marshal(columnDefinitions(v, d)) // plain fields always encode
	sum := sha256.Sum256(fmt.Appendf(text, "%s %s", v, d))
	return hex.EncodeToString(sum[:16])
}

func columnDefinitions(v Version, d Dataset) []ColumnDefinition {
	var all []ColumnDefinition
	for _, c := range Columns(v, d) {
		all = append(all, c.definition(v))
	}
	return all
}

// dataTypes are the names that the specification's examples have.
var dataTypes = map[Type]string{String: "STRING", JSON: "JSON", Decimal: "DECIMAL", DateTime: "DATETIME", Boolean: "BOOLEAN"}

func (c *Column) definition(v Version) ColumnDefinition {
	def := ColumnDefinition{ColumnName: c.Name, DataType: dataTypes[c.Type]}
	switch c.Type {
	case Decimal:
		def.NumericPrecision, def.NumberScale = decimalPrecision, &c.Scale
	case String, JSON:
		def.StringEncoding = "UTF-8"
	}
	// A column is deprecated in the version before the one that drops it.
	def.Deprecated = c.Level != Extension && c.Until != 0 && v+1 == c.Until
	return def
}

// MetadataFile is a file of metadata; Name is relative to the dataset's root.
type MetadataFile struct {
	Name string
	Data []byte
}

// MetadataFiles returns what describes a dataset: the schema under its id, then the entry that points to it. Files of
// a schema refer to it by [SchemaID]; a schema that changes gets another id, so that the old one stays.
func MetadataFiles(v Version, d Dataset, generatorVersion string, created time.Time) ([]MetadataFile, error) {
	schema := Schema{
		SchemaID: SchemaID(v, d), FocusVersion: v.String(), CreationDate: FormatTime(created), DataGeneratorVersion: generatorVersion,
	}
	m := Metadata{DataGenerator: DataGenerator{Generator}}
	if v >= V1_3 {
		schema.DatasetInstanceID = d.String()
		m.DatasetInstance = []DatasetInstance{{
			DatasetInstanceID: d.String(), DatasetInstanceName: Generator + " " + d.String(), FocusDatasetID: "CostAndUsage",
		}}
	}
	m.Schema = []Schema{schema}
	schema.ColumnDefinition = columnDefinitions(v, d)
	var files []MetadataFile
	for _, f := range []struct {
		name  string
		value any
	}{
		{"/schemas/" + schema.SchemaID + ".json", schema},
		{"/metadata.json", m},
	} {
		data, err := json.MarshalIndent(f.value, "", "  ")
		if err != nil {
			return nil, err
		}
		files = append(files, MetadataFile{MetadataDirectory + f.name, append(data, '\n')})
	}
	return files, nil
}
