// Package dedup decides which of the records that tell of a model call counts.
//
// One call is often told of by several spans: a framework's and the SDK's inside it, the
// application's and the gateway's, an agent's with the sum of its calls. A [Deduplicator] sees the
// records of all batches of one component and gives each a [Verdict]. What it promises:
//
//   - A verdict is a function of the record's identity while the record is remembered: a batch that is
//     sent again gets the same verdicts.
//   - Within a batch the innermost span of a call wins. Across batches the first one seen wins, unless
//     its role already says that it repeats others. A verdict that was given is never taken back.
//   - Calls are counted once whatever the order and the batches in which their spans arrive, as
//     long as the spans of one call arrive within the window and at the same Deduplicator.
//
// Spans belong to one call when one is an ancestor of the other, when they carry the same
// response id, or when they are siblings: made by different scopes of one process, one within the time of
// the other, with the same model and usage. Siblings pair off, at most one span of each scope to a call, so
// that two equal calls of the same scope stay two.
//
// Memory is bounded by a number of spans and by a window of arrival time. Nothing is kept of a
// record but numbers.
package dedup
