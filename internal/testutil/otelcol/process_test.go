//go:build unix

package otelcol

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// script writes an executable that stands for a collector.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "collector.sh")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o700))
	return path
}

func TestStartAndStop(t *testing.T) {
	t.Parallel()
	p, err := Start(t.Context(), script(t, `
trap 'echo drained; exit 0' TERM
echo "config: $2 $GREETING"
echo "Everything is ready. Begin running and processing data."
while :; do sleep 0.05; done
`), "some.yaml", "GREETING=hello")
	require.NoError(t, err)
	assert.Positive(t, p.PID())
	require.NoError(t, p.Stop(10*time.Second))
	assert.Equal(t, []string{"config: some.yaml hello"}, p.LogLines("CONFIG"))
	assert.Contains(t, p.Log(), "drained", "what it writes while it stops is kept")
	p.Kill()
}

func TestStartReportsAnExit(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"with an error": "echo invalid configuration >&2; exit 3",
		"without one":   "echo invalid configuration",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Start(t.Context(), script(t, body), "some.yaml")
			require.ErrorIs(t, err, ErrNotReady)
			assert.ErrorContains(t, err, "invalid configuration")
		})
	}
}

func TestStartGivesUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	p, err := Start(ctx, script(t, "exec sleep 60"), "some.yaml")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	select {
	case <-p.Done():
	default:
		t.Error("the collector was left running")
	}
}

func TestStopKillsWhatIgnoresIt(t *testing.T) {
	t.Parallel()
	p, err := Start(t.Context(), script(t, `
trap '' TERM
echo "Everything is ready."
exec sleep 60
`), "some.yaml")
	require.NoError(t, err)
	require.ErrorContains(t, p.Stop(50*time.Millisecond), "ignored SIGTERM")
	<-p.Done()
}

func TestStartWithoutBinary(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), filepath.Join(t.TempDir(), "absent"), "some.yaml")
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestFreeAddressesDiffer(t *testing.T) {
	t.Parallel()
	addresses, err := FreeAddresses(t.Context(), 8)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, address := range addresses {
		seen[address] = true
	}
	assert.Len(t, seen, 8)
}
