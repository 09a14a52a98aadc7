package genaibillingreceiver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/scraper/scrapererror"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/fakeproviders"
)

var all = []string{"openai", "anthropic", "openrouter", "litellm"}

// month is a ledger in which lines come late, are revised and are taken back.
func month(providers ...string) (lines fakeproviders.Ledger) {
	for i, d := 0, november; d.Before(december); i, d = i+1, d.Add(day) {
		for _, p := range providers {
			line := func(kind, amount string) fakeproviders.Line {
				return fakeproviders.Line{Provider: p, Day: d, Subaccount: "proj", Model: "gpt-4o", Kind: kind, Amount: amount, Tokens: 100, Requests: 1}
			}
			prompt := line("input", fmt.Sprintf("%d.000000000000001", i))
			late := line("output", "0.123456789")
			late.From = d.Add(day + 40*time.Hour)
			wrong, right := line("cached input", "99"), line("cached input", "3.5")
			wrong.Until, right.From = d.Add(day+20*time.Hour), d.Add(day+20*time.Hour)
			lines = append(lines, prompt, late, wrong)
			if i%2 == 0 {
				lines = append(lines, right) // on other days, the line was taken back
			}
		}
	}
	return lines
}

// A month of collections, with failures on the way, ends with what the providers charge, to the last digit.
func TestAMonthEndsWithTheLedgersOfTheProviders(t *testing.T) {
	r := newRig(t, all...)
	r.server.Ledger = month(all...)
	r.server.PageSize = 2
	for at := november.Add(time.Hour); at.Before(december.Add(5 * day)); at = at.Add(6 * time.Hour) {
		switch at.Hour() {
		case 1:
			r.server.Fail(fakeproviders.OpenAICosts, fakeproviders.Status(429, "7"), fakeproviders.BrokenOff())
			r.server.Fail(fakeproviders.AnthropicUsage, fakeproviders.Body("<html>"))
			r.server.Fail(fakeproviders.OpenRouter, fakeproviders.Status(500, ""))
		case 7:
			r.refuse = errors.New("queue is full")
		default:
			r.refuse = nil
		}
		_ = r.collect(at)
	}
	for _, p := range all {
		assert.Equal(t, r.server.Ledger.Total(p, november, december), r.ledger.total(p, november, december), p)
		assert.True(t, r.ledger.days[dayKey{p, december.Add(-day)}].header.Final, "the last day is final")
	}
}

// Only days that are not final are read again.
func TestDaysAreReadUntilTheyAreFinal(t *testing.T) {
	r := newRig(t, "openai")
	require.NoError(t, r.collect(november.Add(10*day)))
	assert.Equal(t, november.Add(7*day), r.sources[0].done.Final, "three days after its end")
	r.server.Ledger = fakeproviders.Ledger{{Provider: "openai", Day: november, Model: "gpt-4o", Kind: "input", Amount: "5"}}
	require.NoError(t, r.collect(november.Add(10*day+time.Hour)))
	assert.Zero(t, r.ledger.total("openai", november, december).Sign(), "a final day does not change")
}

// What one source cannot read neither keeps back the others nor leaves a trace of itself.
func TestSourcesFailOnTheirOwn(t *testing.T) {
	r := newRig(t, "openai", "anthropic")
	r.server.Ledger = month("openai", "anthropic")
	r.server.Fail(fakeproviders.OpenAIUsage, fakeproviders.Body("<html>")) // after the costs were read
	err := r.collect(november.Add(36 * time.Hour))
	require.ErrorContains(t, err, "openai /v1/organization/usage/completions: answer is HTML")
	assert.True(t, scrapererror.IsPartialScrapeError(err))
	assert.Equal(t, 1, r.payload.ResourceMetrics().Len())
	assert.Zero(t, r.sources[0].done.Final)
	assert.NotZero(t, r.sources[1].done.Final)
	require.Len(t, r.host.statuses, 1)
	assert.Equal(t, componentstatus.StatusRecoverableError, r.host.statuses[0].Status())
	assert.ErrorContains(t, r.host.statuses[0].Err(), "answer is HTML")

	require.NoError(t, r.collect(november.Add(37*time.Hour)))
	require.Len(t, r.host.statuses, 2)
	assert.Equal(t, componentstatus.StatusOK, r.host.statuses[1].Status())
	require.NoError(t, r.collect(november.Add(38*time.Hour)))
	assert.Len(t, r.host.statuses, 2, "only changes are told")
}

// Two organizations of one provider have the same endpoints: only the names of the sources tell which of them failed.
func TestErrorsNameTheSource(t *testing.T) {
	r := newRig(t, "openai")
	source := func(name, key string) map[string]any {
		return map[string]any{"provider": "openai", "name": name, "endpoint": r.url, "api_key": key}
	}
	r.boot(map[string]any{"providers": []any{source("org-a", secret), source("org-b", "another")}})
	err := r.collect(november.Add(36 * time.Hour))
	require.ErrorContains(t, err, "org-b: openai /v1/organization/costs: answered 401")
	assert.NotContains(t, err.Error(), "org-a")
}

