package report

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configretry"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/fakeproviders"
)

const secret = "sk-admin-very-secret"

var (
	november = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	noon     = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

// bench is a client in front of a fake provider, with a clock that only sleeping moves.
type bench struct {
	*Client
	server  *fakeproviders.Server
	clock   time.Time
	slept   []time.Duration
	retries int
}

func newBench(t *testing.T, provider string) *bench {
	t.Helper()
	b := &bench{clock: noon}
	api, ok := FindAPI(provider)
	require.True(t, ok)
	b.server = &fakeproviders.Server{Key: secret, Now: func() time.Time { return b.clock }}
	for d := november; d.Before(noon); d = d.Add(day) {
		b.server.Ledger = append(b.server.Ledger,
			fakeproviders.Line{Provider: provider, Day: d, Subaccount: "proj", Model: "gpt-4o", Kind: "input", Amount: "0.123456789012345678", Tokens: 1000, Requests: 3},
			fakeproviders.Line{Provider: provider, Day: d, Model: "gpt-4o", Kind: "cached input", Amount: "1E-7", Tokens: 50},
			fakeproviders.Line{Provider: provider, Day: d, Model: "gpt-4o", Kind: "output", Amount: "12", Tokens: 7})
	}
	srv := httptest.NewServer(b.server)
	t.Cleanup(srv.Close)
	retry := configretry.NewDefaultBackOffConfig()
	retry.RandomizationFactor = 0
	client := srv.Client()
	client.CheckRedirect = NoRedirects
	b.Client = &Client{
		API: api, HTTP: client, Base: srv.URL, Account: "org-1", UserAgent: "test", MaxSize: 1 << 20, Retry: retry,
		Key:     func() (string, error) { return secret, nil },
		Now:     func() time.Time { return b.clock },
		Retried: func(context.Context) { b.retries++ },
		Sleep: func(ctx context.Context, d time.Duration) error {
			b.slept = append(b.slept, d)
			b.clock = b.clock.Add(d)
			return ctx.Err()
		},
	}
	return b
}

func (b *bench) read(t *testing.T) (*Report, error) {
	return b.Read(t.Context(), b.API.Window.Span(november, noon))
}

func TestEveryProviderReadsTheLedger(t *testing.T) {
	for _, provider := range Providers() {
		t.Run(provider, func(t *testing.T) {
			b := newBench(t, provider)
			r, err := b.read(t)
			require.NoError(t, err)
			span := b.API.Window.Span(november, noon)
			var sum money.Amount
			for i := range r.Charges {
				c := &r.Charges[i]
				sum = sum.Add(c.Amount)
				assert.Equal(t, "USD", c.Currency)
				assert.Equal(t, "org-1", c.Account)
				assert.Equal(t, provider, c.Provider)
				assert.Equal(t, day, c.End.Sub(c.Start))
			}
			assert.Equal(t, b.server.Ledger.Total(provider, span.From, span.To), sum)
			var tokens, requests money.Quantity
			for i := range r.Counts {
				if r.Counts[i].Requests {
					requests = requests.Add(r.Counts[i].Quantity)
				} else {
					tokens = tokens.Add(r.Counts[i].Quantity)
				}
			}
			days := int64(len(span.Days()))
			assert.Equal(t, money.Units(1057*days), tokens)
			if provider != "anthropic" { // whose usage report has no number of requests
				assert.Equal(t, money.Units(3*days), requests)
			}
			assert.Zero(t, r.Rounded)
		})
	}
}

func TestOpenAICostsNameModelMeterAndProject(t *testing.T) {
	r, err := newBench(t, "openai").read(t)
	require.NoError(t, err)
	assert.Equal(t, billed.Dimensions{
		Provider: "openai", Account: "org-1", Subaccount: "proj", Model: "gpt-4o", Meter: "input", Line: "gpt-4o, input",
	}, r.Charges[0].Dimensions)
	assert.Equal(t, "cache_read", r.Charges[1].Meter)
}

// What is wrong is said with provider and endpoint, never with the key, and nothing is returned.
func TestBadAnswers(t *testing.T) {
	bucket := func(result string) string {
		return `{"data":[{"start_time":1793491200,"end_time":1793577600,"results":[` + result + `]}],"has_more":false,"next_page":null}`
	}
	for name, tc := range map[string]struct {
		faults []fakeproviders.Fault
		want   string
	}{
		"HTML":                {[]fakeproviders.Fault{fakeproviders.Body("\n<!DOCTYPE html><html>Sign in</html>")}, "HTML, not JSON"},
		"wrong scope":         {[]fakeproviders.Fault{fakeproviders.Status(403, "")}, "api.usage.read"},
		"bad request":         {[]fakeproviders.Fault{fakeproviders.Status(400, "")}, "400"},
		"redirect":            {[]fakeproviders.Fault{fakeproviders.Redirect("https://example.com/")}, "redirects are not followed"},
		"not an object":       {[]fakeproviders.Fault{fakeproviders.Body(`[]`)}, "schema"},
		"no data":             {[]fakeproviders.Fault{fakeproviders.Body(`{"object":"page"}`)}, "data is missing"},
		"no results":          {[]fakeproviders.Fault{fakeproviders.Body(`{"data":[{"start_time":1}]}`)}, "results"},
		"more without cursor": {[]fakeproviders.Fault{fakeproviders.Body(`{"data":[],"has_more":true}`)}, "has_more without next_page"},
		"cursor repeats":      {[]fakeproviders.Fault{fakeproviders.Body(`{"data":[],"has_more":true,"next_page":"a"}`), fakeproviders.Body(`{"data":[],"has_more":true,"next_page":"a"}`)}, "repeats itself"},
		"duplicate page":      {[]fakeproviders.Fault{pass, fakeproviders.FirstPageAgain()}, "came twice"},
		"no amount":           {[]fakeproviders.Fault{fakeproviders.Body(bucket(`{"line_item":"x"}`))}, "amount is missing"},
		"amount not a number": {[]fakeproviders.Fault{fakeproviders.Body(bucket(`{"amount":{"value":true,"currency":"usd"}}`))}, "schema has changed"},
		"amount null":         {[]fakeproviders.Fault{fakeproviders.Body(bucket(`{"amount":{"value":null,"currency":"usd"}}`))}, "amount is missing"},
		"negative amount":     {[]fakeproviders.Fault{fakeproviders.Body(bucket(`{"amount":{"value":-0.5,"currency":"usd"},"line_item":"gpt-4o, input"}`))}, "2026-11-01: gpt-4o, input: negative amount -0.5"},
		"unknown currency":    {[]fakeproviders.Fault{fakeproviders.Body(bucket(`{"amount":{"value":1,"currency":"credits"}}`))}, `currency "credits"`},
		"no currency":         {[]fakeproviders.Fault{fakeproviders.Body(bucket(`{"amount":{"value":1}}`))}, "currency"},
		"not a day":           {[]fakeproviders.Fault{fakeproviders.Body(`{"data":[{"start_time":1793491200,"end_time":1793494800,"results":[]}]}`)}, "not a UTC day"},
		"day not asked for":   {[]fakeproviders.Fault{fakeproviders.Body(`{"data":[{"start_time":1893456000,"end_time":1893542400,"results":[]}]}`)}, "not asked for"},
		"clock ahead":         {[]fakeproviders.Fault{fakeproviders.ClockAt(noon.Add(-time.Hour))}, "clock differs"},
		"clock behind":        {[]fakeproviders.Fault{fakeproviders.ClockAt(noon.Add(time.Hour))}, "clock differs"},
		"two documents":       {[]fakeproviders.Fault{fakeproviders.Body(`{"data":[]} {}`), fakeproviders.Status(404, "")}, "404"},
		"too large":           {[]fakeproviders.Fault{fakeproviders.Body(`"` + string(make([]byte, 2<<20)) + `"`)}, "max_size"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, "openai")
			b.server.Fail(fakeproviders.OpenAICosts, tc.faults...)
			r, err := b.read(t)
			require.ErrorContains(t, err, tc.want)
			assert.Nil(t, r)
			assert.ErrorContains(t, err, "openai /v1/organization/costs: ")
			assert.NotContains(t, err.Error(), secret)
		})
	}
}

