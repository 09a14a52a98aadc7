//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml

// Package genaicostprocessor prices GenAI spans and log records.
//
// One batch is one unit of work: every record is read into a call, the calls are resolved
// against each other so that none counts twice, and what counts is attributed, priced and
// written back as finops.* attributes. Records that are not about GenAI are not touched. A
// pricing problem marks a record; it never fails a batch.
package genaicostprocessor
