package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/billing"
	"github.com/otelcol-finops/otelcol-finops/test/interop/mock"
)

// scriptTimeout bounds all scenarios of one instrumentation, on a busy machine.
const scriptTimeout = 5 * time.Minute

// workers run scripts at once: much of their time goes into imports, one core each.
const workers = 2

// result is what one scenario left.
type result struct {
	pair
	calls []mock.Call
	sink  *sink
	// err says that the script, and not the price, is broken.
	err error
}

// executeAll runs the pairs, those of one instrumentation in one process, and returns their results in
// the same order.
func executeAll(ctx context.Context, pairs []pair, collector *billing.Collector) []result {
	results := make([]result, len(pairs))
	next := make(chan []int)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for indexes := range next {
				mine := make([]pair, len(indexes))
				for i, index := range indexes {
					mine[i] = pairs[index]
				}
				for i, r := range execute(ctx, mine, collector) {
					results[indexes[i]] = r
				}
				fmt.Fprintf(os.Stderr, "ran %s\n", mine[0].instrumentation.name)
			}
		})
	}
	for _, indexes := range byInstrumentation(pairs) {
		next <- indexes
	}
	close(next)
	group.Wait()
	return results
}

// byInstrumentation groups the indexes of pairs.
func byInstrumentation(pairs []pair) [][]int {
	var groups [][]int
	for i, p := range pairs {
		if i == 0 || p.instrumentation != pairs[i-1].instrumentation {
			groups = append(groups, nil)
		}
		last := &groups[len(groups)-1]
		*last = append(*last, i)
	}
	return groups
}

// execute runs the scenarios of one instrumentation in one process, as one service whose calls
// follow each other.
func execute(ctx context.Context, pairs []pair, collector *billing.Collector) []result {
	s := newSession(pairs, collector)
	address, stop, err := serve(ctx, s)
	if err != nil {
		return s.finish(err)
	}
	err = script(ctx, pairs, "http://"+address)
	stop()
	return s.finish(err)
}

func serve(ctx context.Context, handler http.Handler) (address string, stop func(), err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener) // always an error, ErrServerClosed after stop
	}()
	return listener.Addr().String(), func() {
		_ = server.Close()
		<-ended
	}, nil
}

func script(ctx context.Context, pairs []pair, url string) error {
	ctx, cancel := context.WithTimeout(ctx, scriptTimeout)
	defer cancel()
	p := pairs[0].instrumentation
	r := runtimes[p.runtime]
	arguments := []string{p.setup, p.client}
	for _, pair := range pairs {
		arguments = append(arguments, pair.scenario.Name)
	}
	command := r.command(r.directory(p.environment), arguments)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(),
		"MOCK_URL="+url,
		"OTEL_EXPORTER_OTLP_ENDPOINT="+url+"/otlp",
		"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
		"OTEL_SERVICE_NAME="+p.name,
		"OPENAI_API_KEY=mock", "ANTHROPIC_API_KEY=mock", "GOOGLE_API_KEY=mock",
	)
	output, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, tail(output))
	}
	return nil
}

// tail is the end of an output, where the error stands.
func tail(output []byte) []byte {
	const most = 2000
	return output[max(0, len(output)-most):]
}
