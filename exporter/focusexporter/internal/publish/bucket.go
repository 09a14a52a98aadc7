package publish

import (
	"context"
	"errors"
	"path"

	"gocloud.dev/blob"
)

// bucket is a Target in object storage, where a file appears as a whole when its writer is closed.
type bucket struct{ *blob.Bucket }

var contentTypes = map[string]string{
	".csv":     "text/csv; charset=utf-8",
	".json":    "application/json",
	".parquet": "application/vnd.apache.parquet",
}

// Put writes the object in one request, unless it is so large that the service wants it in parts, which then
// become visible together.
func (b *bucket) Put(ctx context.Context, name string, data []byte) error {
	// Without the cancellation, Close would complete what an error left half written.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := b.NewWriter(ctx, name, &blob.WriterOptions{ContentType: contentTypes[path.Ext(name)]})
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		cancel()
		return errors.Join(err, w.Close())
	}
	return w.Close()
}
