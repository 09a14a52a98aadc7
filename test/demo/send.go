//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
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
		return rejected(response)
	}, connection.Close, nil
}

// newHTTP returns a sender that posts protobuf.
func newHTTP(address string) sender {
	url := "http://" + address + "/v1/traces"
	return func(ctx context.Context, traces ptrace.Traces) error {
		body, err := ptraceotlp.NewExportRequestFromTraces(traces).MarshalProto()
		if err != nil {
			return err
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/x-protobuf")
		reply, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer reply.Body.Close()
		answer, err := io.ReadAll(reply.Body)
		if err != nil {
			return err
		}
		if reply.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", reply.Status, answer)
		}
		response := ptraceotlp.NewExportResponse()
		if err := response.UnmarshalProto(answer); err != nil {
			return err
		}
		return rejected(response)
	}
}

func rejected(response ptraceotlp.ExportResponse) error {
	if n := response.PartialSuccess().RejectedSpans(); n > 0 {
		return fmt.Errorf("%d spans rejected: %s", n, response.PartialSuccess().ErrorMessage())
	}
	return nil
}
