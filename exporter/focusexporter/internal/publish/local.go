package publish

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Target is where files go. Put replaces a file as a whole: readers see the old one or the new one, and after Put
// returns the new one is durable.
type Target interface {
	Put(ctx context.Context, name string, data []byte) error
	// Exists reports whether there is a file of that name.
	Exists(ctx context.Context, name string) (bool, error)
	// Close releases what the target holds.
	Close() error
}

// directory is a Target in the local file system.
type directory struct{ root string }

const (
	directoryMode = 0o755
	fileMode      = 0o644
)

// newDirectory returns a Target below root, which it makes if it is missing.
func newDirectory(root string) (*directory, error) {
	if err := os.MkdirAll(root, directoryMode); err != nil {
		return nil, err
	}
	return &directory{root: root}, nil
}

// Put writes a hidden file beside the one it replaces, which no pattern of readers matches, and renames it. It
// has one name, so that what a crash leaves behind is overwritten by the next attempt.
func (d *directory) Put(_ context.Context, name string, data []byte) error {
	path := filepath.Join(d.root, filepath.FromSlash(name))
	parent := filepath.Dir(path)
	if err := d.mkdir(parent); err != nil {
		return err
	}
	draft := filepath.Join(parent, "."+filepath.Base(path)+".tmp")
	if err := writeFile(draft, data); err != nil {
		return errors.Join(err, remove(draft))
	}
	if err := os.Rename(draft, path); err != nil {
		return errors.Join(err, remove(draft))
	}
	return syncDirectory(parent)
}

// mkdir makes a directory durable with all that lead to it.
func (d *directory) mkdir(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(path, directoryMode); err != nil {
		return err
	}
	for path = filepath.Dir(path); len(path) >= len(d.root); path = filepath.Dir(path) {
		if err := syncDirectory(path); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	if _, err = file.Write(data); err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("and it could not be removed: %w", err)
	}
	return nil
}

func syncDirectory(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Exists implements [Target].
func (d *directory) Exists(_ context.Context, name string) (bool, error) {
	_, err := os.Stat(filepath.Join(d.root, filepath.FromSlash(name)))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Close does nothing: a directory holds nothing.
func (*directory) Close() error { return nil }
