// Package checkpoint keeps the state of a connector in a storage extension.
//
// One key holds the header, one key each group of series, one key the record IDs that one flush
// added to one generation of the replay window, one key each page of metric streams. A flush
// writes what changed, in one batch: series, window and streams can never disagree about a record.
package checkpoint

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/series"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/usagemetrics"
	"github.com/otelcol-finops/otelcol-finops/internal/replay"
)

const headerKey = "header"

func groupKey(slot uint64) string { return "group/" + strconv.FormatUint(slot, 10) }

// Checkpoint writes the changes of one store. It is not safe for concurrent use.
type Checkpoint struct {
	client storage.Client
	header header
	// written is the header as it is in the storage.
	written string
}

// Open restores store from what client holds, if it holds anything. Schema says what the
// state depends on; series that were counted under another schema are dropped, and the
// replay window and the identity kept.
func Open(ctx context.Context, client storage.Client, schema string, store *series.Store, logger *zap.Logger) (*Checkpoint, error) {
	raw, err := client.Get(ctx, headerKey)
	if err != nil {
		return nil, fmt.Errorf("reading the header: %w", err)
	}
	c := &Checkpoint{client: client}
	if raw == nil {
		c.header = header{instance: uuid.NewString(), schema: schema, journal: &replay.Journal{}}
		return c, nil
	}
	if c.header, err = parseHeader(raw); err != nil {
		return nil, err
	}
	c.written = string(raw)
	if err := c.restoreSeen(ctx, store, logger); err != nil {
		return nil, err
	}
	if c.header.schema == schema {
		if err := c.restoreGroups(ctx, store, logger); err != nil {
			return nil, err
		}
		return c, nil
	}
	logger.Info("dimensions, buckets or temporality have changed; series start again at zero",
		zap.String("was", c.header.schema), zap.String("is", schema))
	c.header.schema = schema
	if err := c.dropGroups(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

func streamsKey(page uint64) string { return "streams/" + strconv.FormatUint(page, 10) }

// RestoreStreams restores the metric streams. They do not depend on the schema of the series.
func (c *Checkpoint) RestoreStreams(ctx context.Context, tracker *usagemetrics.Tracker, logger *zap.Logger) error {
	var found usagemetrics.Restored
	err := c.readPages(ctx, usagemetrics.PageCount, streamsKey, func(page uint64, state []byte) {
		if err := found.Add(page, state); err != nil {
			logger.Error("metric streams dropped because their persisted state cannot be read; each starts again at its next point",
				zap.String("key", streamsKey(page)), zap.Error(err))
		}
	})
	if err == nil {
		tracker.Restore(&found)
	}
	return err
}

// Instance identifies the state, across restarts.
func (c *Checkpoint) Instance() string { return c.header.instance }

// pageSize bounds the operations of one read.
const pageSize = 1024

func (c *Checkpoint) restoreGroups(ctx context.Context, store *series.Store, logger *zap.Logger) error {
	err := c.readPages(ctx, c.header.nextSlot, groupKey, func(slot uint64, state []byte) {
		if err := store.Restore(slot, state); err != nil {
			logger.Error("series dropped because their persisted state cannot be read",
				zap.String("key", groupKey(slot)), zap.Error(err))
		}
	})
	store.RestoreNext(c.header.nextSlot)
	return err
}

// readPages reads the values of key(0) up to key(n-1) that exist.
func (c *Checkpoint) readPages(ctx context.Context, n uint64, key func(uint64) string, each func(uint64, []byte)) error {
	for from := uint64(0); from < n; from += pageSize {
		to := min(from+pageSize, n)
		ops := make([]*storage.Operation, 0, to-from)
		for i := from; i < to; i++ {
			ops = append(ops, storage.GetOperation(key(i)))
		}
		if err := c.client.Batch(ctx, ops...); err != nil {
			return fmt.Errorf("reading %s to %s: %w", key(from), key(to-1), err)
		}
		for i, op := range ops {
			if op.Value != nil {
				each(from+uint64(i), op.Value)
			}
		}
	}
	return nil
}

func (c *Checkpoint) dropGroups(ctx context.Context) error {
	ops := make([]*storage.Operation, 0, c.header.nextSlot+1)
	for slot := range c.header.nextSlot {
		ops = append(ops, storage.DeleteOperation(groupKey(slot)))
	}
	c.header.nextSlot = 0
	raw := c.header.encode()
	if err := c.client.Batch(ctx, append(ops, storage.SetOperation(headerKey, raw))...); err != nil {
		return fmt.Errorf("dropping series of an earlier configuration: %w", err)
	}
	c.written = string(raw)
	return nil
}

func (c *Checkpoint) restoreSeen(ctx context.Context, store *series.Store, logger *zap.Logger) error {
	damaged := func(key string, err error) {
		logger.Error("part of the replay window dropped because it cannot be read", zap.String("key", key), zap.Error(err))
	}
	return c.header.journal.Restore(ctx, c.client, store.RestoreSeen, damaged)
}

// Save writes changes and returns how many bytes they took. After an error nothing of them is
// written; the caller brings the slots again, the IDs are kept here.
func (c *Checkpoint) Save(ctx context.Context, changes *series.Changes) (size int, err error) {
	next := c.header
	var ops []*storage.Operation
	next.journal, ops = c.header.journal.Stage(changes.Seen, changes.OldestSeen)
	for _, s := range changes.Slots {
		if s.State == nil {
			ops = append(ops, storage.DeleteOperation(groupKey(s.Slot)))
		} else {
			ops = append(ops, storage.SetOperation(groupKey(s.Slot), s.State))
		}
	}
	for _, p := range changes.Streams {
		if p.State == nil {
			ops = append(ops, storage.DeleteOperation(streamsKey(p.Number)))
		} else {
			ops = append(ops, storage.SetOperation(streamsKey(p.Number), p.State))
		}
	}
	next.nextSlot = changes.NextSlot
	raw := next.encode()
	if len(ops) == 0 && string(raw) == c.written {
		return 0, nil
	}
	ops = append(ops, storage.SetOperation(headerKey, raw))
	if err := c.client.Batch(ctx, ops...); err != nil {
		c.header.journal.Retain(changes.Seen, changes.OldestSeen)
		return 0, err
	}
	c.header, c.written = next, string(raw)
	for _, op := range ops {
		size += len(op.Key) + len(op.Value)
	}
	return size, nil
}

// Close releases the storage client.
func (c *Checkpoint) Close(ctx context.Context) error { return c.client.Close(ctx) }
