// Package whole runs a collector as its own process and measures the CPU time that it takes.
package whole

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.yaml.in/yaml/v3"
)

// Collector is a running collector.
type Collector struct {
	cmd  *exec.Cmd
	logs bytes.Buffer
	exit chan error
}

// startTimeout and stopTimeout bound the life of a collector's process at both ends.
const (
	startTimeout = 30 * time.Second
	stopTimeout  = 30 * time.Second
)

// Start runs the binary with the configuration, which is written into dir, until endpoint
// accepts connections.
func Start(ctx context.Context, binary, dir string, config map[string]any, endpoint string) (*Collector, error) {
	text, err := yaml.Marshal(config)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return nil, err
	}
	c := &Collector{exit: make(chan error, 1)}
	c.cmd = exec.Command(binary, "--config", path) //nolint:gosec,noctx // the caller's collector; stopped by signal
	c.cmd.Stdout, c.cmd.Stderr = &c.logs, &c.logs
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { c.exit <- c.cmd.Wait() }()
	if err := c.await(ctx, endpoint); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

func (c *Collector) await(ctx context.Context, endpoint string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", endpoint)
		if err == nil {
			return conn.Close()
		}
		select {
		case err := <-c.exit:
			c.exit <- err
			return fmt.Errorf("the collector ended before it listened: %w\n%s", err, c.logs.String())
		case <-ctx.Done():
			return fmt.Errorf("the collector does not listen on %s: %w", endpoint, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the collector as its service manager would, and reports how it ended.
func (c *Collector) Stop() error {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case err := <-c.exit:
		c.exit <- err
		if err != nil {
			return fmt.Errorf("the collector ended badly: %w\n%s", err, c.logs.String())
		}
		return nil
	case <-time.After(stopTimeout):
		return errors.Join(errors.New("the collector did not stop"), c.cmd.Process.Kill())
	}
}

// clockTicks is USER_HZ, which Linux fixes for everything that it shows in /proc.
const clockTicks = 100

// CPU returns the CPU time, user and system, that the collector has taken.
func (c *Collector) CPU() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("CPU time is measured on Linux only: %w", err)
	}
	// The name, in parentheses, may hold spaces; utime and stime are the 14th and 15th fields.
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields after the name", c.cmd.Process.Pid, len(fields))
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / clockTicks, errors.Join(err1, err2)
}

// PeakRSS returns the most memory that the collector held, in bytes.
func (c *Collector) PeakRSS() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("no VmHWM in the status of the process")
}
