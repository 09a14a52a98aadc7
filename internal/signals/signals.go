// Package signals holds the configuration of which signal counts where an application reports the same
// calls in several. Every component that counts calls has it under the key count.
package signals

import (
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/confmap"
)

// Signal is a kind of telemetry that reports calls.
type Signal string

// The signals that report calls.
const (
	Traces  Signal = "traces"
	Logs    Signal = "logs"
	Metrics Signal = "metrics"
)

// Validate refuses unknown signals; empty is unset.
func (s Signal) Validate() error {
	switch s {
	case "", Traces, Logs, Metrics:
		return nil
	default:
		return fmt.Errorf("%q is not a signal: use traces, logs or metrics", string(s))
	}
}

// CountConfig says which signal counts for which service.
type CountConfig struct {
	// Default counts for services that Services does not name. Unset, every record of a call counts, and
	// no metric does: records of one call are recognised, but nothing tells which calls a sum is made of.
	Default Signal `mapstructure:"default"`
	// Services by service.name.
	Services map[string]Signal `mapstructure:"services"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// Validate refuses services without a name or a signal.
func (c *CountConfig) Validate() error {
	var errs []error
	for service, signal := range c.Services {
		if service == "" || signal == "" {
			errs = append(errs, fmt.Errorf("services: %q: %q: name a service.name and the signal that counts for it", service, string(signal)))
		}
	}
	return errors.Join(errs...)
}

// Counts reports whether telemetry of the signal counts for the service.
func (c *CountConfig) Counts(service string, signal Signal) bool {
	counted, ok := c.Services[service]
	if !ok {
		counted = c.Default
	}
	if counted == "" {
		return signal != Metrics
	}
	return counted == signal
}

var (
	_ confmap.Validator = Signal("")
	_ confmap.Validator = (*CountConfig)(nil)
)