func pass(w http.ResponseWriter, r *http.Request, api http.Handler) { api.ServeHTTP(w, r) }

// The address of an API is often written with the version that its paths begin with too.
func TestTheBaseMayHoldWhatThePathsBeginWith(t *testing.T) {
	for base, want := range map[string]string{
		"https://api.openai.com":       "https://api.openai.com/v1/organization/costs",
		"https://api.openai.com/":      "https://api.openai.com/v1/organization/costs",
		"https://api.openai.com/v1":    "https://api.openai.com/v1/organization/costs",
		"https://api.openai.com/v1//":  "https://api.openai.com/v1/organization/costs",
		"https://gateway/openai/v1/":   "https://gateway/openai/v1/organization/costs",
		"https://gateway/openai-v1":    "https://gateway/openai-v1/v1/organization/costs",
		"https://v1":                   "https://v1/v1/organization/costs",
		"https://gateway/v1/openai":    "https://gateway/v1/openai/v1/organization/costs",
		"https://gateway/organization": "https://gateway/organization/v1/organization/costs",
	} {
		assert.Equal(t, want, join(base, "/v1/organization/costs"), base)
	}
	assert.Equal(t, "https://openrouter.ai/api/v1/activity", join("https://openrouter.ai/api/v1", "/api/v1/activity"))
	assert.Equal(t, "https://openrouter.ai/api/v1/activity", join("https://openrouter.ai/api/", "/api/v1/activity"))

	b := newBench(t, "openai")
	b.Base += "/v1/"
	_, err := b.read(t)
	assert.NoError(t, err)
}

