package focusexporter

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/publish"
	_ "github.com/otelcol-finops/otelcol-finops/internal/blobs/cloud" // s3, gs, azblob
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
)

// putTimeout bounds the writing of one file.
const putTimeout = time.Minute

// publisher writes the files at an interval. Its methods are called by one goroutine at a time: its own, and after that has ended, shutdown.
type publisher struct {
	*publish.Publisher
	state    *state
	host     component.Host
	writer   *publish.Writer
	interval time.Duration
	wake     chan struct{}
	failing  bool

	cancel context.CancelFunc
	done   sync.WaitGroup
}

func (s *state) newPublisher(ctx context.Context, host component.Host, writer string) (*publisher, error) {
	target, err := publish.Open(ctx, s.cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	p := &publisher{
		state: s, host: host, interval: s.cfg.PublishInterval, wake: make(chan struct{}, 1),
		writer: &publish.Writer{Target: target, File: s.cfg.fileOptions(), GeneratorVersion: s.set.BuildInfo.Version, Timeout: putTimeout},
	}
	p.Publisher = publish.New(publish.Settings{
		Store:       s.store,
		Writer:      p.writer,
		Names:       publish.Names{Writer: writer, Grain: s.cfg.Grain.duration(), Extension: s.cfg.fileOptions().Format.Extension()},
		Routes:      s.routes,
		Commitments: s.cfg.commitments(),
		Commit:      s.commit,
		Observe:     s.telemetry,
		Logger:      s.set.Logger,
	})
	return p, nil
}

// fileOptions are valid in a configuration that is.
func (c *Config) fileOptions() focusfile.Options {
	format, _ := focusfile.ParseFormat(c.Format)
	version, _ := focus.ParseVersion(c.Version)
	return focusfile.Options{Format: format, Version: version}
}

func (c *Config) redactedURL() string {
	u, err := url.Parse(c.URL)
	if err != nil {
		return ""
	}
	return u.Redacted()
}

// begin brings the books up to date before the first batch.
func (p *publisher) begin() { p.Prepare(time.Now()) }

func (p *publisher) start() {
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	p.done.Go(func() { p.run(ctx) })
}

func (p *publisher) run(ctx context.Context) {
	ticker := time.NewTicker(p.interval)
	defer ticker.Stop()
	p.publish(ctx) // what a crash left unwritten
	for {
		select {
		case <-ticker.C:
		case <-p.wake:
		case <-ctx.Done():
			return
		}
		p.publish(ctx)
	}
}

// hurry publishes without waiting for the interval to end.
func (p *publisher) hurry() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *publisher) publish(ctx context.Context) {
	p.state.complaints.report()
	err := p.Publish(ctx, time.Now())
	if ctx.Err() != nil {
		return // shutdown publishes again
	}
	p.tell(err)
}

// tell reports a target that fails and one that works again, once each to the host and every time to the log.
func (p *publisher) tell(err error) {
	if err != nil {
		p.state.set.Logger.Error("files could not be written; their charges are kept and tried again",
			zap.String("url", p.state.cfg.redactedURL()), zap.Duration("in", p.interval), zap.Error(err))
	}
	switch failing := err != nil; {
	case failing && !p.failing:
		componentstatus.ReportStatus(p.host, componentstatus.NewRecoverableErrorEvent(err))
	case !failing && p.failing:
		componentstatus.ReportStatus(p.host, componentstatus.NewEvent(componentstatus.StatusOK))
	}
	p.failing = err != nil
}

// shutdown publishes what is left. What cannot be published is in the storage, and published after the next start.
func (p *publisher) shutdown(ctx context.Context) error {
	p.cancel()
	p.done.Wait()
	err := p.Publish(ctx, time.Now())
	if err != nil {
		p.tell(err)
		if p.state.checkpoint == nil {
			err = fmt.Errorf("url: charges are lost, because storage is not set: %w", err)
		} else {
			err = nil
		}
	}
	if closing := p.writer.Target.Close(); err == nil {
		err = closing
	}
	return err
}
