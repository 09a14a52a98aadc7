package closing

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
)

func eachFormat(t *testing.T, test func(*place)) {
	t.Helper()
	for _, format := range []focusfile.Format{focusfile.Parquet, focusfile.CSV} {
		t.Run(format.String(), func(t *testing.T) {
			p := newPlace(t)
			p.format = format
			p.example()
			test(p)
		})
	}
}

func (p *place) output() string { return outputName(november, p.format) }

const manifestFile = "_close/2026-11.json"

func TestReplayGivesTheSameBytes(t *testing.T) {
	eachFormat(t, func(p *place) {
		p.mustClose(WasClosed, nil)
		first := p.tree()
		require.Len(p.t, first, 2)
		p.mustClose(Unchanged, nil)
		assert.Equal(p.t, first, p.tree())

		require.NoError(p.t, os.Remove(p.path(manifestFile)))
		require.NoError(p.t, os.Remove(p.path(p.output())))
		p.mustClose(WasClosed, func(o *Options) { o.Now = o.Now.AddDate(0, 3, 0) })
		assert.Equal(p.t, first, p.tree())

		p.mustClose(Unchanged, func(o *Options) { o.Version, o.Reclose = "v9", true })
		assert.Equal(p.t, first, p.tree(), "another version that says the same, and nothing to replace")
	})
}

// late is what was metered after the month was closed.
var late = usage{day: 2, provider: "openai", account: "org-1", tags: ads, cost: "1"}

// revisions are what a month that was closed is found to differ by.
var revisions = map[string]struct {
	do     func(*place)
	change func(*Options)
	want   []string
}{
	"late rows": {
		do:   func(p *place) { p.put(focus.Metered, 2, "late-x", late.row()) },
		want: []string{"file metered/billing_period=2026-11/day=2026-11-02/late-x.csv added"},
	},
	"a revised bill": {
		do: func(p *place) {
			p.put(focus.Billed, 2, "openai", line{day: 2, provider: "openai", account: "org-1", cost: "10.24", invoice: "inv-1"}.row())
		},
		want: []string{"file billed/billing_period=2026-11/day=2026-11-02/openai.csv changed"},
	},
	"a file is gone": {
		do: func(p *place) {
			require.NoError(p.t, os.Remove(p.path("metered/billing_period=2026-11/day=2026-11-09/2026-11-g.csv")))
		},
		want: []string{"file metered/billing_period=2026-11/day=2026-11-09/2026-11-g.csv removed"},
	},
	"settings": {
		change: func(o *Options) {
			o.TrueUp, o.Settle, o.Providers = Unallocated, 0, []string{"openai", "anthropic"}
			o.Tables = []Table{{"catalog", "builtin", "dead"}, {"pricing", "own.yaml", "beef"}}
		},
		want: []string{
			"setting true-up changed: pro-rata before, unallocated now", "setting settle changed: 72h0m0s before, 0s now",
			"setting provider changed: nothing before, anthropic,openai now",
			"setting catalog changed: builtin c0ffee before, builtin dead now", "setting pricing changed: nothing before, own.yaml beef now",
		},
	},
	"rows by hand": {
		do:   func(p *place) { p.write(p.output(), []byte("mine")) },
		want: []string{"file metered/billing_period=2026-11/day=2026-11-01/true-up.csv changed"},
	},
	"a manifest by hand": {
		do: func(p *place) {
			p.write(manifestFile, []byte(strings.Replace(p.tree()[manifestFile], `"20.1"`, `"20.2"`, 1)))
		},
		want: []string{"manifest 2026-11 changed"},
	},
}

func TestChangesAreFoundAndListed(t *testing.T) {
	for name, c := range revisions {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.example()
			p.mustClose(WasClosed, nil)
			closed := p.tree()
			if c.do != nil {
				c.do(p)
			}
			before := p.tree()
			r := p.mustClose(Changed, c.change)
			var found []string
			for _, change := range r.Changes {
				found = append(found, change.String())
			}
			assert.Equal(t, c.want, found)
			assert.Equal(t, before, p.tree(), "nothing is written")

			again := func(o *Options) {
				if c.change != nil {
					c.change(o)
				}
				o.Reclose = true
			}
			r, err := p.close(again)
			require.NoError(t, err)
			require.True(t, r.Outcome.Done())
			p.mustClose(Unchanged, c.change)
			if r.Outcome == Repaired {
				assert.Equal(t, closed, p.tree())
				return
			}
			assert.Equal(t, hash([]byte(before[manifestFile])), r.Manifest.Replaces)
			assert.Equal(t, before[manifestFile], p.tree()["_close/2026-11/"+r.Manifest.Replaces+".json"], "the chain can be followed")
		})
	}
}

