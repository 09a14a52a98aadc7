// Package workload makes the spans that the benchmarks price: wire batches of OTLP traces that can
// be made new, at next to no cost, before each use.
//
// A batch is marshalled once. What must differ from batch to batch, so that no span is a replay of an
// earlier one (trace ids, span ids, response ids), holds an epoch at known offsets of the
// encoded bytes; [Batch.Renew] overwrites it in place.
package workload
