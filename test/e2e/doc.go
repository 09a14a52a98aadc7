// Package e2e checks the built collector from outside, as its users meet it: spans go in over
// OTLP, a real Prometheus server scrapes the metrics, and what they say must equal the exact
// sum over the spans that the collector exported.
//
// The tests need two binaries, the collector and Prometheus. make e2e builds both, and then
// go test in this directory finds them; OTELCOL_FINOPS and PROMETHEUS name others.
package e2e
