package filewatch

import (
	"fmt"
	"os"
)

// Regular describes the file at path, links followed, and refuses what is none: to read a pipe could take for ever,
// and whoever watches it could not be stopped.
func Regular(path string) (os.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	return info, nil
}
