// Package peers configures what a user of the Collector would otherwise price spans with: the
// transform processor, and signal_to_metrics for the metrics.
package peers
