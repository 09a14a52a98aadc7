package e2e

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/otelcol"
)

// ownCatalog gives a model of the traffic another price than the builtin catalog does.
const ownCatalog = `format: finops/v1
provider: anthropic
name: Anthropic
currency: USD
per: "1000000"
sources:
  contract: {title: Our contract, url: "https://example.com/contract", date: "2024-01-01"}
models:
  - id: claude-sonnet-4-5-20250929
    prices:
      - from: "2024-01-01"
        source: contract
        rates: {input: "7", output: "11"}
`

// writeOwnCatalog puts a catalog where catalog.yaml looks for it.
func (s *setup) writeOwnCatalog(t *testing.T, catalog string) {
	t.Helper()
	path := filepath.Join(s.directory, "own.yaml")
	// Renamed into place, as editors and deployments do, so that no half of it is read.
	require.NoError(t, os.WriteFile(path+".new", []byte(catalog), 0o600))
	require.NoError(t, os.Rename(path+".new", path))
}

// A file of the customer's own replaces prices, entry by entry, at the start and while the
// collector runs. What was priced before stays as it is.
func TestOwnCatalogReplacesPrices(t *testing.T) {
	t.Parallel()
	s := newSetup(t, time.Second, "catalog.yaml")
	s.writeOwnCatalog(t, ownCatalog)
	c := s.start(t)
	client := dial(t, c.grpc())
	require.NoError(t, client.send(t.Context(), calls(0, 3)))
	assert.Equal(t, map[string]bool{"0.000007": true}, inputPrices(s.exported(t, 3)))

	s.writeOwnCatalog(t, strings.ReplaceAll(ownCatalog, `input: "7"`, `input: "8"`))
	sent := 3
	eventually(t, func() error {
		require.NoError(t, client.send(t.Context(), calls(sent, 3)))
		sent += 3
		if !inputPrices(s.exported(t, sent))["0.000008"] {
			return errors.New("the new price is not in use")
		}
		return nil
	})
	// A broken file changes nothing.
	s.writeOwnCatalog(t, strings.ReplaceAll(ownCatalog, `input: "7"`, `input: "-9"`))
	eventually(t, func() error {
		if len(c.LogLines("own.yaml:13")) == 0 {
			return errors.New("the log does not name what is wrong")
		}
		return nil
	})
	require.NoError(t, client.send(t.Context(), calls(sent, 3)))
	spans := s.exported(t, sent+3)
	assert.Equal(t, map[string]bool{"0.000007": true, "0.000008": true}, inputPrices(spans))
	assertPage(t, spans, c.awaitRequests(t, sent+3))
}

// inputPrices returns what a token of input cost in calls of the model that ownCatalog prices.
func inputPrices(spans books.Books) map[string]bool {
	prices := map[string]bool{}
	for _, span := range spans {
		for _, line := range span.Lines {
			if line.Meter == "input" && strings.HasPrefix(span.Text("gen_ai.response.model"), "claude") {
				prices[strings.TrimRight(line.Effective.FloatString(15), "0")] = true
			}
		}
	}
	return prices
}

// A catalog that is wrong is refused at the start, with file, line and entry.
func TestBadCatalogIsRefusedAtStart(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ old, bad, message string }{
		"negative price": {`input: "7"`, `input: "-7"`, "own.yaml:13"},
		"unknown meter":  {`input: "7"`, `inputs: "7"`, "own.yaml:13"},
		"no such date":   {`from: "2024-01-01"`, `from: "2024-02-30"`, "own.yaml:11"},
		"no YAML":        {`models:`, `models: [`, "own.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSetup(t, time.Second, "catalog.yaml")
			s.writeOwnCatalog(t, strings.Replace(ownCatalog, test.old, test.bad, 1))
			ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
			defer cancel()
			_, err := otelcol.StartMerged(ctx, executable(t, "OTELCOL_FINOPS"), s.files(), s.environment()...)
			require.ErrorIs(t, err, otelcol.ErrNotReady)
			assert.ErrorContains(t, err, test.message)
			if test.message != "own.yaml" {
				assert.ErrorContains(t, err, "claude-sonnet-4-5", "the entry is not named")
			}
		})
	}
}
