package genaicostprocessor

import (
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/confmap"
)

// CountConfig says which signal counts where an application reports the same calls in several.
// Records of the other signals are marked duplicate, with reason signal.
type CountConfig struct {
	// Default counts for services that Services does not name. Unset: every signal counts, and records
	// of one call are recognised by response id and by the span that a log record was written in.
	Default Signal `mapstructure:"default"`
	// Services by service.name.
	Services map[string]Signal `mapstructure:"services"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// Signal is a kind of telemetry that reports calls.
type Signal string

// The signals that report calls. Metrics are priced by the gen_ai_cost connector.
const (
	SignalTraces  Signal = "traces"
	SignalLogs    Signal = "logs"
	SignalMetrics Signal = "metrics"
)

// Validate refuses unknown signals; empty is unset.
func (s Signal) Validate() error {
	switch s {
	case "", SignalTraces, SignalLogs, SignalMetrics:
		return nil
	default:
		return fmt.Errorf("%q is not a signal: use traces, logs or metrics", string(s))
	}
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

// counts reports whether records of the signal count for the service.
func (c *CountConfig) counts(service string, signal Signal) bool {
	counted, ok := c.Services[service]
	if !ok {
		counted = c.Default
	}
	return counted == "" || counted == signal
}

var (
	_ confmap.Validator = Signal("")
	_ confmap.Validator = (*CountConfig)(nil)
)
