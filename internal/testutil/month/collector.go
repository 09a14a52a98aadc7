//go:build unix

package month

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/fakeproviders"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/otelcol"
)

// Time that a step may take on a busy machine.
const (
	startTimeout = 2 * time.Minute
	writeTimeout = 3 * time.Minute
	stopTimeout  = time.Minute
)

//go:embed collector.yaml
var config []byte

const key = "sk-admin-of-the-company"

// write has the collector meter and bill the month into FOCUS files below the directory, and returns its log.
func (s *simulation) write(ctx context.Context, binary, directory string) (log string, err error) {
	server := &fakeproviders.Server{Ledger: s.ledger(), Key: key, PageSize: 5, Now: time.Now}
	for _, path := range []string{fakeproviders.OpenAICosts, fakeproviders.OpenAIUsage, fakeproviders.AnthropicCosts, fakeproviders.AnthropicUsage} {
		server.Fail(path, badDay()...)
	}
	api := httptest.NewServer(server)
	defer api.Close()
	addresses, err := otelcol.FreeAddresses(ctx, 1)
	if err != nil {
		return "", err
	}
	process, err := s.start(ctx, binary, directory, addresses[0], api.URL)
	if err != nil {
		return "", err
	}
	err = s.feed(ctx, addresses[0])
	if err == nil {
		err = s.awaitBills(ctx, directory)
	}
	// Metered files are complete when the collector has ended.
	return process.Log(), cmp.Or(err, process.Stop(stopTimeout))
}

// badDay is what a provider's API is like when it is busy.
func badDay() []fakeproviders.Fault {
	return []fakeproviders.Fault{
		fakeproviders.Status(429, "0"), fakeproviders.None(), fakeproviders.Status(500, ""), fakeproviders.BrokenOff(), fakeproviders.None(),
		fakeproviders.Status(429, "1"), fakeproviders.None(), fakeproviders.Status(503, ""),
	}
}

func (s *simulation) start(ctx context.Context, binary, directory, otlp, api string) (*otelcol.Process, error) {
	overlay, err := s.overlay()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"collector.yaml": config, "faults.yaml": overlay, "accounts.csv": accountsTable()}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(directory, name), text, 0o600); err != nil {
			return nil, err
		}
	}
	lookBack := time.Since(s.first).Truncate(time.Hour) + day
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return otelcol.StartMerged(ctx, binary, []string{filepath.Join(directory, "collector.yaml"), filepath.Join(directory, "faults.yaml")},
		"MONTH_DIRECTORY="+directory, "MONTH_OTLP="+otlp, "MONTH_PROVIDERS="+api, "MONTH_KEY="+key, "MONTH_LOOK_BACK="+lookBack.String())
}

// overlay is merged over the configuration. JSON is YAML.
func (s *simulation) overlay() ([]byte, error) {
	overrides := []map[string]any{}
	for _, f := range s.faults {
		if f.override != nil {
			overrides = append(overrides, map[string]any{
				"provider": f.Provider, "model": f.override.model, "rates": f.override.rates,
				"from": s.first.AddDate(0, 0, f.from-1).Format(time.DateOnly),
			})
		}
	}
	return json.Marshal(map[string]any{"extensions": map[string]any{"gen_ai_pricing": map[string]any{"overrides": overrides}}})
}

// accountsTable says which project pays for which service.
func accountsTable() []byte {
	table := []byte("provider,service,key_id,endpoint,account,subaccount\n")
	for i := range services {
		s := &services[i]
		table = fmt.Appendf(table, "%s,%s,,,%s,%s\n", s.provider, s.name, accounts[s.provider], s.project)
	}
	return table
}

func (s *simulation) feed(ctx context.Context, otlp string) error {
	requests, err := s.requests()
	if err != nil {
		return err
	}
	for _, request := range requests {
		if err := otelcol.PostTraces(ctx, otlp, request); err != nil {
			return err
		}
	}
	return nil
}

// awaitBills waits until the reports of all days are there.
func (s *simulation) awaitBills(ctx context.Context, directory string) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	for {
		missing := s.missingBills(directory)
		if len(missing) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %d reports are missing: %s", ctx.Err(), len(missing), strings.Join(missing[:min(len(missing), 3)], ", "))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (s *simulation) missingBills(directory string) (missing []string) {
	for _, d := range s.days() {
		for provider := range accounts {
			for _, dataset := range []string{"billed", "billed_usage"} {
				path := filepath.Join(directory, "focus", dataset, d.Format("billing_period=2006-01"), d.Format("day=2006-01-02"), provider+".parquet")
				if _, err := os.Stat(path); err != nil {
					missing = append(missing, path)
				}
			}
		}
	}
	slices.Sort(missing)
	return missing
}
