// Command finops works with price catalogs and explains what model calls cost.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
)

// Exit codes. Scripts rely on them.
const (
	exitOK = 0
	// exitFailed: the command ran and its answer is no, such as an invalid catalog or an
	// unknown model.
	exitFailed = 1
	// exitUsage: the command could not run as it was given.
	exitUsage = 2
)

// errAnswerIsNo ends a command whose output says everything already.
var errAnswerIsNo = errors.New("")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := newRootCommand().ExecuteContext(ctx)
	stop()
	if err != nil && !errors.Is(err, errAnswerIsNo) {
		fmt.Fprintln(os.Stderr, "finops: "+err.Error())
	}
	os.Exit(exitCode(err))
}

// failure is an error of the command's own kind, as opposed to one of its arguments.
type failure struct{ error }

// Unwrap returns the error that failed wrapped.
func (f failure) Unwrap() error { return f.error }

// failed wraps an error that is no fault of the arguments.
func failed(format string, args ...any) error { return failure{fmt.Errorf(format, args...)} }

func exitCode(err error) int {
	var f failure
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errAnswerIsNo), errors.As(err, &f):
		return exitFailed
	default:
		return exitUsage
	}
}
