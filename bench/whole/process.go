// Package whole runs a collector as its own process and measures the CPU time that it takes.
package whole

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/otelcol"
)

// startTimeout and stopTimeout bound the life of a collector's process at both ends.
const (
	startTimeout = 30 * time.Second
	stopTimeout  = 30 * time.Second
)

// start runs the binary with the configuration, which is written into dir.
func start(ctx context.Context, binary, dir string, config map[string]any) (*otelcol.Process, error) {
	text, err := yaml.Marshal(config)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return otelcol.Start(ctx, binary, path)
}

// clockTicks is USER_HZ, which Linux fixes for everything that it shows in /proc.
const clockTicks = 100

// cpuTime returns the CPU time, user and system, that the process has taken.
func cpuTime(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("CPU time is measured on Linux only: %w", err)
	}
	// The name, in parentheses, may hold spaces; utime and stime are the 14th and 15th fields.
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields after the name", pid, len(fields))
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / clockTicks, errors.Join(err1, err2)
}

// peakRSS returns the most memory that the process held, in bytes.
func peakRSS(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
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
