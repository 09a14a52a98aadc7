//go:build !linux

package bench

import (
	"testing"
	"time"
)

var began = time.Now()

// cpuTime is the time that has passed, where the CPU time of a thread cannot be had.
func cpuTime(*testing.B) time.Duration { return time.Since(began) }
