package genaicostconnector

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pipeline"
)

// retention says what is kept for a pipeline that refuses it.
type retention uint8

const (
	// retainNothing is for values that the next ones replace.
	retainNothing retention = iota
	// retainSplit keeps what another pipeline has accepted. What nobody has is the sender's again.
	retainSplit
	// retainAll keeps whatever is refused.
	retainAll
)

// sinks are the pipelines that receive telemetry of one signal, each of them once: the Collector hands the same
// set of pipelines to the connector's instance for traces and to the one for logs.
type sinks[D any] struct {
	payload[D]

	retain retention
	some   atomic.Bool

	mu  sync.Mutex
	all []*sink[D]
}

// payload is what sinks have to know of the telemetry that they send.
type payload[D any] struct {
	clone func(D) D
	size  func(D) int
}

type sink[D any] struct {
	target[D]
	// unsent holds what this sink has refused and is still to get.
	unsent []D
}

// target is one pipeline.
type target[D any] struct {
	consumer any
	consume  func(context.Context, D) error
	// pipeline is the zero ID where the consumer is not the Collector's router.
	pipeline pipeline.ID
}

// maxUnsent bounds what is kept for one sink: an hour of deltas at the default interval.
const maxUnsent = 240

func newMetricSinks(delta bool) *sinks[pmetric.Metrics] {
	s := &sinks[pmetric.Metrics]{retain: retainNothing, payload: payload[pmetric.Metrics]{
		clone: func(md pmetric.Metrics) pmetric.Metrics {
			own := pmetric.NewMetrics()
			md.CopyTo(own)
			return own
		},
		size: pmetric.Metrics.DataPointCount,
	}}
	if delta {
		s.retain = retainSplit
	}
	return s
}

func newLogSinks() *sinks[plog.Logs] {
	return &sinks[plog.Logs]{retain: retainAll, payload: payload[plog.Logs]{
		clone: func(ld plog.Logs) plog.Logs {
			own := plog.NewLogs()
			ld.CopyTo(own)
			return own
		},
		size: plog.Logs.LogRecordCount,
	}}
}

// metricTargets returns the pipelines that next stands for.
func metricTargets(next consumer.Metrics) []target[pmetric.Metrics] {
	router, ok := next.(connector.MetricsRouterAndConsumer)
	if !ok {
		return []target[pmetric.Metrics]{{consumer: next, consume: next.ConsumeMetrics}}
	}
	var targets []target[pmetric.Metrics]
	for _, id := range sorted(router.PipelineIDs()) {
		if c, err := router.Consumer(id); err == nil {
			targets = append(targets, target[pmetric.Metrics]{consumer: c, consume: c.ConsumeMetrics, pipeline: id})
		}
	}
	return targets
}

// logTargets returns the pipelines that next stands for.
func logTargets(next consumer.Logs) []target[plog.Logs] {
	router, ok := next.(connector.LogsRouterAndConsumer)
	if !ok {
		return []target[plog.Logs]{{consumer: next, consume: next.ConsumeLogs}}
	}
	var targets []target[plog.Logs]
	for _, id := range sorted(router.PipelineIDs()) {
		if c, err := router.Consumer(id); err == nil {
			targets = append(targets, target[plog.Logs]{consumer: c, consume: c.ConsumeLogs, pipeline: id})
		}
	}
	return targets
}

func sorted(ids []pipeline.ID) []pipeline.ID {
	return slices.SortedFunc(slices.Values(ids), func(a, b pipeline.ID) int { return strings.Compare(a.String(), b.String()) })
}

// attach adds the pipelines that are not there yet.
func (s *sinks[D]) attach(targets []target[D]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range targets {
		if !slices.ContainsFunc(s.all, func(k *sink[D]) bool { return k.is(t) }) {
			s.all = append(s.all, &sink[D]{target: t})
			s.some.Store(true)
		}
	}
}

// empty reports whether there is nobody to send to.
func (s *sinks[D]) empty() bool { return !s.some.Load() }

func (t target[D]) is(other target[D]) bool {
	if t.pipeline != (pipeline.ID{}) || other.pipeline != (pipeline.ID{}) {
		return t.pipeline == other.pipeline
	}
	canCompare := reflect.TypeOf(t.consumer).Comparable() && reflect.TypeOf(other.consumer).Comparable()
	return canCompare && t.consumer == other.consumer
}

// delivery is what became of what was sent.
type delivery struct {
	// all and any say who has accepted it.
	all, any bool
	// dropped counts what a sink had refused before and can no longer be given, lost what was in it.
	dropped, lost int
	err           error
}

// send gives data to every sink. What a sink refuses is kept for it as far as the retention says.
func (s *sinks[D]) send(ctx context.Context, data D) (d delivery) {
	s.mu.Lock()
	all := slices.Clone(s.all)
	s.mu.Unlock()
	var refused []*sink[D]
	var errs []error
	for i, k := range all {
		own := data
		if s.shares(i, len(all)) {
			own = s.clone(data)
		}
		if err := k.send(ctx, own, s.payload); err != nil {
			refused = append(refused, k)
			errs = append(errs, k.wrap(err))
		}
	}
	d = delivery{all: len(refused) == 0, any: len(refused) < len(all) || len(all) == 0, err: errors.Join(errs...)}
	if s.retain == retainAll || s.retain == retainSplit && d.any {
		for _, k := range refused {
			k.keep(data, s.payload, &d)
		}
	}
	return d
}

// shares reports whether data is still needed when the i-th of n sinks has got it: a sink may change what it
// gets, even if it refuses it.
func (s *sinks[D]) shares(i, n int) bool {
	return i < n-1 || s.retain == retainAll || s.retain == retainSplit && n > 1
}

func (k *sink[D]) wrap(err error) error {
	if k.pipeline == (pipeline.ID{}) {
		return err
	}
	return fmt.Errorf("pipeline %s: %w", k.pipeline, err)
}

// send delivers what is still unsent first, so that it arrives in order.
func (k *sink[D]) send(ctx context.Context, data D, p payload[D]) error {
	for len(k.unsent) > 0 {
		if err := k.consume(ctx, p.clone(k.unsent[0])); err != nil {
			return err
		}
		k.unsent = k.unsent[1:]
	}
	if p.size(data) == 0 {
		return nil
	}
	return k.consume(ctx, data)
}

func (k *sink[D]) keep(data D, p payload[D], d *delivery) {
	if p.size(data) == 0 {
		return
	}
	if len(k.unsent) >= maxUnsent {
		d.dropped++
		d.lost += p.size(k.unsent[0])
		k.unsent = k.unsent[1:]
	}
	k.unsent = append(k.unsent, p.clone(data))
}
