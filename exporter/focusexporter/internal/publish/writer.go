package publish

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
)

// Writer writes files of rows, and the metadata of their datasets. It is safe for concurrent use.
type Writer struct {
	Target Target
	// File is the format and version of the files.
	File focusfile.Options
	// GeneratorVersion is the collector's, for metadata.
	GeneratorVersion string
	// Timeout bounds the writing of one file.
	Timeout time.Duration

	mu sync.Mutex
	// described has the datasets whose metadata is written.
	described map[focus.Dataset]bool
}

// Write replaces a file of a dataset.
func (w *Writer) Write(ctx context.Context, dataset focus.Dataset, name string, rows []focus.Row) error {
	options := w.File
	options.Dataset = dataset
	options.SchemaID = focus.SchemaID(options.Version, dataset)
	data, err := focusfile.Encode(rows, options)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := w.describe(ctx, dataset); err != nil {
		return err
	}
	return w.put(ctx, name, data)
}

func (w *Writer) put(ctx context.Context, name string, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	if err := w.Target.Put(ctx, name, data); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// MayHave reports whether a file is there, as far as can be told: credentials that may write may not be allowed to look.
func (w *Writer) MayHave(ctx context.Context, name string) bool {
	ctx, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	exists, err := w.Target.Exists(ctx, name)
	return exists || err != nil
}

// describe writes the metadata of a dataset before its first file since the start: the schema, and the entry that points to it. Replicas of one
// release write the same, but for the date.
func (w *Writer) describe(ctx context.Context, dataset focus.Dataset) error {
	w.mu.Lock()
	done := w.described[dataset]
	w.mu.Unlock()
	if done {
		return nil
	}
	files, err := focus.MetadataFiles(w.File.Version, dataset, w.GeneratorVersion, time.Now())
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := w.put(ctx, dataset.String()+"/"+f.Name, f.Data); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.described == nil {
		w.described = map[focus.Dataset]bool{}
	}
	w.described[dataset] = true
	return nil
}
