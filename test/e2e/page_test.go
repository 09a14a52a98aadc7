package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"html/template"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile/page"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/reports"
)

// views are the windows in which the page is looked at: a telephone, a tablet and a desk.
var views = []struct {
	Width  int
	Scheme string
}{{390, "light"}, {390, "dark"}, {768, "light"}, {1280, "light"}, {1280, "dark"}}

// foundProblems is where testdata/page_harness.html says what it does not like.
var foundProblems = regexp.MustCompile(`(?s)<pre id="problems">(.*?)</pre>`)

// In a real browser the page of finops reconcile fits its window, no text of a chart is cut off or on another, and all
// text has the contrast that WCAG 2 asks for at level AA.
func TestPageInBrowser(t *testing.T) {
	t.Parallel()
	browser := findBrowser(t)
	harness := template.Must(template.ParseFiles("testdata/page_harness.html"))
	options := page.Options{
		By: []reconcile.Dimension{reconcile.ByDay, reconcile.ByModel}, Source: "a test",
		MaxDrift: big.NewRat(1, 100), MinCoverage: big.NewRat(95, 100),
	}
	for name, report := range reports.All() {
		t.Run(name, func(t *testing.T) {
			var rendered, around bytes.Buffer
			require.NoError(t, page.Write(&rendered, report, options))
			require.NoError(t, harness.Execute(&around, map[string]any{"Page": rendered.String(), "Views": views}))
			file := filepath.Join(t.TempDir(), "harness.html")
			require.NoError(t, os.WriteFile(file, around.Bytes(), 0o600))

			match := foundProblems.FindStringSubmatch(dumpDOM(t, browser, file))
			require.Len(t, match, 2, "the browser did not run the harness")
			var problems []string
			require.NoError(t, json.Unmarshal([]byte(html.UnescapeString(match[1])), &problems))
			assert.Empty(t, problems)
		})
	}
}

func findBrowser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("NOT CHECKED: the page of finops reconcile was not looked at, as there is no chromium, chromium-browser or google-chrome in PATH")
	return ""
}

// dumpDOM loads a file and returns what became of it.
func dumpDOM(t *testing.T, browser, file string) string {
	t.Helper()
	profile, err := os.MkdirTemp("", "browser") //nolint:usetesting // its helpers may still write when it has ended, and nothing fails then
	require.NoError(t, err)
	defer func() { _ = os.RemoveAll(profile) }()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var errs bytes.Buffer
	command := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--user-data-dir="+profile, "--virtual-time-budget=60000", "--dump-dom", "file://"+file)
	command.Stderr = &errs
	out, err := command.Output()
	require.NoError(t, err, errs.String())
	return string(out)
}
