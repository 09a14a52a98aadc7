// Package genaicostconnector turns spans and log records that the gen_ai_cost processor has
// priced into metrics: cost, list cost, savings, tokens, units, requests and a distribution of
// the cost per request. Token metrics of services that report no calls it prices itself.
//
// Money is computed from the ledger line on the record alone, exactly, and becomes a double
// only in the data point. All instances that the Collector makes of one component ID share
// one state: its series, its window of records already accounted, its flusher and its storage
// client. A batch is read without any lock; one lock is then held while the batch is
// accounted and another short time while a flush copies the series. None is held across a
// downstream call.
package genaicostconnector

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
