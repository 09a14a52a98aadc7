package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/otelcol"
)

// prometheusServer is a real Prometheus that scrapes one collector.
type prometheusServer struct{ address string }

// startPrometheus scrapes target twice a second until the test ends.
func startPrometheus(t *testing.T, target string) *prometheusServer {
	t.Helper()
	template, err := os.ReadFile(filepath.Join("testdata", "prometheus.yaml"))
	require.NoError(t, err)
	return startPrometheusOn(t, strings.ReplaceAll(string(template), "TARGET", target))
}

// startPrometheusOn runs a configuration until the test ends.
func startPrometheusOn(t *testing.T, configuration string) *prometheusServer {
	t.Helper()
	directory := t.TempDir()
	config := filepath.Join(directory, "prometheus.yaml")
	require.NoError(t, os.WriteFile(config, []byte(configuration), 0o600))
	addresses, err := otelcol.FreeAddresses(t.Context(), 1)
	require.NoError(t, err)

	log, err := os.Create(filepath.Join(directory, "log"))
	require.NoError(t, err)
	command := exec.Command(executable(t, "PROMETHEUS"),
		"--config.file="+config, "--storage.tsdb.path="+filepath.Join(directory, "data"),
		"--web.listen-address="+addresses[0], "--log.level=warn")
	command.Stdout, command.Stderr = log, log
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		_ = log.Close()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("Prometheus: %s", text)
		}
	})
	server := &prometheusServer{address: addresses[0]}
	eventually(t, func() error { return server.ready(t.Context()) })
	return server
}

func (p *prometheusServer) ready(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address+"/-/ready", http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", response.Status)
	}
	return nil
}

// sample is one element of a result, at the time it was evaluated.
type sample struct {
	Metric map[string]string `json:"metric"`
	Value  [2]any            `json:"value"`
}

func (s sample) float(t *testing.T) float64 {
	t.Helper()
	text, ok := s.Value[1].(string)
	require.True(t, ok)
	value, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return value
}

// query evaluates expr at a time, now if that is zero.
func (p *prometheusServer) query(t *testing.T, expr string, at float64) []sample {
	t.Helper()
	parameters := url.Values{"query": {expr}}
	if at != 0 {
		parameters.Set("time", strconv.FormatFloat(at, 'f', 3, 64))
	}
	var data struct {
		Result []sample `json:"result"`
	}
	p.get(t, "query?"+parameters.Encode(), &data)
	return data.Result
}

// get asks the API, and reads the data that it answers with.
func (p *prometheusServer) get(t *testing.T, path string, data any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.address+"/api/v1/"+path, http.NoBody)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	answer := struct {
		Status string `json:"status"`
		Error  string `json:"error"`
		Data   any    `json:"data"`
	}{Data: data}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
	require.Equal(t, "success", answer.Status, "%s: %s", path, answer.Error)
}

// scalar evaluates an expression whose result is one number; nothing is 0.
func (p *prometheusServer) scalar(t *testing.T, expr string, at float64) float64 {
	t.Helper()
	result := p.query(t, expr, at)
	require.LessOrEqual(t, len(result), 1, expr)
	if len(result) == 0 {
		return 0
	}
	return result[0].float(t)
}

// awaitScraping waits until Prometheus scrapes the collector: it takes seconds to begin, and
// an increase is seen only from its first scrape on.
func (p *prometheusServer) awaitScraping(t *testing.T) {
	t.Helper()
	p.awaitValue(t, "sum(up)", 1)
}

// awaitValue waits until expr is what it is to be.
func (p *prometheusServer) awaitValue(t *testing.T, expr string, want float64) {
	t.Helper()
	eventually(t, func() error {
		if got := p.scalar(t, expr, 0); got != want {
			return fmt.Errorf("%s is %g, not %g", expr, got, want)
		}
		return nil
	})
}

// scrapeTime returns the time of the last scrape. A range that ends there ends with a sample,
// and a range whose first sample is 0 is not extrapolated before it: increase() over such a
// range is the plain difference.
func (p *prometheusServer) scrapeTime(t *testing.T) float64 {
	t.Helper()
	at := p.scalar(t, `max(timestamp(finops_requests_total))`, 0)
	require.NotZero(t, at)
	return at
}

// window is a range selector that reaches back before the start of a test.
const window = time.Hour

func increase(metric string) string {
	return fmt.Sprintf("increase(%s[%dm])", metric, int(window.Minutes()))
}
