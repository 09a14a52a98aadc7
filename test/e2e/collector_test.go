package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/otelcol"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/promtext"
)

const (
	startTimeout = 60 * time.Second
	stopTimeout  = 60 * time.Second
	waitTimeout  = 90 * time.Second
)

// built are the binaries under test, as make e2e leaves them, by the environment variables
// that name others.
var built = map[string]string{
	"OTELCOL_FINOPS": absolute("../../_build/otelcol-finops"),
	"PROMETHEUS":     absolute("../../.tools/prometheus"),
	"PROMTOOL":       absolute("../../.tools/promtool"),
}

func absolute(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		panic(err)
	}
	return path
}

func executable(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		path = built[variable]
	}
	require.FileExists(t, path, "run make e2e")
	return path
}

// setup is what a collector of a test is started with, again after a restart.
type setup struct {
	configs       []string // below testdata, merged
	flushInterval time.Duration
	directory     string // of exported spans and stored state
	addresses     []string
}

// newSetup merges overlays over collector.yaml.
func newSetup(t *testing.T, flushInterval time.Duration, overlays ...string) *setup {
	t.Helper()
	addresses, err := otelcol.FreeAddresses(t.Context(), 4)
	require.NoError(t, err)
	return &setup{
		configs:       append([]string{"collector.yaml"}, overlays...),
		flushInterval: flushInterval,
		directory:     t.TempDir(),
		addresses:     addresses,
	}
}

func (s *setup) grpc() string       { return s.addresses[0] }
func (s *setup) http() string       { return s.addresses[1] }
func (s *setup) prometheus() string { return s.addresses[2] }
func (s *setup) sink() string       { return s.addresses[3] }

func (s *setup) files() []string {
	var files []string
	for _, config := range s.configs {
		files = append(files, filepath.Join("testdata", config))
	}
	return files
}

func (s *setup) environment() []string {
	return []string{
		"E2E_GRPC=" + s.grpc(), "E2E_HTTP=" + s.http(), "E2E_PROMETHEUS=" + s.prometheus(), "E2E_SINK=" + s.sink(),
		"E2E_DIRECTORY=" + s.directory, "STATE_DIRECTORY=" + s.directory + "/storage", "FOCUS_DIRECTORY=" + s.directory + "/focus",
		"E2E_FLUSH_INTERVAL=" + s.flushInterval.String(),
	}
}

// collector is a running collector.
type collector struct {
	*otelcol.Process
	*setup
}

// start runs the collector; the end of the test ends it, and looks at its log.
func (s *setup) start(t *testing.T) *collector {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	process, err := otelcol.StartMerged(ctx, executable(t, "OTELCOL_FINOPS"), s.files(), s.environment()...)
	require.NoError(t, err)
	t.Cleanup(func() {
		process.Kill()
		assertCleanLog(t, process)
	})
	return &collector{Process: process, setup: s}
}

// deprecation is part of what the collector logs about the old name of a component.
const deprecation = "deprecated"

// assertCleanLog holds for every collector that any test runs.
func assertCleanLog(t *testing.T, process *otelcol.Process) {
	t.Helper()
	for _, word := range []string{deprecation, "panic", "data race", "invalid memory"} {
		assert.Empty(t, process.LogLines(word), "the log has a line with %q", word)
	}
}

// stop ends the collector in order.
func (c *collector) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, c.Stop(stopTimeout))
}

// page scrapes the metrics once.
func (c *collector) page(t *testing.T) promtext.Page {
	t.Helper()
	page, err := promtext.Fetch(t.Context(), "http://"+c.prometheus()+"/metrics")
	require.NoError(t, err)
	return page
}

// awaitRequests returns the first page that counts n requests. More is a failure at once.
func (c *collector) awaitRequests(t *testing.T, n int) promtext.Page {
	t.Helper()
	var page promtext.Page
	eventually(t, func() error {
		page = c.page(t)
		got := page.Sum("finops_requests_total", nil)
		require.LessOrEqual(t, got, float64(n), "requests were counted more than once")
		if got != float64(n) {
			return fmt.Errorf("%g of %d requests counted", got, n)
		}
		return nil
	})
	return page
}

// eventually polls until look has nothing to complain about.
func eventually(t *testing.T, look func() error) {
	t.Helper()
	deadline := time.Now().Add(waitTimeout)
	for {
		err := look()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			require.NoError(t, err, "after %s", waitTimeout)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// exported waits until n spans were exported and returns them.
func (s *setup) exported(t *testing.T, n int) books.Books {
	t.Helper()
	var all books.Books
	eventually(t, func() error {
		var err error
		all, err = books.ReadFile(filepath.Join(s.directory, "spans.json"))
		if err == nil && len(all) != n {
			err = fmt.Errorf("%d of %d spans exported", len(all), n)
		}
		return err
	})
	return all
}
