package genaicostprocessor

import "github.com/otelcol-finops/otelcol-finops/internal/signals"

// CountConfig says which signal counts where an application reports the same calls in several.
// Records of the other signals are marked duplicate, with reason signal. Without it, records of one call
// are recognised by response id and by the span that a log record was written in.
type CountConfig = signals.CountConfig

// Signal is a kind of telemetry that reports calls.
type Signal = signals.Signal

// The signals that report calls. Metrics are priced by the gen_ai_cost connector.
const (
	SignalTraces  = signals.Traces
	SignalLogs    = signals.Logs
	SignalMetrics = signals.Metrics
)
