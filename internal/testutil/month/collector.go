//go:build unix

package month

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
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

// Files below the directory of a scenario. The command and the collector are told the company's own prices alike.
const (
	configFile   = "collector.yaml"
	overlayFile  = "overlay.yaml"
	pricesFile   = "prices.yaml"
	accountsFile = "accounts.csv"
)

// write has the collector meter and bill the month into FOCUS files below the directory, and returns it when it has ended.
func (s *simulation) write(ctx context.Context, binary, directory string) (*otelcol.Process, error) {
	server := &fakeproviders.Server{Ledger: s.ledger(), Key: key, PageSize: 5, Now: time.Now}
	for _, path := range []string{fakeproviders.OpenAICosts, fakeproviders.OpenAIUsage, fakeproviders.AnthropicCosts, fakeproviders.AnthropicUsage} {
		server.Fail(path, badDay()...)
	}
	api := httptest.NewServer(server)
	defer api.Close()
	addresses, err := otelcol.FreeAddresses(ctx, 1)
	if err != nil {
		return nil, err
	}
	process, err := s.start(ctx, binary, directory, addresses[0], api.URL)
	if err != nil {
		return nil, err
	}
	if err = s.feed(ctx, addresses[0]); err == nil {
		err = s.awaitBills(ctx, directory)
	}
	// Metered files are complete when the collector has ended.
	if err = cmp.Or(err, process.Stop(stopTimeout)); err != nil {
		return nil, fmt.Errorf("%w; the collector's log:\n%s", err, process.Log())
	}
	return process, nil
}

// badDay is what a provider's API is like when it is busy.
func badDay() []fakeproviders.Fault {
	return []fakeproviders.Fault{
		fakeproviders.Status(429, "0"), fakeproviders.None(), fakeproviders.Status(500, ""), fakeproviders.BrokenOff(), fakeproviders.None(),
		fakeproviders.Status(429, "1"), fakeproviders.None(), fakeproviders.Status(503, ""),
	}
}

func (s *simulation) start(ctx context.Context, binary, directory, otlp, api string) (*otelcol.Process, error) {
	if err := s.configure(directory); err != nil {
		return nil, err
	}
	lookBack := time.Since(s.first).Truncate(time.Hour) + day
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return otelcol.StartMerged(ctx, binary, []string{filepath.Join(directory, configFile), filepath.Join(directory, overlayFile)},
		"MONTH_DIRECTORY="+directory, "MONTH_OTLP="+otlp, "MONTH_PROVIDERS="+api, "MONTH_KEY="+key, "MONTH_LOOK_BACK="+lookBack.String())
}

// configure writes the files. JSON is YAML.
func (s *simulation) configure(directory string) error {
	own := map[string]any{"overrides": s.overrides()}
	prices, err1 := json.Marshal(own)
	overlay, err2 := json.Marshal(map[string]any{"extensions": map[string]any{"gen_ai_pricing": own}})
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	for name, text := range map[string][]byte{configFile: config, overlayFile: overlay, pricesFile: prices, accountsFile: accountsTable()} {
		if err := os.WriteFile(filepath.Join(directory, name), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// overrides are prices that the company has set itself.
func (s *simulation) overrides() []map[string]any {
	overrides := []map[string]any{}
	for _, f := range s.faults {
		if f.override != nil {
			overrides = append(overrides, map[string]any{
				"provider": f.Provider, "model": f.override.model, "rates": f.override.rates,
				"from": s.first.AddDate(0, 0, f.from-1).Format(time.DateOnly),
			})
		}
	}
	return overrides
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
