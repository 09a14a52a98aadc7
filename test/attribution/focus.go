//go:build unix

package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
)

// readRows returns EffectiveCost and Tags of all rows of the CSV files below a directory.
func readRows(directory string) ([][]string, error) {
	var rows [][]string
	err := filepath.WalkDir(directory, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".csv") {
			return err
		}
		more, err := readFile(path, "EffectiveCost", "Tags")
		rows = append(rows, more...)
		return err
	})
	return rows, err
}

// readFile returns columns of a CSV file.
func readFile(path string, columns ...string) ([][]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("%s is empty", path)
	}
	at := map[string]int{}
	for i, name := range records[0] {
		at[name] = i
	}
	var rows [][]string
	for _, record := range records[1:] {
		var row []string
		for _, column := range columns {
			i, ok := at[column]
			if !ok {
				return nil, fmt.Errorf("%s has no column %s", path, column)
			}
			row = append(row, record[i])
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// rowTable adds up FOCUS rows. Shared cost is split in them already.
func rowTable(rows [][]string) (table, error) {
	t := table{}
	for _, row := range rows {
		cost, ok := new(big.Rat).SetString(row[0])
		if !ok {
			return nil, fmt.Errorf("an EffectiveCost is %q", row[0])
		}
		var tags map[string]string
		if err := json.Unmarshal([]byte(row[1]), &tags); err != nil {
			return nil, fmt.Errorf("tags %s: %w", row[1], err)
		}
		t.add(owner{tags["team"], tags["cost_center"]}, cost)
	}
	return t, nil
}
