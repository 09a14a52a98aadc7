package report

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// pagedLiteLLM is a proxy that has its spend by pages only: on the first of November two of them, later none.
func pagedLiteLLM(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	const form = `{"date":"2026-11-01","metrics":{"spend":%[1]s},"breakdown":{"models":{"gpt-4o":{"metrics":{"spend":%[1]s,"api_requests":2}}}}}`
	answers := map[string]string{
		"2026-11-01 ":  fmt.Sprintf(`{"results":[`+form+`],"metadata":{"page":1,"total_pages":2,"has_more":true}}`, "1.5"),
		"2026-11-01 2": fmt.Sprintf(`{"results":[`+form+`],"metadata":{"page":2,"total_pages":2,"has_more":false}}`, "0.25"),
		"2026-11-02 ":  `{"results":[]}`,
	}
	answer, ok := answers[q.Get("start_date")+" "+q.Get("page")]
	if r.URL.Path != "/user/daily/activity" || q.Get("page_size") != "1000" || !ok {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write([]byte(answer))
}

func readLiteLLM(t *testing.T, handler http.HandlerFunc) (*Report, error) {
	t.Helper()
	b := newBench(t, "litellm")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil // that of this machine is not that of the test
		handler(w, r)
	}))
	t.Cleanup(srv.Close)
	b.Base = srv.URL
	return b.Read(t.Context(), Span{november, november.Add(2 * day)})
}

// Proxies that do not have a day in one answer have it in pages, each of which is a part of the day.
func TestLiteLLMPagesAddUpToTheDay(t *testing.T) {
	r, err := readLiteLLM(t, pagedLiteLLM)
	require.NoError(t, err)
	require.Len(t, r.Charges, 2)
	assert.Equal(t, dollars(t, "1.75"), r.Charges[0].Amount.Add(r.Charges[1].Amount))
	assert.Equal(t, money.Units(4), r.Counts[0].Quantity.Add(r.Counts[1].Quantity))
	assert.Empty(t, r.Absent)
}

func TestLiteLLMPagesThatRepeat(t *testing.T) {
	const oneDay = `{"date":"DAY","metrics":{"spend":1}}`
	for name, tc := range map[string]struct{ answer, want string }{
		"the first again": {`{"results":[` + oneDay + `],"metadata":{"page":1,"has_more":true}}`, "came twice"},
		"without days":    {`{"results":[],"metadata":{"page":1,"has_more":true}}`, "repeats itself"},
		"a later one":     {`{"results":[` + oneDay + `],"metadata":{"page":2,"has_more":true}}`, "repeats itself"},
		"without numbers": {`{"results":[],"metadata":{"has_more":true}}`, "has_more without page"},
		"a day in it":     {`{"results":[` + oneDay + `,` + oneDay + `],"metadata":{"page":2}}`, "came twice"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := readLiteLLM(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/user/daily/activity" {
					http.NotFound(w, r)
					return
				}
				_, _ = w.Write([]byte(strings.ReplaceAll(tc.answer, "DAY", r.URL.Query().Get("start_date"))))
			})
			assert.Nil(t, r)
			require.ErrorContains(t, err, tc.want)
			assert.ErrorContains(t, err, "litellm /user/daily/activity: ")
		})
	}
}

func TestLiteLLMWithoutAnyListIsAnError(t *testing.T) {
	_, err := readLiteLLM(t, http.NotFound)
	assert.EqualError(t, err, "litellm /user/daily/activity: answered 404 Not Found: the API has no such list")
}

func FuzzLiteLLMPage(f *testing.F) {
	fuzz(f, decodeLiteLLMPage, `{"results":[{"date":"2026-11-01","metrics":{"spend":1}}],"metadata":{"page":2,"has_more":true}}`)
}
