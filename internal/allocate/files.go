package allocate

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
)

// Job is a run over files.
type Job struct {
	Rules *Rules
	// Inputs are files, and directories whose Parquet and CSV files are read.
	Inputs []string
	// Output is the file that gets all rows, whole or split. Its name says the format.
	Output string
	// Version of FOCUS that is written.
	Version focus.Version
}

// Result is what a run did.
type Result struct {
	Lines []Line
	// Read and Written count rows.
	Read, Written int
	// Dropped are columns of the inputs that FOCUS does not have and that were not written.
	Dropped []string
}

// Errors that mean that the arguments are at fault.
var (
	ErrOutput = errors.New("cannot write the output")
	ErrInput  = errors.New("cannot use the input")
)

// Run reads all inputs twice, measures and splits, and puts the output in place when it is complete and adds
// up. It holds usage and one row in memory.
func (j Job) Run() (Result, error) {
	format, err := formatOf(j.Output)
	if err != nil {
		return Result{}, err
	}
	files, err := j.files()
	if err != nil {
		return Result{}, err
	}
	a := New(j.Rules)
	source, err := measure(a, files)
	if err != nil {
		return Result{}, err
	}
	result, err := j.write(a, files, focusfile.Options{Format: format, Version: j.Version, Dataset: source.dataset()})
	result.Lines, result.Dropped = a.Report(), source.dropped
	return result, err
}

func formatOf(path string) (focusfile.Format, error) {
	for _, format := range []focusfile.Format{focusfile.Parquet, focusfile.CSV} {
		if strings.HasSuffix(path, format.Extension()) {
			return format, nil
		}
	}
	return 0, fmt.Errorf("%w: %s ends neither with .parquet nor with .csv", ErrOutput, path)
}

// files lists what is to be read. An output among it would be read as input next time.
func (j Job) files() ([]string, error) {
	var files []string
	for _, input := range j.Inputs {
		err := filepath.WalkDir(input, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && (path == input || isData(path)) {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInput, err)
		}
		if inside(input, j.Output) {
			return nil, fmt.Errorf("%w: %s is part of the input %s", ErrOutput, j.Output, input)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%w: no Parquet or CSV files in %s", ErrInput, strings.Join(j.Inputs, ", "))
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

func isData(path string) bool {
	name := strings.TrimSuffix(path, ".gz")
	return strings.HasSuffix(name, ".parquet") || strings.HasSuffix(name, ".csv")
}

// inside reports whether a path is the directory or file itself, or below it.
func inside(directory, path string) bool {
	from, err1 := filepath.Abs(directory)
	to, err2 := filepath.Abs(path)
	relative, err3 := filepath.Rel(from, to)
	return errors.Join(err1, err2, err3) == nil && relative != ".." && !strings.HasPrefix(relative, ".."+string(filepath.Separator))
}

// rows hands every row of the files to take. The row is valid until take returns.
func rows(files []string, open func(*focusfile.Reader), take func(*focus.Row) error) error {
	for _, file := range files {
		if err := rowsOf(file, open, take); err != nil {
			return err
		}
	}
	return nil
}

func rowsOf(path string, open func(*focusfile.Reader), take func(*focus.Row) error) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInput, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInput, err)
	}
	reader, err := focusfile.NewReader(path, file, info.Size())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInput, err)
	}
	defer reader.Close()
	if open != nil {
		open(reader)
	}
	line := 0
	for row, err := range reader.Rows(nil) {
		line++
		if err != nil {
			return fmt.Errorf("%w: %w", ErrInput, err)
		}
		if err := take(row); err != nil {
			return fmt.Errorf("%w: %s: row %d: %w", ErrInput, path, line, err)
		}
	}
	return nil
}

// source is what all inputs have in common.
type source struct {
	billed, metered bool
	dropped         []string
}

var (
	errUnpriced = errors.New("it has no cost; read the dataset metered or billed")
	errMixed    = errors.New("the inputs have rows that were metered and rows that were billed, which are the same money; read one dataset")
)

func (s *source) look(row *focus.Row) error {
	switch {
	case row.IsQuantity():
		return errUnpriced
	case row.XCostSource == focus.SourceEstimate:
		s.metered = true
	case row.XCostSource == focus.SourceProvider:
		s.billed = true
	}
	if s.metered && s.billed {
		return errMixed
	}
	return nil
}

func (s *source) dataset() focus.Dataset {
	if s.metered {
		return focus.Metered
	}
	return focus.Billed
}

func (s *source) columns(reader *focusfile.Reader) {
	for _, name := range focusfile.Bind(reader.Fields()).Unknown() {
		if !slices.Contains(s.dropped, name) {
			s.dropped = append(s.dropped, name)
		}
	}
}

func measure(a *Allocator, files []string) (*source, error) {
	s := new(source)
	return s, rows(files, s.columns, func(row *focus.Row) error {
		if err := s.look(row); err != nil {
			return err
		}
		return a.Measure(row)
	})
}

// write splits into a file beside the output and renames it.
func (j Job) write(a *Allocator, files []string, o focusfile.Options) (Result, error) {
	file, err := os.CreateTemp(filepath.Dir(j.Output), ".allocate-*")
	if err != nil {
		return Result{}, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	defer os.Remove(file.Name()) // it is gone when all went well
	result, err := splitAll(a, files, file, o)
	if err != nil {
		return result, errors.Join(err, file.Close())
	}
	if err := j.publish(file); err != nil {
		return result, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return result, nil
}

// publish puts a complete file in place. It is whole there or not at all, whatever happens to the machine.
func (j Job) publish(file *os.File) error {
	if err := errors.Join(file.Chmod(0o644), file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), j.Output)
}

func splitAll(a *Allocator, files []string, to io.Writer, o focusfile.Options) (Result, error) {
	var result Result
	buffer := bufio.NewWriterSize(to, 1<<16)
	w, err := focusfile.NewWriter(buffer, o)
	if err != nil {
		return result, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	before, after := sums{}, sums{}
	err = rows(files, nil, func(row *focus.Row) error {
		parts, err := a.Split(row)
		if err != nil {
			return err
		}
		result.Read++
		result.Written += len(parts)
		before.add(row)
		for i := range parts {
			parts[i].Complete()
			after.add(&parts[i])
		}
		return w.Write(parts)
	})
	if err == nil {
		err = errors.Join(w.Close(), buffer.Flush())
	}
	if err != nil {
		return result, err
	}
	return result, before.equal(after)
}
