// Package focusstore reads whole datasets of FOCUS files, local or in a bucket.
package focusstore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path"
	"strings"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/otelcol-finops/otelcol-finops/internal/blobs"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
)

// inMemory is the size up to which files are read into memory; larger ones go to a temporary file, for Parquet is not
// read from front to back.
const inMemory = 64 << 20

// Store is a place with FOCUS files.
type Store struct {
	bucket *blob.Bucket
	url    string
	// only is the one file that the store is, or empty.
	only string
}

// Open opens a directory, a file, or the URL of a bucket and a prefix in it.
func Open(ctx context.Context, target string) (*Store, error) {
	dir, only := target, ""
	if isFile(target) {
		i := strings.LastIndexByte(target, '/')
		dir, only = target[:i+1], target[i+1:]
		if dir == "" {
			dir = "."
		}
	}
	b, err := blobs.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	return &Store{bucket: b, url: strings.TrimSuffix(dir, "/"), only: only}, nil
}

// isFile tells by the name whether a target is one file.
func isFile(name string) bool {
	return strings.HasSuffix(name, ".parquet") || strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".csv.gz")
}

// Close gives back the connection.
func (s *Store) Close() error { return s.bucket.Close() }

// Name returns what a file is called in messages.
func (s *Store) Name(key string) string {
	if s.url == "." {
		return key
	}
	return s.url + "/" + key
}

// Files yields the keys of all data files, in their order. Files and directories whose names begin with _ or . hold no data.
func (s *Store) Files(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if s.only != "" {
			yield(s.only, nil)
			return
		}
		objects := s.bucket.List(nil)
		for {
			object, err := objects.Next(ctx)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield("", fmt.Errorf("%s: %w", s.url, err))
				return
			}
			if isData(object.Key) && !yield(object.Key, nil) {
				return
			}
		}
	}
}

func isData(key string) bool {
	for step := range strings.SplitSeq(key, "/") {
		if strings.HasPrefix(step, "_") || strings.HasPrefix(step, ".") {
			return false
		}
	}
	return isFile(key)
}

// File is an open file of a store.
type File struct {
	*focusfile.Reader
	temporary *os.File
}

// Digest tells the content of a file from any other.
type Digest struct {
	Size int64
	// SHA256 is in hexadecimal.
	SHA256 string
}

// OpenDigest opens a file and returns the digest of the very bytes that are then read: a file that is replaced in between is
// one or the other.
func (s *Store) OpenDigest(ctx context.Context, key string) (*File, Digest, error) {
	sum := sha256.New()
	f, size, err := s.open(ctx, key, sum)
	return f, Digest{size, hex.EncodeToString(sum.Sum(nil))}, err
}

// Open opens a file.
func (s *Store) Open(ctx context.Context, key string) (*File, error) {
	f, _, err := s.open(ctx, key, io.Discard)
	return f, err
}

// open copies all that it reads to also.
func (s *Store) open(ctx context.Context, key string, also io.Writer) (*File, int64, error) {
	in, err := s.bucket.NewReader(ctx, key, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, 0, fmt.Errorf("%s: %w", s.Name(key), os.ErrNotExist)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", s.Name(key), err)
	}
	defer in.Close()
	f := new(File)
	src, size, err := f.fetch(io.TeeReader(in, also), in.Size())
	if err == nil {
		f.Reader, err = focusfile.NewReader(s.Name(key), src, size)
	} else {
		err = fmt.Errorf("%s: %w", s.Name(key), err)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.discard())
	}
	return f, size, nil
}

// fetch makes the content readable at any place.
func (f *File) fetch(in io.Reader, size int64) (io.ReaderAt, int64, error) {
	if size <= inMemory {
		data, err := io.ReadAll(in)
		return bytes.NewReader(data), int64(len(data)), err
	}
	var err error
	if f.temporary, err = os.CreateTemp("", "focus-*"); err != nil {
		return nil, 0, err
	}
	n, err := io.Copy(f.temporary, in)
	return f.temporary, n, err
}

func (f *File) discard() error {
	if f.temporary == nil {
		return nil
	}
	return errors.Join(f.temporary.Close(), os.Remove(f.temporary.Name()))
}

// Close closes the file and removes what was kept of it.
func (f *File) Close() error { return errors.Join(f.Reader.Close(), f.discard()) }

// Rows yields the rows of all files, until the first error. Filter, when not nil, decides by its key which files are
// read. rounded counts decimals with too many digits.
func (s *Store) Rows(ctx context.Context, filter func(key string) bool, rounded *int) iter.Seq2[*focus.Row, error] {
	return func(yield func(*focus.Row, error) bool) {
		for key, err := range s.Files(ctx) {
			switch {
			case err != nil:
				yield(nil, err)
				return
			case filter != nil && !filter(key):
			case !s.rowsOf(ctx, key, rounded, yield):
				return
			}
		}
	}
}

// rowsOf returns false to end the whole.
func (s *Store) rowsOf(ctx context.Context, key string, rounded *int, yield func(*focus.Row, error) bool) bool {
	f, err := s.Open(ctx, key)
	if err != nil {
		yield(nil, err)
		return false
	}
	defer f.Close()
	for row, err := range f.Rows(rounded) {
		if err == nil {
			err = ctx.Err()
		}
		if !yield(row, err) || err != nil {
			return false
		}
	}
	return true
}

// Partition returns the values of hive-style steps of a key: billing_period=2026-11/day=2026-11-23/....
func Partition(key string) map[string]string {
	values := make(map[string]string)
	for step := range strings.SplitSeq(path.Dir(key), "/") {
		if name, value, ok := strings.Cut(step, "="); ok {
			values[name] = value
		}
	}
	return values
}
