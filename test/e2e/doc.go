// Package e2e checks the built collector from outside, as its users meet it: spans go in over
// OTLP, a real Prometheus server scrapes the metrics, and what they say must equal the exact
// sum over the spans that the collector exported.
//
// The tests need three binaries: the collector, Prometheus and its promtool. make e2e builds
// them, and then go test in this directory finds them; OTELCOL_FINOPS, PROMETHEUS and PROMTOOL
// name others.
package e2e
