// Package focusexporter writes what GenAI calls cost into files of the FinOps Open Cost and Usage
// Specification (FOCUS).
//
// Charges are read from the spans and log records that the gen_ai_cost processor has priced, and added up by charge
// period and identity. A batch is acknowledged when what it brought is durable in the storage extension. Files
// are written from that state alone, so that each can be written again at any time and is the same: at an interval while
// their period is open, and a last time when it is closed.
//
// All instances that the Collector makes of one component ID share one state. A batch is read without any lock, one lock is
// held while it is added to the books, and none while anything is written.
package focusexporter

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
