package publish

import (
	"context"
	"net/url"

	"github.com/otelcol-finops/otelcol-finops/internal/blobs"
)

// Open returns the target that a URL names: a directory, or a bucket and a prefix in it.
func Open(ctx context.Context, target string) (Target, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	if u.Scheme == "file" {
		path, err := blobs.LocalPath(u)
		if err != nil {
			return nil, err
		}
		return newDirectory(path)
	}
	b, err := blobs.Open(ctx, target)
	if err != nil {
		return nil, err
	}
	return &bucket{b}, nil
}
