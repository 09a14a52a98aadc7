package focusexporter

import (
	"bytes"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focuscheck"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
)

// What is written keeps the rules of the specification, in every version and format, whatever kind of row it is.
func TestConformance(t *testing.T) {
	for _, version := range focus.Versions() {
		for _, format := range []string{"parquet", "csv"} {
			t.Run(version.String()+" "+format, func(t *testing.T) {
				h := newHarness(t, func(c *Config) {
					c.Version, c.Format = version.String(), format
					c.Commitments = []CommitmentConfig{{ID: "ptu", Provider: "azure", HourlyCost: "36"}}
				})
				synctest.Test(t, func(*testing.T) {
					e := h.start()
					e.send(
						priced(1), committed(2), priced(3).at(time.Now().AddDate(-1, 0, 0)),
						priced(4).with("finops.shares.team", "a:1;b:2"),
						priced(5).with("finops.cost.lines", "web_search:1@0.01;audio_second:1.5@0.001"),
						priced(6).with("finops.cost.status", "free").with("finops.cost.lines", "input:5@0"),
						priced(7).with("finops.pricing.id", nil).with("finops.model.version", nil).with("finops.team", nil),
						priced(8).with("finops.billing.account", "a").with("finops.billing.subaccount", "b").with("aws.region", "eu-west-1"),
					)
					e.stop()
				})
				checker := focuscheck.New(version)
				for name, data := range h.files(focus.Metered) {
					r, err := focusfile.NewReader(name, bytes.NewReader(data), int64(len(data)))
					require.NoError(t, err)
					require.NoError(t, checker.Check(name, r))
				}
				report := checker.Report()
				assert.Greater(t, report.Rows, 12)
				assert.Empty(t, report.Findings)
				schema := focus.SchemaID(version, focus.Metered)
				assert.FileExists(t, filepath.Join(h.dir, "metered", focus.MetadataDirectory, "metadata.json"))
				assert.FileExists(t, filepath.Join(h.dir, "metered", focus.MetadataDirectory, "schemas", schema+".json"))
			})
		}
	}
}
