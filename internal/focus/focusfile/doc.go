// Package focusfile writes and reads files of FOCUS rows: Parquet and CSV.
//
// What is written holds every amount exactly: decimals are DECIMAL(38, n) in Parquet, n being the scale of the column, and plain
// decimals in CSV. The same rows give the same bytes. What is read may come from anybody: decimals may be doubles or texts, times
// any of the forms that exports use, tags a map.
package focusfile
