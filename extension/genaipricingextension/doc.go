//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml

// Package genaipricingextension holds the prices of model calls for all components of one Collector.
//
// Prices come from catalogs (builtin, file, HTTP), merged entry by entry with later ones winning, and from
// a customer's own rates, agreements and commitments in the configuration. All of it is compiled into one
// immutable engine, replaced as a whole when anything changes: a component loads the
// engine once for each batch and never sees half of an update.
//
// What cannot be loaded at start stops the Collector, except for an endpoint that does not answer:
// start-up does not depend on the network. What cannot be loaded later is refused, logged and counted, and the
// last good prices stay.
package genaipricingextension