func TestTheKeyIsInNoError(t *testing.T) {
	for _, provider := range Providers() {
		b := newBench(t, provider)
		b.server.Key = "another" // the fake repeats the key that it refuses
		_, err := b.read(t)
		require.ErrorContains(t, err, "the key is wrong")
		assert.ErrorContains(t, err, provider)
		assert.NotContains(t, err.Error(), secret)

		b.Base = "http://127.0.0.1:1"
		b.Retry.Enabled = false
		_, err = b.read(t)
		require.ErrorContains(t, err, "no answer")
		assert.NotContains(t, err.Error(), secret)
	}
}

func TestPassingFailuresAreTriedAgain(t *testing.T) {
	b := newBench(t, "openai")
	b.server.Fail(fakeproviders.OpenAICosts,
		fakeproviders.Status(429, "20"),
		fakeproviders.Status(500, ""),
		fakeproviders.BrokenOff(),
		fakeproviders.Body(`{"data": [`),
		fakeproviders.Status(503, noon.Add(3*time.Minute).Format(http.TimeFormat)))
	r, err := b.read(t)
	require.NoError(t, err)
	assert.Len(t, r.Charges, 69)
	assert.Equal(t, 5, b.retries)
	assert.Equal(t, 20*time.Second, b.slept[0], "as the server asked")
	assert.Equal(t, 7500*time.Millisecond, b.slept[1], "the second step of the back-off")
	assert.Equal(t, b.clock, noon.Add(3*time.Minute), "the last wait was until a date")
}

func TestPatienceHasAnEnd(t *testing.T) {
	b := newBench(t, "openai")
	b.server.Fail(fakeproviders.OpenAICosts, fakeproviders.Status(429, "3600"))
	_, err := b.read(t)
	require.ErrorContains(t, err, "429")
	assert.ErrorContains(t, err, "beyond max_elapsed_time of 5m0s")
	assert.Empty(t, b.slept)

	b.server.Fail(fakeproviders.OpenAICosts, fakeproviders.Status(429, ""))
	b.Retry.Enabled = false
	_, err = b.read(t)
	require.ErrorContains(t, err, "429")
	assert.Empty(t, b.slept)
}

func TestTheWindowOfAProvider(t *testing.T) {
	router, _ := FindAPI("openrouter")
	early := time.Date(2026, 11, 23, 0, 29, 0, 0, time.UTC)
	assert.Equal(t, early.Truncate(day).Add(-day), router.Window.Span(november, early).To, "yesterday is not complete yet")
	assert.Equal(t, early.Truncate(day), router.Window.Span(november, early.Add(time.Minute)).To)
	assert.Equal(t, early.Truncate(day).Add(-30*day), router.Window.Span(november.Add(-90*day), noon).From)

	openai, _ := FindAPI("openai")
	assert.Equal(t, Span{november, noon.Truncate(day).Add(day)}, openai.Window.Span(november, noon))
}
