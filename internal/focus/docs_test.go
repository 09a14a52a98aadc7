package focus

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

var update = flag.Bool("update", false, "write the generated parts of docs/focus.md anew")

const page = "../../docs/focus.md"

// TestDocumentation holds the tables of docs/focus.md against those that it is made from.
func TestDocumentation(t *testing.T) {
	data, err := os.ReadFile(filepath.FromSlash(page))
	require.NoError(t, err)
	text := string(data)
	for name, want := range map[string]string{"columns": columnsTable(false), "extensions": columnsTable(true), "units": unitsTable(), "routes": routesTable()} {
		begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
		i, j := strings.Index(text, begin), strings.Index(text, end)
		require.True(t, 0 <= i && i < j, "%s has no %s", page, name)
		if *update {
			text = text[:i+len(begin)] + want + text[j:]
			continue
		}
		assert.Equal(t, want, text[i+len(begin):j], "go test ./internal/focus -update writes it")
	}
	if *update {
		require.NoError(t, os.WriteFile(filepath.FromSlash(page), []byte(text), 0o600))
	}
}

func columnsTable(extensions bool) string {
	var b strings.Builder
	b.WriteString("| column | type | level | null | versions | datasets | what is in it |\n|---|---|---|---|---|---|---|\n")
	for _, c := range AllColumns() {
		if (c.Level == Extension) != extensions {
			continue
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", c.Name, typeText(c), c.Level, yes(c.Nullable), versionsText(c), datasetsText(c), c.Description)
	}
	return b.String()
}

func typeText(c *Column) string {
	if c.Type == Decimal {
		return fmt.Sprintf("Decimal(38, %d)", c.Scale)
	}
	return c.Type.String()
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

func versionsText(c *Column) string {
	var in []string
	for _, v := range Versions() {
		if c.Defined(v) {
			in = append(in, v.String())
		}
	}
	return strings.Join(in, ", ")
}

func datasetsText(c *Column) string {
	var in []string
	for _, d := range Datasets() {
		if c.Datasets.Has(d) {
			in = append(in, d.String())
		}
	}
	if in == nil {
		return "none"
	}
	return strings.Join(in, ", ")
}

func unitsTable() string {
	var b strings.Builder
	b.WriteString("| meter | ConsumedUnit | PricingUnit |\n|---|---|---|\n")
	for m := range meter.Meter(meter.Count) {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", m, UnitOf(m).Consumed, UnitOf(m).Pricing)
	}
	return b.String()
}

func routesTable() string {
	var b strings.Builder
	b.WriteString("| provider | models | ServiceName | seller | publisher | issuer |\n|---|---|---|---|---|---|\n")
	for _, r := range BuiltinRoutes().routes {
		full := r.complete()
		models := "all"
		if r.Model != "" {
			models = "`" + r.Model + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", full.Provider, models, full.Service, full.Seller, full.Publisher, full.Issuer)
	}
	return b.String()
}
