package lookup

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// readYAML reads a list of maps, the first of which names the columns. It goes by nodes, not by values: nodes have lines, keep
// dates and numbers as they were written, and do not expand aliases.
func (b *builder) readYAML(data []byte) {
	if len(data) > b.limits.yamlBytes {
		b.problems.add(1, fmt.Errorf("%d bytes; at most %d, so make it a CSV file", len(data), b.limits.yamlBytes))
		return
	}
	list, err := yamlList(data)
	if err != nil {
		b.problems.add(lineOfYAML(err))
		return
	}
	for i, row := range list.Content {
		if i == 0 && !b.setYAMLColumns(row) {
			return
		}
		if !b.addYAML(row) {
			return
		}
	}
}

func (b *builder) addYAML(row *yaml.Node) bool {
	cells, line, err := b.yamlRow(row)
	if err != nil {
		return b.problems.add(line, err)
	}
	return b.add(cells, line)
}

// yamlList returns the only document, a list that is not empty.
func yamlList(data []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, another yaml.Node
	if err := decoder.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.SequenceNode || len(document.Content[0].Content) == 0 {
		return nil, errors.New("a table is a list of maps, the first of which names the columns")
	}
	if err := decoder.Decode(&another); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one document; a table is one list")
	}
	return document.Content[0], nil
}

// setYAMLColumns lets any row be dated, though the first is not.
func (b *builder) setYAMLColumns(row *yaml.Node) bool {
	var names []string
	if row.Kind == yaml.MappingNode {
		for i := 0; i < len(row.Content); i += 2 {
			names = append(names, strings.TrimSpace(row.Content[i].Value))
		}
	}
	for _, reserved := range []string{ValidFrom, ValidTo} {
		if !slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, reserved) }) {
			names = append(names, reserved)
		}
	}
	return b.setColumns(names, row.Line)
}

// yamlRow returns the cells of a row in the order of the columns.
func (b *builder) yamlRow(row *yaml.Node) ([]string, int, error) {
	if row.Kind != yaml.MappingNode {
		return nil, row.Line, errors.New("a row is a map of columns to cells")
	}
	cells, seen := make([]string, len(b.header.names)), make([]bool, len(b.header.names))
	for i := 0; i+1 < len(row.Content); i += 2 {
		name, cell := row.Content[i], row.Content[i+1]
		column, ok := b.header.column(strings.TrimSpace(name.Value))
		switch {
		case name.Kind != yaml.ScalarNode || !ok:
			return nil, name.Line, fmt.Errorf("unknown column %q; the first row names %s", name.Value, strings.Join(b.header.names, ", "))
		case seen[column]:
			return nil, name.Line, fmt.Errorf("column %q appears twice", name.Value)
		case cell.Kind != yaml.ScalarNode:
			return nil, cell.Line, fmt.Errorf("%s: a cell is a text, not a list, map or alias", name.Value)
		}
		seen[column] = true
		if cell.Tag != "!!null" {
			cells[column] = strings.TrimSpace(cell.Value)
		}
	}
	for _, key := range b.header.keys {
		if !seen[key] {
			return nil, row.Line, fmt.Errorf("%s is missing; write '*' for anything", b.header.names[key])
		}
	}
	return cells, row.Line, nil
}

// lineOfYAML takes the line out of an error of the parser, which has it in its text only.
func lineOfYAML(err error) (int, error) {
	if rest, ok := strings.CutPrefix(err.Error(), "yaml: line "); ok {
		number, text, _ := strings.Cut(rest, ": ")
		if line, parseErr := strconv.Atoi(number); parseErr == nil {
			return line, errors.New(text)
		}
	}
	return 1, err
}
