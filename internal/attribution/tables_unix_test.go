//go:build unix

package attribution

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A pipe without a writer would be waited for, and the end of the collector with it.
func TestPipesAreNotRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "owners.csv")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	a, err := New(configure(t, "lookups: {owners: {path: "+path+", keys: [service.name]}}"), nopSettings)
	require.NoError(t, err)
	require.ErrorContains(t, a.Load(), "lookups::owners::path: cannot be read: "+path+" is no regular file")
}