// Late rows are charged as well once the month is closed again, and the sum stays the invoice.
func TestReclose(t *testing.T) {
	eachFormat(t, func(p *place) {
		p.mustClose(WasClosed, nil)
		p.put(focus.Metered, 2, "late-x", late.row())
		assert.NotEqual(p.t, "148.030000000000000000000001", p.total("metered")["USD"])
		reclose := func(o *Options) { o.Reclose = true }
		first := p.mustClose(Reclosed, reclose)
		assert.Equal(p.t, map[string]string{"USD": "148.030000000000000000000001"}, p.total("metered"))
		p.mustClose(Unchanged, nil)

		p.put(focus.Billed, 2, "openai", line{day: 2, provider: "openai", account: "org-1", cost: "10.24"}.row())
		second := p.mustClose(Reclosed, reclose)
		assert.Equal(p.t, map[string]string{"USD": "148.020000000000000000000001"}, p.total("metered"))
		assert.NotEqual(p.t, first.Manifest.Replaces, second.Manifest.Replaces)
		assert.Len(p.t, p.tree(), 4, "rows, manifest, and the two that were replaced")
	})
}

// The rows of a month whose files are in another format from now on are not there twice.
func TestRecloseInAnotherFormat(t *testing.T) {
	p := newPlace(t)
	p.format = focusfile.Parquet
	p.example()
	p.mustClose(WasClosed, nil)
	require.NoError(t, os.RemoveAll(p.path("metered/billing_period=2026-11/day=2026-11-02")))
	require.NoError(t, os.RemoveAll(p.path("metered/billing_period=2026-11/day=2026-11-03")))
	require.NoError(t, os.RemoveAll(p.path("metered/billing_period=2026-11/day=2026-11-04")))
	require.NoError(t, os.RemoveAll(p.path("metered/billing_period=2026-11/day=2026-11-09")))
	require.NoError(t, os.RemoveAll(p.path("metered/billing_period=2026-11/day=2026-11-30")))
	p.format = focusfile.CSV
	p.usage(usage{day: 2, provider: "openai", account: "org-1", tags: search, cost: "1"})
	p.mustClose(Reclosed, func(o *Options) { o.Reclose = true })
	assert.NoFileExists(t, p.path(outputName(november, focusfile.Parquet)))
	assert.Equal(t, p.total("billed"), p.total("metered"))
	p.mustClose(Unchanged, nil)
}

// However a run was interrupted, the next one leaves what an uninterrupted one does.
func TestInterruptions(t *testing.T) {
	eachFormat(t, func(p *place) {
		p.mustClose(WasClosed, nil)
		closed := p.tree()

		require.NoError(p.t, os.Remove(p.path(manifestFile)))
		p.mustClose(WasClosed, nil)
		assert.Equal(p.t, closed, p.tree(), "rows without a manifest")

		require.NoError(p.t, os.Remove(p.path(p.output())))
		p.mustClose(Repaired, nil)
		assert.Equal(p.t, closed, p.tree(), "a manifest without rows")

		p.put(focus.Metered, 2, "late-x", late.row())
		p.mustClose(Reclosed, func(o *Options) { o.Reclose = true })
		reclosed := p.tree()
		for _, reclose := range []bool{true, false} {
			// The new rows are there, the new manifest is not.
			p.write(manifestFile, []byte(closed[manifestFile]))
			p.mustClose(Repaired, func(o *Options) { o.Reclose = reclose })
			assert.Equal(p.t, reclosed, p.tree())
		}
		// Neither is.
		p.write(manifestFile, []byte(closed[manifestFile]))
		p.write(p.output(), []byte(closed[p.output()]))
		p.mustClose(Reclosed, func(o *Options) { o.Reclose = true })
		assert.Equal(p.t, reclosed, p.tree())
	})
}

func TestAManifestOfAnotherFormat(t *testing.T) {
	p := newPlace(t)
	p.example()
	for _, text := range []string{`{"format":2}`, `{"format":1}`, `[]`, ""} {
		p.write(manifestFile, []byte(text))
		_, err := p.close(nil)
		require.ErrorContains(t, err, "_close/2026-11.json: no manifest that this version reads: ")
		require.ErrorContains(t, err, "; move it away to close the month anew")
	}
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"format":1,"outputs":[{}]}`))
	f.Add([]byte(`{"format":1,"totals":[{"billed":"1.5"},{"billed":null}],"inputs":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseManifest(data)
		if err != nil {
			return
		}
		first, err := m.encode()
		require.NoError(t, err)
		again, err := parseManifest(first)
		require.NoError(t, err)
		second, err := again.encode()
		require.NoError(t, err)
		require.Equal(t, string(first), string(second))
		_ = changes(m, &Manifest{Inputs: []File{{Name: "a"}}})
	})
}
