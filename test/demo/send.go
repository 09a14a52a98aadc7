//go:build unix

package main

import (
	"context"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/otelcol"
)

// sender delivers one export request.
type sender func(context.Context, ptrace.Traces) error

// newGRPC returns a sender over one connection, and what closes it.
func newGRPC(address string) (send sender, closeConnection func() error, err error) {
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, nil, err
	}
	client := ptraceotlp.NewGRPCClient(connection)
	return func(ctx context.Context, traces ptrace.Traces) error {
		response, err := client.Export(ctx, ptraceotlp.NewExportRequestFromTraces(traces))
		if err != nil {
			return err
		}
		return otelcol.Rejected(response)
	}, connection.Close, nil
}

// newHTTP returns a sender that posts protobuf.
func newHTTP(address string) sender {
	return func(ctx context.Context, traces ptrace.Traces) error {
		return otelcol.PostTraces(ctx, address, traces)
	}
}
