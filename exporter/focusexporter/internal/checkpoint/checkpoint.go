package checkpoint

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/book"
	"github.com/otelcol-finops/otelcol-finops/internal/replay"
)

const headerKey = "header"

// Checkpoint writes the changes of one store. It is not safe for concurrent use.
type Checkpoint struct {
	client storage.Client
	store  *book.Store
	header header
	// written is the header as it is in the storage.
	written string
}

// Open restores store from what client holds, if it holds anything. State that cannot be read is an error: to go on
// without it would publish files with less than they had.
func Open(ctx context.Context, client storage.Client, store *book.Store, logger *zap.Logger) (*Checkpoint, error) {
	c := &Checkpoint{client: client, store: store}
	raw, err := client.Get(ctx, headerKey)
	if err != nil {
		return nil, fmt.Errorf("reading the header: %w", err)
	}
	if raw == nil {
		c.header = header{writer: NewWriter(), journal: &replay.Journal{}}
		return c, nil
	}
	if c.header, err = parseHeader(raw); err != nil {
		return nil, err
	}
	c.written = string(raw)
	store.RestoreNext(c.header.next, c.header.begun)
	get := func(key string) ([]byte, error) { return client.Get(ctx, key) }
	for _, sequence := range c.header.books {
		if err := store.Restore(sequence, get); err != nil {
			return nil, fmt.Errorf("%w; move the storage's files away to start from zero, and keep them: they hold charges that no file has yet", err)
		}
	}
	return c, store.RestoreWindow(func(w *replay.Window) error {
		return c.header.journal.Restore(ctx, client, w.Restore, func(key string, err error) {
			logger.Error("part of the replay window dropped because it cannot be read", zap.String("key", key), zap.Error(err))
		})
	})
}

// NewWriter returns an identity that no other writer has.
func NewWriter() string { return uuid.NewString() }

// Writer identifies the state, across restarts.
func (c *Checkpoint) Writer() string { return c.header.writer }

// Save writes what has changed and returns how many bytes that took. After an error nothing is written, as far
// as the storage can tell, and the next Save writes it.
func (c *Checkpoint) Save(ctx context.Context) (size int, err error) {
	changes := c.store.Drain()
	if changes.IsEmpty() && !c.header.journal.HasBacklog() {
		return 0, nil
	}
	next := header{writer: c.header.writer, next: changes.Next, begun: changes.Begun, books: changes.Books}
	var ops []*storage.Operation
	next.journal, ops = c.header.journal.Stage(changes.Seen, changes.OldestSeen)
	for _, e := range changes.Entries {
		if e.Value == nil {
			ops = append(ops, storage.DeleteOperation(e.Key))
		} else {
			ops = append(ops, storage.SetOperation(e.Key, e.Value))
		}
	}
	raw := next.encode()
	if string(raw) != c.written {
		ops = append(ops, storage.SetOperation(headerKey, raw))
	}
	if err := c.client.Batch(ctx, ops...); err != nil {
		c.header.journal.Retain(changes.Seen, changes.OldestSeen)
		c.store.Unsaved(changes)
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