// A list that the provider does not have keeps nothing back, and is told of when that changes.
func TestListsThatAreAbsentAreTold(t *testing.T) {
	r := newRig(t, "openai")
	r.server.Ledger = month("openai")
	told := func() int { return r.logs.FilterMessageSnippet("does not have all lists").Len() }
	require.NoError(t, r.collect(november.Add(36*time.Hour)))
	assert.Zero(t, told())
	for range 2 {
		r.server.Fail(fakeproviders.OpenAIImages, fakeproviders.Status(404, ""))
		require.NoError(t, r.collect(november.Add(36*time.Hour)))
		assert.Equal(t, 1, told())
	}
	assert.Equal(t, []any{fakeproviders.OpenAIImages}, r.logs.FilterMessageSnippet("does not have all lists").All()[0].ContextMap()["absent"])
	assert.NotZero(t, r.sources[0].done.Final)
	require.NoError(t, r.collect(november.Add(36*time.Hour)))
	r.server.Fail(fakeproviders.OpenAIImages, fakeproviders.Status(403, ""))
	assert.ErrorContains(t, r.collect(november.Add(36*time.Hour)), "usage/images: answered 403")
}

func TestNothingGoesOnWhenNoSourceCanBeRead(t *testing.T) {
	r := newRig(t, "openai")
	r.server.Key = "another"
	err := r.collect(november.Add(36 * time.Hour))
	require.ErrorContains(t, err, "401")
	assert.False(t, scrapererror.IsPartialScrapeError(err))
	assert.Empty(t, r.ledger.days)
	assert.NotContains(t, err.Error(), secret)
	for _, entry := range r.logs.All() {
		assert.NotContains(t, fmt.Sprint(entry.Message, entry.ContextMap()), secret)
	}
}

// A source that waits for its provider does not use up the time of the others.
func TestOneSourceThatHangsKeepsNobodyWaiting(t *testing.T) {
	r := newRig(t, "openai", "anthropic")
	r.server.Ledger = month("openai", "anthropic")
	ctx, cancel := context.WithCancel(t.Context())
	others := make(chan struct{})
	r.server.Fail(fakeproviders.AnthropicUsage, func(w http.ResponseWriter, q *http.Request, api http.Handler) {
		close(others)
		api.ServeHTTP(w, q)
	})
	r.server.Fail(fakeproviders.OpenAICosts, func(_ http.ResponseWriter, q *http.Request, _ http.Handler) {
		<-others
		cancel()
		<-q.Context().Done()
	})
	r.set(november.Add(36 * time.Hour))
	results := r.readAll(ctx, r.time())
	require.ErrorIs(t, results[0].err, context.Canceled)
}

// A collector that was away reads what it missed; what the provider no longer has is said.
func TestDaysThatAreGoneAreSaid(t *testing.T) {
	r := newRig(t, "openrouter")
	require.NoError(t, r.collect(november.Add(36*time.Hour)))
	assert.Zero(t, r.logs.FilterMessageSnippet("no longer has").Len(), "the first time, nothing was missed")
	require.NoError(t, r.collect(december.Add(20*day+time.Hour)))
	warning := r.logs.FilterMessageSnippet("no longer has").All()
	require.Len(t, warning, 1)
	assert.Equal(t, "2026-11-21", warning[0].ContextMap()["before"])
	eachPoint(r.payload, billed.MetricMonthToDate, func(p pmetric.NumberDataPoint) {
		period, _ := p.Attributes().Get(billed.AttrBillingPeriod)
		assert.NotEqual(t, "2026-11", period.Str(), "a month with a gap is not told")
	})
}

func monthToDate(r *rig) map[string]float64 {
	sums := map[string]float64{}
	eachPoint(r.payload, billed.MetricMonthToDate, func(p pmetric.NumberDataPoint) {
		period, _ := p.Attributes().Get(billed.AttrBillingPeriod)
		sums[period.Str()] += p.DoubleValue()
	})
	return sums
}

func TestMonthToDateIsTheSumOfItsDays(t *testing.T) {
	r := newRig(t, "openai")
	r.server.Ledger = month("openai")
	require.NoError(t, r.collect(november.Add(10*day)))
	require.NoError(t, r.collect(november.Add(20*day)))
	assert.Equal(t, r.ledger.total("openai", november, december).Float64(), monthToDate(r)["2026-11"])
	require.NoError(t, r.collect(december.Add(2*day)))
	assert.Equal(t, r.ledger.total("openai", november, december).Float64(), monthToDate(r)["2026-11"], "last month, until it is final")
}

