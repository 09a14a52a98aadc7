package focusexporter

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/billing"
	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/publish"
	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// What became of a snapshot of a provider's report.
const (
	snapshotWritten    = "written"
	snapshotSuperseded = "superseded"
	snapshotRefused    = "refused"
)

// maxDays bounds the days whose time of reading is kept in memory; with a storage, it has the others.
const maxDays = 4096

// billedDays remembers when the report was read that the files of a day have, so that one that comes late does not replace a later one.
type billedDays struct {
	client storage.Client // nil without storage

	mu   sync.Mutex
	read *lru.Cache[string, time.Time]
}

func newBilledDays(client storage.Client) *billedDays {
	read, _ := lru.New[string, time.Time](maxDays) // an error only of a size that is not positive
	return &billedDays{client: client, read: read}
}

func (*billedDays) key(s *billed.Snapshot) string {
	return "billed/" + s.Day.Format(time.DateOnly) + "/" + s.Source
}

// latest returns the time of reading of the day's files, zero if there are none.
func (d *billedDays) latest(ctx context.Context, s *billed.Snapshot) (at time.Time, err error) {
	at, known := d.read.Get(d.key(s))
	if known || d.client == nil {
		return at, nil
	}
	raw, err := d.client.Get(ctx, d.key(s))
	if err != nil || raw == nil {
		return time.Time{}, err
	}
	err = at.UnmarshalBinary(raw)
	return at, err
}

func (d *billedDays) set(ctx context.Context, s *billed.Snapshot) error {
	d.read.Add(d.key(s), s.ReadTime)
	if d.client == nil {
		return nil
	}
	raw, err := s.ReadTime.MarshalBinary()
	if err != nil {
		return err
	}
	return d.client.Set(ctx, d.key(s), raw)
}

// consumeMetrics writes the days that md has whole, each to its files, and returns when they are there. Metrics that are no part of a
// report are passed over.
func (i *instance) consumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	s := i.state
	snapshots, refused := billing.Assemble(md)
	if refused != nil {
		s.telemetry.snapshot(ctx, snapshotRefused)
	}
	for n := range snapshots {
		if err := s.writeDay(ctx, &snapshots[n]); err != nil {
			return errors.Join(err, refused) // what was written is written again, and the same
		}
	}
	if refused != nil {
		return consumererror.NewPermanent(refused)
	}
	return nil
}

// writeDay replaces the files of a day, one day at a time. What was counted comes first: whoever finds charges read at a time, and takes the day
// for complete since, finds counts that are at least as new. A day that fails in between is sent again, and written the same.
func (s *state) writeDay(ctx context.Context, day *billed.Snapshot) error {
	s.billed.mu.Lock()
	defer s.billed.mu.Unlock()
	latest, err := s.billed.latest(ctx, day)
	if err != nil {
		return fmt.Errorf("storage %s: %w", s.cfg.storageName(), err)
	}
	if day.ReadTime.Before(latest) {
		s.telemetry.snapshot(ctx, snapshotSuperseded)
		return nil
	}
	counts := billing.UsageRows(day, s.routes)
	if len(counts) > 0 || s.publisher.writer.MayHave(ctx, s.nameOf(focus.BilledUsage, day)) {
		if err := s.writeRows(ctx, focus.BilledUsage, day, counts); err != nil {
			return err
		}
	}
	if err := s.writeRows(ctx, focus.Billed, day, billing.Rows(day, s.routes)); err != nil {
		return err
	}
	s.telemetry.snapshot(ctx, snapshotWritten)
	if err := s.billed.set(ctx, day); err != nil {
		return fmt.Errorf("storage %s: %w", s.cfg.storageName(), err)
	}
	return nil
}

func (s *state) nameOf(dataset focus.Dataset, day *billed.Snapshot) string {
	return publish.Partition(dataset, day.Day) + "/" + url.PathEscape(day.Source) + s.cfg.fileOptions().Format.Extension()
}

// writeRows replaces the file that a dataset has of a day. Without rows the file says that there was nothing.
func (s *state) writeRows(ctx context.Context, dataset focus.Dataset, day *billed.Snapshot, rows []focus.Row) error {
	if err := s.publisher.writer.Write(ctx, dataset, s.nameOf(dataset, day), rows); err != nil {
		s.telemetry.Failed(ctx, dataset)
		return fmt.Errorf("url %s: %w", s.cfg.redactedURL(), err)
	}
	s.telemetry.Written(ctx, dataset)
	return nil
}
