//go:build unix

package genaipricingextension

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A pipe without a writer would be waited for, and the end of the collector with it.
func TestPipesAreNotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "prices.yaml")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	_, err := readFile(path)
	require.EqualError(t, err, path+" is no regular file")
}
