package genaibillingreceiver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	_ "github.com/otelcol-finops/otelcol-finops/internal/blobs/cloud" // s3, gs, azblob
	"github.com/otelcol-finops/otelcol-finops/receiver/genaibillingreceiver/internal/report"
)

// source reads the report of one entry of the configuration.
type source struct {
	cfg    *ProviderConfig
	window report.Window
	reader report.Reader
	// done is the checkpoint of what was accepted last.
	done checkpoint
	// accepted is when that was.
	accepted time.Time
	// absent are the lists that were missing from the last report.
	absent []string
}

// reading is what a source has read and nobody has accepted yet.
type reading struct {
	source    *source
	snapshots []billed.Snapshot
	next      checkpoint
	rounded   int
	absent    []string
	// skipped are days that should have been read and that the report no longer has.
	skipped report.Span
}

// connect makes the client; the extensions that it uses exist from Start on only.
func (s *source) connect(ctx context.Context, host component.Host, b *billing) error {
	if s.cfg.Provider == focusFiles {
		s.reader = &report.Files{URL: s.cfg.URL, Services: s.cfg.Services, Provider: s.cfg.ProviderName, Account: s.cfg.Account}
		return nil
	}
	client, err := s.cfg.Client.ToClient(ctx, host.GetExtensions(), b.set.TelemetrySettings)
	if err != nil {
		return fmt.Errorf("providers: %s: %w", s.cfg.Name, err)
	}
	client.CheckRedirect = report.NoRedirects
	api, _ := report.FindAPI(s.cfg.Provider)
	s.window = api.Window
	s.reader = &report.Client{
		API: api, HTTP: client, Base: s.cfg.Client.Endpoint, Account: s.cfg.Account, MaxSize: s.cfg.MaxSize,
		UserAgent: userAgent(b.set.BuildInfo), Key: s.key, Retry: s.cfg.Retry, Now: b.now, Sleep: b.sleep,
		Retried: func(ctx context.Context) { b.telemetry.retried(ctx, s.cfg.Name) },
	}
	return nil
}

func (s *source) disconnect() {
	if c, ok := s.reader.(*report.Client); ok {
		c.HTTP.CloseIdleConnections()
	}
}

func userAgent(info component.BuildInfo) string {
	return fmt.Sprintf("otelcol-finops/%s (https://github.com/otelcol-finops/otelcol-finops)", info.Version)
}

// key returns the admin key as it is now.
func (s *source) key() (string, error) {
	if s.cfg.APIKeyFile == "" {
		return string(s.cfg.APIKey), nil
	}
	data, err := os.ReadFile(s.cfg.APIKeyFile)
	if err != nil {
		return "", fmt.Errorf("api_key_file: %w", err)
	}
	key := strings.TrimSpace(string(data))
	if key == "" {
		return "", fmt.Errorf("api_key_file: %s is empty", s.cfg.APIKeyFile)
	}
	if strings.ContainsAny(key, "\r\n") {
		return "", errors.New("api_key_file: holds more than one line; it must hold the key alone")
	}
	return key, nil
}

// read reads the days that are not final, up to now.
func (s *source) read(ctx context.Context, now time.Time, cfg *Config) (*reading, error) {
	done, span := s.done, s.window.Span(s.done.Final, now)
	r := &reading{source: s}
	switch from := done.Final; {
	case from.IsZero():
		span = s.window.Span(now.UTC().Add(-cfg.InitialLookBack).Truncate(day), now)
	case from.Before(span.From):
		r.skipped = report.Span{From: from, To: span.From}
		done.Since = time.Time{} // months before the gap are no longer whole
	}
	if !span.From.Before(span.To) {
		r.next = done
		return r, nil
	}
	got, err := s.reader.Read(ctx, span)
	if err != nil {
		return nil, s.named(err)
	}
	r.rounded, r.absent = got.Rounded, got.Absent
	r.snapshots = s.split(got, span, now, cfg.LookBack)
	r.next = done.after(r.snapshots, monthOf(now).AddDate(0, -1, 0))
	return r, nil
}

// named says which source failed where the provider alone does not: several may read the same API.
func (s *source) named(err error) error {
	if s.cfg.Name == s.cfg.Provider {
		return err
	}
	return fmt.Errorf("%s: %w", s.cfg.Name, err)
}

// split makes a snapshot of each day, those without charges too.
func (s *source) split(got *report.Report, span report.Span, now time.Time, lookBack time.Duration) []billed.Snapshot {
	days := span.Days()
	snapshots := make([]billed.Snapshot, len(days))
	for i, d := range days {
		snapshots[i].Header = billed.Header{
			Source: s.cfg.Name, Provider: s.provider(), Account: s.cfg.Account, Day: d, ReadTime: now,
			Final: !d.Add(day + lookBack).After(now),
		}
	}
	place := func(start time.Time) *billed.Snapshot { return &snapshots[int(start.Sub(span.From)/day)] }
	for i := range got.Charges {
		d := place(got.Charges[i].Start)
		d.Charges = append(d.Charges, got.Charges[i])
	}
	for i := range got.Counts {
		d := place(got.Counts[i].Start)
		d.Counts = append(d.Counts, got.Counts[i])
	}
	return snapshots
}

// provider is what a day without charges is of.
func (s *source) provider() string {
	if s.cfg.Provider == focusFiles {
		return s.cfg.ProviderName
	}
	return s.cfg.Provider
}

func monthOf(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}
