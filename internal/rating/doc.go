// Package rating turns one model call and its price into a verdict: what the call cost, line by line,
// and how sure that is.
//
// The call comes from package genai, the price from package pricing; both are read, never changed. A
// verdict is a function of the two alone, so that the same call has the same verdict at every
// replay. Nothing here knows a provider or an instrumentation: what they do differently is data in
// those packages, and what a gap in the telemetry does to the confidence is the table in this one.
//
// A [Rater] is immutable and safe for concurrent use. A [Verdict] is not; keep one for each
// goroutine and use it again, and rating does not allocate.
package rating
