package e2e

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/promtext"
)

// SIGTERM brings through all that was acknowledged, though spans wait in a batch and no flush
// of metrics is due.
func TestTermFlushesWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	s := newSetup(t, time.Hour, "drain.yaml")
	backend := startSink(t, s.sink(), nil)
	c := s.start(t)
	client := dial(t, c.grpc())
	const requests = 20
	for sequence := range requests {
		require.NoError(t, client.send(t.Context(), calls(sequence, batchSize)))
	}
	c.stop(t)

	spans := s.exported(t, requests*batchSize)
	assert.InDelta(t, requests*batchSize, backend.sum("finops.requests"), 0)
	assert.InDelta(t, books.Float(spans.Cost()), backend.sum("finops.cost"), tolerance)
}

// With storage, counters continue after a restart, and Prometheus sees no reset.
func TestCountersContinueAfterRestart(t *testing.T) {
	t.Parallel()
	s := newSetup(t, 2*time.Second, "storage.yaml")
	server := startPrometheus(t, s.prometheus())
	sent := 0
	for run := range 3 {
		c := s.start(t)
		server.awaitScraping(t)
		client := dial(t, c.grpc())
		for sequence := range 4 {
			require.NoError(t, client.send(t.Context(), calls(run*4+sequence, batchSize)))
		}
		sent += 4 * batchSize
		server.awaitValue(t, `sum(finops_requests_total)`, float64(sent))
		assertPage(t, s.exported(t, sent), c.page(t))
		if run < 2 {
			c.stop(t)
		}
	}
	spans := s.exported(t, sent)
	at := server.scrapeTime(t)
	cost := books.Float(spans.Cost())
	assert.InDelta(t, cost, server.scalar(t, `sum(finops_cost_USD_total)`, at), tolerance)
	assert.InDelta(t, cost, server.scalar(t, "sum("+increase("finops_cost_USD_total")+")", at), tolerance)
	assert.Zero(t, server.scalar(t, fmt.Sprintf(`sum(resets(finops_cost_USD_total[%s]))`, window), at))
	instances := server.query(t, `count by(instance)(finops_cost_USD_total)`, at)
	assert.Len(t, instances, 1)
}

// A span that is sent again after a restart has been counted before it.
func TestReplayAfterRestartCountsOnce(t *testing.T) {
	t.Parallel()
	s := newSetup(t, time.Second, "storage.yaml")
	c := s.start(t)
	require.NoError(t, dial(t, c.grpc()).send(t.Context(), calls(1, batchSize)))
	c.awaitRequests(t, batchSize)
	c.stop(t)

	c = s.start(t)
	client := dial(t, c.grpc())
	require.NoError(t, client.send(t.Context(), calls(1, batchSize)))
	require.NoError(t, client.send(t.Context(), calls(2, 1)))
	assertPage(t, s.exported(t, 2*batchSize+1).Once(), c.awaitRequests(t, batchSize+1))
}

// killFlush is the flush interval of the test below: the most that a kill may lose.
const killFlush = time.Second

// SIGKILL loses at most what arrived within one flush interval, and no counter steps back
// behind what was seen of it.
func TestKillLosesAtMostOneInterval(t *testing.T) {
	t.Parallel()
	// Kills at different points of the interval.
	for _, phase := range []time.Duration{0, killFlush / 3, 2 * killFlush / 3} {
		t.Run(phase.String(), func(t *testing.T) {
			t.Parallel()
			s := newSetup(t, killFlush, "storage.yaml")
			acknowledged, seen, killed := sendUntilKilled(t, s, 4*killFlush+phase)

			c := s.start(t)
			var restored promtext.Page
			eventually(t, func() error {
				restored = c.page(t)
				if len(series(restored)) == 0 {
					return errors.New("no series were restored")
				}
				return nil
			})
			for name, value := range seen {
				assert.GreaterOrEqual(t, series(restored)[name], value, "%s stepped back", name)
			}
			got := int(restored.Sum("finops_requests_total", nil))
			assert.LessOrEqual(t, got, (len(acknowledged)+1)*killBatch, "more than was sent")
			// Half an interval more, for the flush itself on a busy machine.
			safe := before(acknowledged, killed.Add(-killFlush-killFlush/2))
			require.NotZero(t, safe)
			assert.GreaterOrEqual(t, got, safe*killBatch, "more was lost than one interval brought")

			// The counters go on from there.
			require.NoError(t, dial(t, c.grpc()).send(t.Context(), calls(1_000_000, killBatch)))
			c.awaitRequests(t, got+killBatch)
		})
	}
}

const killBatch = 64

// sendUntilKilled sends one batch after the other, for that long, and then kills the
// collector. It returns when each batch was acknowledged, the last that was seen of every
// series, and when the kill was.
func sendUntilKilled(t *testing.T, s *setup, duration time.Duration) (acknowledged []time.Time, seen map[string]float64, killed time.Time) {
	t.Helper()
	c := s.start(t)
	client := dial(t, c.grpc())
	for deadline := time.Now().Add(duration); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		require.NoError(t, client.send(t.Context(), calls(len(acknowledged), killBatch)))
		acknowledged = append(acknowledged, time.Now())
		seen = series(c.page(t))
	}
	require.NotEmpty(t, seen)
	killed = time.Now()
	c.Kill()
	return acknowledged, seen, killed
}

// before counts the times before a limit.
func before(times []time.Time, limit time.Time) int {
	n := 0
	for _, at := range times {
		if at.Before(limit) {
			n++
		}
	}
	return n
}

// series returns all counters of the page by name and labels.
func series(page promtext.Page) map[string]float64 {
	counters := map[string]float64{}
	for _, sample := range page {
		if strings.HasPrefix(sample.Name, "finops_") && strings.HasSuffix(sample.Name, "_total") {
			counters[sample.Name+fmt.Sprint(sample.Labels)] = sample.Value
		}
	}
	return counters
}
