package e2e

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Load of the tests that send flat out.
const (
	connections = 8
	batches     = 12 // of each connection
	batchSize   = 256
	total       = connections * batches * batchSize
)

// flatOut sends all batches over all connections at once, and returns the number of attempts.
func flatOut(t *testing.T, address string) int64 {
	t.Helper()
	var attempts atomic.Int64
	var sending sync.WaitGroup
	for connection := range connections {
		client := dial(t, address)
		sending.Go(func() {
			for batch := range batches {
				n, err := client.resend(t.Context(), calls(connection*batches+batch, batchSize))
				attempts.Add(int64(n))
				if !assert.NoError(t, err) {
					return
				}
			}
		})
	}
	sending.Wait()
	return attempts.Load()
}

// Eight connections flat out lose nothing and double nothing.
func TestConcurrentConnectionsAgree(t *testing.T) {
	t.Parallel()
	c := newSetup(t, time.Second).start(t)
	require.Equal(t, int64(connections*batches), flatOut(t, c.grpc()), "nothing was to be refused")
	spans := c.exported(t, total)
	assertPage(t, spans, c.awaitRequests(t, total))
}

// Clients resend a batch when any exporter of its pipeline fails, though the others have had
// it. What is resent must not be counted again.
func TestResentSpansCountOnce(t *testing.T) {
	t.Parallel()
	s := newSetup(t, time.Second, "sibling.yaml")
	backend := startSink(t, s.sink(), func(int64) bool { return rand.IntN(3) == 0 })
	c := s.start(t)
	attempts := flatOut(t, c.grpc())
	require.Positive(t, backend.refused.Load(), "the sibling never failed")
	require.Greater(t, attempts, int64(connections*batches), "nothing was resent")

	// Exporters of a pipeline get a batch independently, so this one has had some twice.
	all := c.exported(t, int(attempts)*batchSize)
	once := all.Once()
	require.Len(t, once, total)
	assertPage(t, once, c.awaitRequests(t, total))
	assertReplaysAgree(t, all)
}