// A checkpoint survives a restart, and stands only for what the pipeline took.
func TestCheckpointIsOfWhatWasAccepted(t *testing.T) {
	id := component.MustNewID("file_storage")
	factory := filestorage.NewFactory()
	cfg := factory.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory = t.TempDir()
	set := extensiontest.NewNopSettings(factory.Type())
	set.ID = id
	ext, err := factory.Create(t.Context(), set, cfg)
	require.NoError(t, err)
	require.NoError(t, ext.Start(t.Context(), newHost()))
	t.Cleanup(func() { _ = ext.Shutdown(context.Background()) })

	r := newRig(t, "openai")
	r.server.Ledger = month("openai")
	r.host.extensions = map[component.ID]component.Component{id: ext}
	raw := map[string]any{"storage": id.String(), "providers": []any{map[string]any{"provider": "openai", "endpoint": r.url, "api_key": secret}}}
	r.boot(raw)
	r.refuse = errors.New("no")
	require.NoError(t, r.collect(november.Add(20*day)))
	require.NoError(t, r.shutdown(t.Context()))

	r.boot(raw)
	assert.Zero(t, r.sources[0].done.Final, "what was refused is read again")
	r.refuse = nil
	require.NoError(t, r.collect(november.Add(20*day)))
	before := monthToDate(r)
	require.NoError(t, r.shutdown(t.Context()))

	r.boot(raw)
	assert.Equal(t, november.Add(17*day), r.sources[0].done.Final)
	require.NoError(t, r.collect(november.Add(20*day+time.Hour)))
	assert.Equal(t, before["2026-11"], monthToDate(r)["2026-11"], "days before the restart count on")
}

func TestStorageMustBeThere(t *testing.T) {
	r := newRig(t, "openai")
	missing := component.MustNewID("file_storage")
	r.cfg.Storage = &missing
	assert.ErrorContains(t, r.start(t.Context(), r.host), "is not configured")
	r.host.extensions = map[component.ID]component.Component{missing: nil}
	assert.ErrorContains(t, r.start(t.Context(), r.host), "stores nothing")
}

// The key is read from its file each time: a new one needs no restart.
func TestKeyFile(t *testing.T) {
	r := newRig(t, "openai")
	file := filepath.Join(t.TempDir(), "key")
	s := r.sources[0]
	s.cfg.APIKey, s.cfg.APIKeyFile = "", file
	for _, tc := range []struct{ content, want string }{
		{"", "is empty"},
		{"a\nb\n", "more than one line"},
		{"wrong\n", "401"},
		{secret + "\n", ""},
	} {
		require.NoError(t, os.WriteFile(file, []byte(tc.content), 0o600))
		err := r.collect(november.Add(36 * time.Hour))
		if tc.want == "" {
			require.NoError(t, err)
			continue
		}
		assert.ErrorContains(t, err, tc.want)
	}
	require.NoError(t, os.Remove(file))
	assert.ErrorContains(t, r.collect(november.Add(36*time.Hour)), "api_key_file")
}

// The clouds' files come in by the same way; our own estimates among them do not.
func TestFOCUSFiles(t *testing.T) {
	r := newRig(t, "openai")
	dir := t.TempDir()
	header := "BilledCost,BillingAccountId,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ServiceCategory,ServiceName,SkuId,ConsumedQuantity,ConsumedUnit,ProviderName,x_CostSource\n"
	row := func(cost, category, serviceCategory, service, source string) string {
		return cost + ",123,USD," + category + ",2026-11-02T05:00:00Z,2026-11-02T06:00:00Z," + serviceCategory + "," + service + ",sku,10,Tokens,AWS," + source + "\n"
	}
	content := header + row("1.25", "Usage", "AI and Machine Learning", "Amazon Bedrock", "") +
		row("-0.25", "Credit", "AI and Machine Learning", "Amazon Bedrock", "") +
		row("9", "Usage", "Compute", "Amazon EC2", "") +
		row("7", "Usage", "AI and Machine Learning", "Amazon Bedrock", "estimate")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.csv"), []byte(content), 0o600))
	// What another collector's provider counted lies beside what it billed.
	counted := "ChargePeriodStart,ChargePeriodEnd,ServiceCategory,ServiceName,ConsumedQuantity,ConsumedUnit,x_SnapshotTime\n" +
		"2026-11-02T00:00:00Z,2026-11-03T00:00:00Z,AI and Machine Learning,Amazon Bedrock,10,Tokens,2026-11-04T00:00:00Z\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "counted.csv"), []byte(counted), 0o600))
	r.boot(map[string]any{"providers": []any{map[string]any{"provider": "focus", "name": "aws", "url": dir, "provider_name": "aws.bedrock"}}})
	require.NoError(t, r.collect(november.Add(5*day)))
	rows := r.ledger.days[dayKey{"aws", november.Add(day)}].rows
	require.Len(t, rows, 2)
	assert.Equal(t, "1.25", rows[0].Amount.String())
	assert.Equal(t, "aws.bedrock", rows[0].Provider)
	assert.Equal(t, "123", rows[0].Account)
	assert.Equal(t, "10", rows[0].Quantity.String())
	assert.Equal(t, billed.Credit, rows[1].Category)

	r.boot(map[string]any{"providers": []any{map[string]any{"provider": "focus", "name": "ec2", "url": dir, "services": []any{"Amazon EC2"}}}})
	require.NoError(t, r.collect(november.Add(5*day)))
	assert.Equal(t, "9", r.ledger.total("ec2", november, december).String())

	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.csv"), []byte("BilledCost\nx\n"), 0o600))
	assert.ErrorContains(t, r.collect(november.Add(6*day)), "b.csv:2: BilledCost")
}
