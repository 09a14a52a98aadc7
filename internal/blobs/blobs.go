// Package blobs opens the places that files of datasets are kept in, by URL: file:// and mem:// here, s3://, gs:// and azblob:// in
// package [github.com/otelcol-finops/otelcol-finops/internal/blobs/cloud], whose import is what costs: their drivers are most of
// what a collector that uses them is compiled from.
package blobs

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/memblob" // mem://
)

// Open opens a bucket and the prefix in it that the URL's path names. A text without a scheme is a local path.
func Open(ctx context.Context, target string) (*blob.Bucket, error) {
	u, err := url.Parse(target)
	if err != nil || u.Scheme == "" {
		return openLocal(target, target)
	}
	if u.Scheme == "file" {
		path, err := LocalPath(u)
		if err != nil {
			return nil, err
		}
		return openLocal(target, path)
	}
	prefix := strings.Trim(u.Path, "/")
	u.Path = ""
	b, err := blob.OpenBucket(ctx, u.String())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", u.Redacted(), err)
	}
	if prefix != "" {
		b = blob.PrefixedBucket(b, prefix+"/")
	}
	return b, nil
}

// openLocal opens a directory. Attributes of files are left alone: a dataset has no files beside its own.
func openLocal(target, path string) (*blob.Bucket, error) {
	b, err := fileblob.OpenBucket(filepath.FromSlash(path), &fileblob.Options{Metadata: fileblob.MetadataDontWrite, NoTempDir: true})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", target, err)
	}
	return b, nil
}

// LocalPath returns the path of a file URL. What reads as its host may be the first step of a relative path.
func LocalPath(u *url.URL) (string, error) {
	switch u.Host {
	case "", ".", "..":
		if u.Path != "" {
			return u.Host + u.Path, nil
		}
	}
	return "", fmt.Errorf("%s: want file:///directory", u)
}
