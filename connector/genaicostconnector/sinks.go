package genaicostconnector

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pipeline"
)

// sinks are the pipelines that receive the metrics, each of them once: the Collector hands the same set of
// pipelines to the connector's instance for traces and to the one for logs.
type sinks struct {
	mu    sync.Mutex
	delta bool
	all   []*sink
}

type sink struct {
	next consumer.Metrics
	// pipeline is the zero ID where the consumer is not the Collector's router.
	pipeline pipeline.ID
	// unsent holds deltas that this sink refused while another accepted them.
	unsent []pmetric.Metrics
}

// maxUnsent bounds the deltas kept for one sink: an hour at the default interval.
const maxUnsent = 240

func newSinks(delta bool) *sinks { return &sinks{delta: delta} }

// attach adds the pipelines that next stands for and that are not there yet.
func (s *sinks) attach(next consumer.Metrics) {
	s.mu.Lock()
	defer s.mu.Unlock()
	router, ok := next.(connector.MetricsRouterAndConsumer)
	if !ok {
		if !slices.ContainsFunc(s.all, func(k *sink) bool { return same(k.next, next) }) {
			s.all = append(s.all, &sink{next: next})
		}
		return
	}
	ids := router.PipelineIDs()
	slices.SortFunc(ids, func(a, b pipeline.ID) int { return strings.Compare(a.String(), b.String()) })
	for _, id := range ids {
		if slices.ContainsFunc(s.all, func(k *sink) bool { return k.pipeline == id }) {
			continue
		}
		if c, err := router.Consumer(id); err == nil {
			s.all = append(s.all, &sink{next: c, pipeline: id})
		}
	}
}

func same(a, b consumer.Metrics) bool {
	return reflect.TypeOf(a).Comparable() && reflect.TypeOf(b).Comparable() && a == b
}

// delivery is what became of one flush.
type delivery struct {
	// all and any say who has accepted it.
	all, any bool
	// dropped counts older flushes that a sink can no longer be given.
	dropped int
	err     error
}

// send gives md to every sink. Deltas that some have accepted are kept for the others; when nobody
// has, they are the caller's again.
func (s *sinks) send(ctx context.Context, md pmetric.Metrics) (d delivery) {
	s.mu.Lock()
	all := slices.Clone(s.all)
	s.mu.Unlock()
	var refused []*sink
	var errs []error
	for i, k := range all {
		// A sink may change what it gets, even if it refuses it.
		own := md
		if i < len(all)-1 || s.delta && len(all) > 1 {
			own = pmetric.NewMetrics()
			md.CopyTo(own)
		}
		if err := k.send(ctx, own); err != nil {
			refused = append(refused, k)
			errs = append(errs, k.wrap(err))
		}
	}
	d = delivery{all: len(refused) == 0, any: len(refused) < len(all) || len(all) == 0, err: errors.Join(errs...)}
	if s.delta && d.any {
		for _, k := range refused {
			d.dropped += k.retain(md)
		}
	}
	return d
}

func (k *sink) wrap(err error) error {
	if k.pipeline == (pipeline.ID{}) {
		return err
	}
	return fmt.Errorf("pipeline %s: %w", k.pipeline, err)
}

// send delivers what is still unsent first, so that deltas arrive in order.
func (k *sink) send(ctx context.Context, md pmetric.Metrics) error {
	for len(k.unsent) > 0 {
		again := pmetric.NewMetrics()
		k.unsent[0].CopyTo(again)
		if err := k.next.ConsumeMetrics(ctx, again); err != nil {
			return err
		}
		k.unsent = k.unsent[1:]
	}
	if md.DataPointCount() == 0 {
		return nil
	}
	return k.next.ConsumeMetrics(ctx, md)
}

func (k *sink) retain(md pmetric.Metrics) (dropped int) {
	if md.DataPointCount() == 0 {
		return 0
	}
	if len(k.unsent) >= maxUnsent {
		k.unsent, dropped = k.unsent[1:], 1
	}
	own := pmetric.NewMetrics()
	md.CopyTo(own)
	k.unsent = append(k.unsent, own)
	return dropped
}
