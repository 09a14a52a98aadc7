//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml

// Package genaibillingreceiver brings in what providers of models say they charged.
//
// Each entry of the configuration is a source with a report: the billing API of a provider, the spend of a
// gateway, or FOCUS files. At every collection each source reads the days that are not yet final and emits each as
// a whole snapshot (package internal/billed), next to the sum of the month so far. Sources fail on their own: one that
// cannot be read emits nothing, and the others go on.
//
// How far a source has got is written to storage only after the pipeline has accepted what was read, so that a
// day is read again rather than lost.
package genaibillingreceiver
