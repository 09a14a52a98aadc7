package closing

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
)

// directory has the manifests. No importer takes for data what begins with an underscore.
const directory = "_close/"

// writer writes the files of a month. The rows come first and the manifest last: where there is a manifest there are its rows, unless a
// run was interrupted between replacing the one and the other, which the next run finds out and ends. Every file is replaced as a whole.
type writer struct {
	root  *blob.Bucket
	month time.Time
	// before is the manifest that is there, nil if there is none, and raw its bytes.
	before *Manifest
	raw    []byte
	// rows are the hashes of the files of true-up rows that are there, by their names.
	rows map[string]string
}

func (w *writer) manifestName() string { return directory + w.month.Format(monthLayout) + ".json" }

// archiveName keeps replaced manifests apart, so that the chain of hashes leads from each to the one before.
func (w *writer) archiveName(hash string) string {
	return directory + w.month.Format(monthLayout) + "/" + hash + ".json"
}

// read finds out what there is.
func (w *writer) read(ctx context.Context) (err error) {
	w.rows = map[string]string{}
	for _, format := range []focusfile.Format{focusfile.Parquet, focusfile.CSV} {
		name := outputName(w.month, format)
		data, err := w.get(ctx, name)
		if err != nil {
			return err
		}
		if data != nil {
			w.rows[name] = hash(data)
		}
	}
	if w.raw, err = w.get(ctx, w.manifestName()); err != nil || w.raw == nil {
		return err
	}
	if w.before, err = parseManifest(w.raw); err != nil {
		return fmt.Errorf("%s: no manifest that this version reads: %w; move it away to close the month anew", w.manifestName(), err)
	}
	return nil
}

// get returns nil for what is not there.
func (w *writer) get(ctx context.Context, name string) ([]byte, error) {
	data, err := w.root.ReadAll(ctx, name)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

// write writes what is missing, and what differs if it may be replaced.
func (w *writer) write(ctx context.Context, m *made, reclose bool) (*Result, error) {
	output := m.manifest.Outputs[0]
	if w.before == nil {
		return w.finish(ctx, m, WasClosed, nil)
	}
	m.manifest.Replaces = w.before.Replaces
	same, err := w.isSame(&m.manifest)
	if err != nil {
		return nil, err
	}
	there := w.rows[output.Name]
	switch {
	case same && there == output.SHA256 && len(w.rows) == 1:
		return w.result(m, Unchanged, nil), nil
	case same && (there == "" || there == output.SHA256 || reclose):
		m.manifest = *w.before
		return w.finish(ctx, m, Repaired, nil)
	case same:
		return w.result(m, Changed, []Change{{What: "file", Name: output.Name, How: "changed"}}), nil
	}
	found := changes(w.before, &m.manifest)
	m.manifest.Replaces = hash(w.raw)
	interrupted := there == output.SHA256 && there != w.before.Outputs[0].SHA256
	switch {
	case interrupted:
		return w.finish(ctx, m, Repaired, found)
	case reclose:
		return w.finish(ctx, m, Reclosed, found)
	default:
		return w.result(m, Changed, found), nil
	}
}

// isSame reports whether the manifest that is there says the same. Which version of the program says it does not count.
func (w *writer) isSame(m *Manifest) (bool, error) {
	again := *m
	again.Version = w.before.Version
	data, err := again.encode()
	return bytes.Equal(data, w.raw), err
}

// finish writes all, in an order that any interruption leaves repairable.
func (w *writer) finish(ctx context.Context, m *made, o Outcome, found []Change) (*Result, error) {
	data, err := m.manifest.encode()
	if err != nil {
		return nil, err
	}
	if m.manifest.Replaces != "" && m.manifest.Replaces == hash(w.raw) {
		if err := w.put(ctx, w.archiveName(m.manifest.Replaces), w.raw); err != nil {
			return nil, err
		}
	}
	output := m.manifest.Outputs[0].Name
	if err := w.put(ctx, output, m.rows); err != nil {
		return nil, err
	}
	for other := range w.rows {
		if other == output {
			continue
		}
		if err := w.root.Delete(ctx, other); err != nil {
			return nil, fmt.Errorf("%s: %w", other, err)
		}
	}
	if err := w.put(ctx, w.manifestName(), data); err != nil {
		return nil, err
	}
	return w.result(m, o, found), nil
}

func (w *writer) put(ctx context.Context, name string, data []byte) error {
	if err := w.root.WriteAll(ctx, name, data, nil); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (w *writer) result(m *made, o Outcome, found []Change) *Result {
	return &Result{Outcome: o, ManifestFile: w.manifestName(), Manifest: m.manifest, Changes: found}
}
