// Package billing holds what the collector says about model calls against what a provider billed for them.
//
// Truth is priced by the collector's own catalog: what is judged is whether telemetry led to the right
// price, and whether a price that is not right says so.
package billing
