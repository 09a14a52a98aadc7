package promtext

import (
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const page = `# HELP finops_cost_USD_total what the calls cost
# TYPE finops_cost_USD_total counter
finops_cost_USD_total{finops_team="search",finops_meter="input"} 0.003
finops_cost_USD_total{finops_team="a \"b\", c\\d}",finops_meter="output",} 0.5 1795463963548
up 1
finops_request_cost_USD_bucket{le="+Inf"} 7 # {trace_id="18"} 0.003

ratio NaN
`

func TestParse(t *testing.T) {
	t.Parallel()
	got, err := Parse(strings.NewReader(page))
	require.NoError(t, err)
	require.Len(t, got, 5)
	assert.Equal(t, Sample{
		Name:   "finops_cost_USD_total",
		Labels: map[string]string{"finops_team": `a "b", c\d}`, "finops_meter": "output"},
		Value:  0.5,
	}, got[1])
	assert.Equal(t, Sample{Name: "up", Labels: map[string]string{}, Value: 1}, got[2])
	assert.InDelta(t, 7, got[3].Value, 0, "what follows the value is no part of it")
	assert.True(t, math.IsNaN(got[4].Value))

	assert.InDelta(t, 0.503, got.Sum("finops_cost_USD_total", nil), 1e-15)
	assert.InDelta(t, 0.5, got.Sum("finops_cost_USD_total", func(labels map[string]string) bool {
		return labels["finops_meter"] == "output"
	}), 1e-15)
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"no value":           `up`,
		"value is a word":    `up many`,
		"labels not closed":  `up{a="b" 1`,
		"label not quoted":   `up{a=b} 1`,
		"label has no value": `up{a} 1`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(strings.NewReader("good 1\n" + line + "\n"))
			assert.ErrorContains(t, err, "line 2")
		})
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(page))
	}))
	defer server.Close()

	got, err := Fetch(t.Context(), server.URL+"/metrics")
	require.NoError(t, err)
	assert.Len(t, got, 5)

	_, err = Fetch(t.Context(), server.URL+"/")
	assert.ErrorContains(t, err, "404")
}
