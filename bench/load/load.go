// Package load sends batches to a collector over OTLP gRPC as fast as it takes them, at as little
// cost as can be: the batches are encoded beforehand and only their ids change.
package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/otelcol-finops/otelcol-finops/bench/workload"
)

const exportMethod = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

// Sender sends over several connections. Every batch that it ever sends has ids of its own.
type Sender struct {
	connections []*connection
}

type connection struct {
	client *grpc.ClientConn
	batch  *workload.Batch
	epoch  uint32
}

// Dial makes a sender of n connections to the endpoint.
func Dial(endpoint string, n int, batch *workload.Batch) (*Sender, error) {
	s := &Sender{}
	for i := range n {
		client, err := grpc.NewClient(endpoint,
			grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{})))
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		// The high byte keeps the epochs of the connections apart.
		s.connections = append(s.connections, &connection{client: client, batch: batch.Clone(), epoch: uint32(i) << 24})
	}
	return s, nil
}

// Send sends that many batches over all connections together and waits for the last response.
func (s *Sender) Send(ctx context.Context, batches int) error {
	var (
		left  atomic.Int64
		group sync.WaitGroup
		errs  = make([]error, len(s.connections))
	)
	left.Store(int64(batches))
	for i, c := range s.connections {
		group.Go(func() {
			for left.Add(-1) >= 0 && errs[i] == nil {
				errs[i] = c.send(ctx)
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

func (c *connection) send(ctx context.Context) error {
	c.epoch++
	c.batch.Renew(c.epoch)
	var response []byte
	if err := c.client.Invoke(ctx, exportMethod, c.batch.Wire(), &response); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	result := ptraceotlp.NewExportResponse()
	if err := result.UnmarshalProto(response); err != nil {
		return fmt.Errorf("response: %w", err)
	}
	if rejected := result.PartialSuccess().RejectedSpans(); rejected > 0 {
		return fmt.Errorf("the collector rejected %d spans: %s", rejected, result.PartialSuccess().ErrorMessage())
	}
	return nil
}

// Close closes the connections.
func (s *Sender) Close() error {
	var errs []error
	for _, c := range s.connections {
		errs = append(errs, c.client.Close())
	}
	return errors.Join(errs...)
}

// raw passes encoded messages through.
type raw struct{}

// Name is that of the codec which the collector expects.
func (raw) Name() string { return "proto" }

// Marshal returns the message, which is encoded already.
func (raw) Marshal(v any) ([]byte, error) {
	data, ok := v.([]byte)
	if !ok {
		return nil, fmt.Errorf("cannot send a %T, only encoded messages", v)
	}
	return data, nil
}

// Unmarshal hands the encoded message on.
func (raw) Unmarshal(data []byte, v any) error {
	out, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("cannot receive into a %T, only into bytes", v)
	}
	*out = append((*out)[:0], data...)
	return nil
}
