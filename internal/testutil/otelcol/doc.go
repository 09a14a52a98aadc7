// Package otelcol runs a built collector as a child process, for tests and the demo.
//
// A process is started on one configuration file, is ready once the collector says so, and
// ends by SIGTERM or SIGKILL; its log is kept to be asserted on.
package otelcol
