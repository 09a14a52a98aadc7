package publish

import (
	"context"
	"net/url"
	"path"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/memblob" // mem://
)

// Open returns the target that a URL names: a directory, or a bucket and a prefix in it.
func Open(ctx context.Context, target string) (Target, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	if u.Scheme == "file" {
		return newDirectory(u.Path)
	}
	b, err := blob.OpenBucket(ctx, target)
	if err != nil {
		return nil, err
	}
	return &bucket{b}, nil
}

func extension(name string) string { return path.Ext(name) }
