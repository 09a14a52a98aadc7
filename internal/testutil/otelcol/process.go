//go:build unix

package otelcol

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// readyLine is what the collector logs when every pipeline runs.
const readyLine = "Everything is ready."

// settle is the time after readyLine in which a collector may still be killed by SIGTERM: it
// begins to listen for signals only then, and says nothing when it does.
const settle = time.Second

// ErrNotReady is what [Start] wraps when the collector did not come up.
var ErrNotReady = errors.New("collector did not become ready")

// Process is a running collector.
type Process struct {
	cmd   *exec.Cmd
	ready chan struct{}
	done  chan struct{}
	err   error     // of the process; read only after done
	since time.Time // when it was ready

	mu    sync.Mutex
	lines []string
}

// Start runs binary on the configuration file and returns when its pipelines run. The
// process outlives ctx, which bounds the start only; end it with [Process.Stop] or
// [Process.Kill].
func Start(ctx context.Context, binary, config string, env ...string) (*Process, error) {
	return StartMerged(ctx, binary, []string{config}, env...)
}

// StartMerged is [Start] on several configuration files, the later ones merged over the
// earlier ones.
func StartMerged(ctx context.Context, binary string, configs []string, env ...string) (*Process, error) {
	p := &Process{ready: make(chan struct{}), done: make(chan struct{})}
	var arguments []string
	for _, config := range configs {
		arguments = append(arguments, "--config", config)
	}
	//nolint:gosec,noctx // the caller chooses what to run, and it outlives the context of the start
	p.cmd = exec.Command(binary, arguments...)
	p.cmd.Env = append(p.cmd.Environ(), env...)
	// A group of its own, so that an interrupt at the terminal reaches us alone and the
	// collector is stopped in order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	log, logWriter := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = logWriter, logWriter
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	scanned := make(chan struct{})
	go func() {
		defer close(scanned)
		p.scan(log)
	}()
	go func() {
		p.err = p.cmd.Wait()
		_ = logWriter.Close()
		<-scanned
		close(p.done)
	}()
	err := p.awaitReady(ctx)
	return p, err
}

func (p *Process) awaitReady(ctx context.Context) error {
	select {
	case <-p.ready:
		p.since = time.Now()
		return nil
	case <-p.done:
		return fmt.Errorf("%w: it exited (%w); its log:\n%s", ErrNotReady, p.exitError(), p.Log())
	case <-ctx.Done():
		p.Kill()
		return fmt.Errorf("%w: %w; its log:\n%s", ErrNotReady, context.Cause(ctx), p.Log())
	}
}

// exitError names even an exit without error, which is one while we wait for readiness.
func (p *Process) exitError() error {
	if p.err == nil {
		return errors.New("exit status 0")
	}
	return p.err
}

func (p *Process) scan(log io.Reader) {
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 1<<22)
	ready := false
	for lines.Scan() {
		line := lines.Text()
		p.mu.Lock()
		p.lines = append(p.lines, line)
		p.mu.Unlock()
		if !ready && strings.Contains(line, readyLine) {
			ready = true
			close(p.ready)
		}
	}
	// A line beyond the buffer ends the scan; the child must not block on a full pipe.
	_, _ = io.Copy(io.Discard, log)
}

// Log returns what the collector has written so far.
func (p *Process) Log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

// LogLines returns the lines of the log that contain substr, whatever their case.
func (p *Process) LogLines(substr string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []string
	for _, line := range p.lines {
		if strings.Contains(strings.ToLower(line), strings.ToLower(substr)) {
			found = append(found, line)
		}
	}
	return found
}

// PID returns the process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Stop sends SIGTERM and waits for the collector to drain and exit. One that has not within
// timeout is killed, and that is an error.
func (p *Process) Stop(timeout time.Duration) error {
	time.Sleep(settle - time.Since(p.since))
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
		return p.err
	case <-time.After(timeout):
		p.Kill()
		return fmt.Errorf("collector ignored SIGTERM for %s and was killed; its log:\n%s", timeout, p.Log())
	}
}

// Kill sends SIGKILL and waits for the end of the process. Killing one that has ended does
// nothing.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}
