package publish

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/book"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// Settings of a [Publisher].
type Settings struct {
	Store       *book.Store
	Writer      *Writer
	Names       Names
	Routes      *focus.Routes
	Commitments []Commitment
	// Commit makes durable what is in the store.
	Commit func(context.Context) error
	// Observe is told of every file.
	Observe Observer
	Logger  *zap.Logger
}

// Observer counts what becomes of files.
type Observer interface {
	Written(ctx context.Context, dataset focus.Dataset)
	Failed(ctx context.Context, dataset focus.Dataset)
	Unrepresentable(ctx context.Context, rows int)
}

// Publisher writes the files of books. It is not safe for concurrent use.
type Publisher struct {
	set  Settings
	make maker
}

// New returns a Publisher.
func New(set Settings) *Publisher {
	return &Publisher{set: set, make: maker{routes: set.Routes, commitments: set.Commitments, grain: set.Names.Grain}}
}

// maxFailures in a row show that the target is at fault and not a file; the others are tried next time.
const maxFailures = 3

// Prepare closes the books that are due, and begins those of commitments. It comes before the first charge, so that none gets into a book that is
// due since before the start.
func (p *Publisher) Prepare(now time.Time) {
	if p.set.Store.BeginCommitments(now) {
		p.set.Logger.Error("the collector stood still for so long that purchases of commitments are missing; they begin again a month ago")
	}
	p.set.Store.SealDue(now)
}

// Publish closes the books that are due and writes all files that do not have what their books have. What could
// not be written is written next time. The error is that of the first failure.
func (p *Publisher) Publish(ctx context.Context, now time.Time) error {
	p.Prepare(now)
	var first error
	failures := 0
	for _, sequence := range p.set.Store.Changed() {
		err := p.publish(ctx, sequence)
		if err == nil {
			failures = 0
			continue
		}
		if first == nil {
			first = err
		}
		failures++
		if failures >= maxFailures || ctx.Err() != nil {
			break
		}
	}
	// What was written and is closed need not be held any longer.
	return errors.Join(first, p.set.Commit(ctx))
}

func (p *Publisher) publish(ctx context.Context, sequence uint64) error {
	page, ok := p.set.Store.Take(sequence)
	if !ok {
		return nil
	}
	// A file never has what a crash could take from its book, or that would have it again, and a closed one is never begun anew.
	if err := p.set.Commit(ctx); err != nil {
		return err
	}
	rows, trouble := p.make.rows(&page)
	p.report(ctx, &page, &trouble)
	err := p.set.Writer.Write(ctx, page.Label.Dataset, p.set.Names.Of(page.Label, page.Sequence), rows)
	if err != nil {
		p.set.Observe.Failed(ctx, page.Label.Dataset)
		return err
	}
	p.set.Observe.Written(ctx, page.Label.Dataset)
	p.set.Store.Published(&page)
	return nil
}

func (p *Publisher) report(ctx context.Context, page *book.Page, trouble *problems) {
	if trouble.lost > 0 {
		p.set.Observe.Unrepresentable(ctx, trouble.lost)
		p.set.Logger.Error("charges left out of a file because no row can hold them",
			zap.Int("charges", trouble.lost), zap.String("file", p.set.Names.Of(page.Label, page.Sequence)), zap.NamedError("first", trouble.err))
	}
	if trouble.whole > 0 && page.Sealed {
		p.set.Logger.Warn("shared charges stay whole because their shares cannot be read",
			zap.Int("charges", trouble.whole), zap.NamedError("first", trouble.err))
	}
}
