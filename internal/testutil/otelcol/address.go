package otelcol

import (
	"context"
	"fmt"
	"net"
)

// FreeAddresses returns n addresses of this machine's loopback that nothing listened on a
// moment ago. All are held until the last is found, so that they differ.
func FreeAddresses(ctx context.Context, n int) ([]string, error) {
	addresses := make([]string, 0, n)
	for range n {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer listener.Close()
		addresses = append(addresses, listener.Addr().String())
	}
	return addresses, nil
}
