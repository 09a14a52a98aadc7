package attribution

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

func team(name string) told { return told{record: map[string]any{"team": name}} }

func TestCardinalityLimit(t *testing.T) {
	t.Parallel()
	a := newAttributor(t, `
dimensions: {team: {cardinality_limit: 2, default: platform, values: {srch: search}}}
shares: {team: {shared: [{even: [a, b]}]}}`)
	k := &asker{t: t, view: a.View(signals.Traces)}
	shownTeam := func(name string) string { return k.ask(team(name))[0].Shown() }
	assert.Equal(t, "one", shownTeam("one"))
	assert.Equal(t, "two", shownTeam("two"))
	assert.Equal(t, OverflowValue, shownTeam("three"))
	assert.Equal(t, "three", k.answer.Values[0].Text, "agreements select by the value itself")
	assert.Equal(t, "one", shownTeam("one"), "who is within the limit stays")
	assert.Equal(t, OverflowValue, shownTeam("three"), "and who is not stays out")
	assert.Equal(t, "search", shownTeam("srch"), "values of the configuration are outside of the limit")
	assert.Equal(t, "shared", shownTeam("shared"))
	assert.Equal(t, "b", k.ask(team("b"))[0].Shown(), "and so are those who share")
	assert.Equal(t, "shared", shownTeam("shared"))
	assert.Equal(t, "a:1;b:1", k.answer.Values[0].Shares)
	assert.Equal(t, "platform", shownTeam(""))
	assert.Equal(t, Stats{Overflows: 2, Values: 2}, a.Stats(0))
}

// Metrics are text. What they cannot show must not be another team on the record.
func TestValuesAreText(t *testing.T) {
	t.Parallel()
	a := newAttributor(t, `{}`)
	assert.Equal(t, "a\uFFFDb", ask(t, a, signals.Traces, team("a\xff\xfeb"))[0].Shown())
	assert.Equal(t, "a\uFFFDb", ask(t, a, signals.Traces, team("a\xfdb"))[0].Shown())
	assert.EqualValues(t, 1, a.Stats(0).Values)
}

func TestValuesThatAreTooLongOverflow(t *testing.T) {
	t.Parallel()
	a := newAttributor(t, `{}`)
	assert.Equal(t, OverflowValue, ask(t, a, signals.Traces, team(strings.Repeat("x", 256)))[0].Shown())
	assert.Len(t, ask(t, a, signals.Traces, team(strings.Repeat("x", 255)))[0].Shown(), 255)
}

// Whatever arrives, what is remembered is bounded.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	a := newAttributor(t, `dimensions: {team: {cardinality_limit: 5, lower: true, pattern: '^[a-z]+'}}`)
	k := &asker{t: t, view: a.View(signals.Traces)}
	for i := range 1000 {
		k.ask(team(fmt.Sprintf("TEAM%d", i)))
		k.ask(team(strconv.Itoa(i)))
		k.ask(team(strings.Repeat("x", i)))
	}
	g := a.dimensions[0].guard
	assert.LessOrEqual(t, len(g.told), 20)
	assert.LessOrEqual(t, len(g.admitted), 5)
	assert.Equal(t, "team", k.ask(team("TEAM999"))[0].Shown(), "spellings that are not remembered are judged each time")
}

func TestHash(t *testing.T) {
	t.Parallel()
	const key = "0123456789abcdef-secret"
	a := newAttributor(t, `
hash_key: `+key+`
dimensions: {customer: {sources: [span: user.id], trim: true, hash: true, default: none}}`)
	call := told{record: map[string]any{"user.id": " ann@example.com "}}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte("ann@example.com"))
	want := hex.EncodeToString(mac.Sum(nil))[:32]
	assert.Equal(t, want, shown(t, a, ask(t, a, signals.Traces, call), "customer"))
	assert.Equal(t, "none (default)", shown(t, a, ask(t, a, signals.Traces, told{}), "customer"), "the default is no secret")
	other := newAttributor(t, `
hash_key: another-0123456789abcdef
dimensions: {customer: {sources: [span: user.id], trim: true, hash: true}}`)
	assert.NotEqual(t, want, shown(t, other, ask(t, other, signals.Traces, call), "customer"))
}

func TestTheHashKeyIsNeverShown(t *testing.T) {
	t.Parallel()
	cfg := configure(t, "hash_key: short-secret\ndimensions: {team: {hash: true}}")
	_, err := New(cfg, nopSettings)
	assert.ErrorContains(t, err, "hash_key: dimensions::team::hash needs a secret of at least 16 bytes")
	assert.NotContains(t, err.Error(), "short-secret")
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", cfg, cfg, cfg), "short-secret")
}

func TestGuardIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	a := newAttributor(t, `dimensions: {team: {cardinality_limit: 50}}`)
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			k := &asker{t: t, view: a.View(signals.Traces)}
			for i := range 200 {
				name := fmt.Sprintf("team-%d", (i*(w+1))%100)
				if got := k.ask(team(name))[0]; got.Text != name {
					t.Errorf("%s became %s", name, got.Text)
				}
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, 50, a.Stats(0).Values)
}
