package focusfile

import "fmt"

// Format is a file format.
type Format uint8

// The formats.
const (
	Parquet Format = iota
	CSV
)

// ParseFormat reads "parquet" or "csv".
func ParseFormat(s string) (Format, error) {
	switch s {
	case "parquet":
		return Parquet, nil
	case "csv":
		return CSV, nil
	default:
		return 0, fmt.Errorf("unknown format %q; known are parquet, csv", s)
	}
}

// String returns the name.
func (f Format) String() string {
	if f == CSV {
		return "csv"
	}
	return "parquet"
}

// Extension returns what the names of files of the format end with: .parquet, .csv.
func (f Format) Extension() string { return "." + f.String() }
