package publish

import (
	"context"
	"net/url"
	"path"
	"strings"

	"gocloud.dev/blob"
)

// Open returns the target that a URL names: a directory, or a bucket and a prefix in it.
func Open(ctx context.Context, target string) (Target, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	if u.Scheme == "file" {
		path, _ := LocalPath(u)
		return newDirectory(path)
	}
	prefix := strings.Trim(u.Path, "/")
	u.Path = ""
	b, err := blob.OpenBucket(ctx, u.String())
	if err != nil {
		return nil, err
	}
	if prefix != "" {
		b = blob.PrefixedBucket(b, prefix+"/")
	}
	return &bucket{b}, nil
}

// LocalPath returns the path of a file URL. What reads as its host may be the first step of a relative path.
func LocalPath(u *url.URL) (path string, ok bool) {
	switch u.Host {
	case "", ".", "..":
		return u.Host + u.Path, u.Path != ""
	default:
		return "", false
	}
}

func extension(name string) string { return path.Ext(name) }
