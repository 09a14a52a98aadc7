// Package e2e checks the built collector from outside, as its users meet it: spans go in over
// OTLP, a real Prometheus server scrapes the metrics, and what they say must equal the exact
// sum over the spans that the collector exported.
//
// The tests need two binaries, named by OTELCOL_FINOPS and PROMETHEUS; make e2e builds both.
package e2e
