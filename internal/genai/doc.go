// Package genai reads what GenAI instrumentations say about a model call, in whatever dialect
// they say it, into one [Call]: who served which model, and how much of every meter was used.
//
// Reading is one pass over the attributes of a span or log record. Evidence on the record
// comes first, then what the profile table knows about the instrumentation that wrote it, then the
// rule of the OpenTelemetry semantic conventions. Whatever had to be assumed is kept as a
// [Gap], so that the confidence of the cost can say so.
package genai
