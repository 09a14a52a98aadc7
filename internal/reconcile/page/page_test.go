package page

import (
	"bytes"
	"errors"
	"flag"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/reports"
)

var update = flag.Bool("update", false, "write the golden files anew")

// month is how the golden page is made.
var month = Options{
	Source: "FOCUS files of acme", By: []reconcile.Dimension{reconcile.ByProvider, reconcile.ByModel},
	MaxDrift: big.NewRat(2, 100), MinCoverage: big.NewRat(95, 100),
}

func render(t *testing.T, r *reconcile.Report, o Options) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, r, o))
	return b.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{"month": month, "empty": {}, "agrees": {MaxDrift: new(big.Rat)}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := render(t, reports.All()[name], o)
			golden := filepath.Join("testdata", name+".html")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), got, "if this is meant: go test ./internal/reconcile/page -update")
		})
	}
}

// elements calls visit with every element of a page.
func elements(t *testing.T, page string, visit func(*html.Node)) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			visit(n)
		}
	}
}

func attribute(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

// Whatever a report says, the page has our elements only, loads nothing and runs nothing.
func TestPageIsSelfContained(t *testing.T) {
	t.Parallel()
	for name, r := range reports.All() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := render(t, r, Options{By: reconcile.Dimensions(), Title: reports.HostileText, Source: reports.HostileText})
			ids := map[string]bool{}
			elements(t, page, func(n *html.Node) {
				assert.NotContains(t, []string{"script", "link", "img", "iframe", "object", "embed", "base", "form", "image", "use"}, n.Data)
				for _, a := range n.Attr {
					assert.Falsef(t, strings.HasPrefix(a.Key, "on"), "%s of %s", a.Key, n.Data)
					assert.NotContains(t, []string{"src", "srcset", "action", "style"}, a.Key)
					if a.Key == "href" {
						assert.True(t, strings.HasPrefix(a.Val, "#"), a.Val)
					}
				}
				if id, ok := attribute(n, "id"); ok {
					assert.False(t, ids[id], "%s is there twice", id)
					ids[id] = true
				}
				if n.Data == "style" {
					assert.NotContains(t, n.FirstChild.Data, "@import")
					assert.Equal(t, strings.Count(n.FirstChild.Data, "url("), strings.Count(n.FirstChild.Data, "url(#"))
				}
			})
			elements(t, page, func(n *html.Node) {
				for _, key := range []string{"href", "aria-labelledby"} {
					target, _ := attribute(n, key)
					for id := range strings.FieldsSeq(target) {
						assert.True(t, ids[strings.TrimPrefix(id, "#")], "%s points to nothing: %s", key, id)
					}
				}
			})
			assert.NotContains(t, page, "ZgotmplZ", "a value is where none may be")
		})
	}
}

// What is hostile is still there to be read.
func TestHostileTextIsShown(t *testing.T) {
	t.Parallel()
	shown := 0
	elements(t, render(t, reports.Hostile(), Options{}), func(n *html.Node) {
		if n.FirstChild != nil && strings.Contains(n.FirstChild.Data, "<script>alert(1)</script>") {
			shown++
		}
	})
	assert.Greater(t, shown, 10)
}

func TestChartsAndTablesAreDescribed(t *testing.T) {
	t.Parallel()
	charts, headers := 0, 0
	elements(t, render(t, reports.Month(), month), func(n *html.Node) {
		switch n.Data {
		case "svg":
			role, _ := attribute(n, "role")
			hidden, _ := attribute(n, "aria-hidden")
			assert.True(t, role == "img" || hidden == "true")
			if role == "img" {
				charts++
			}
		case "th":
			scope, _ := attribute(n, "scope")
			assert.Contains(t, []string{"col", "row"}, scope)
			headers++
		case "table":
			assert.Equal(t, "caption", n.FirstChild.NextSibling.Data)
		}
	})
	assert.Equal(t, 4, charts)
	assert.Greater(t, headers, 40)
}

type failing struct{}

var errFull = errors.New("full")

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestWriteTellsErrors(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, Write(failing{}, reports.Month(), Options{}), errFull)
}
