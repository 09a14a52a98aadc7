// Package mock is a provider of models on the loopback: it answers requests as the documented APIs of OpenAI,
// Anthropic and Gemini do, with usage that a scenario prescribes, and remembers what it would bill.
//
// Which of a provider's APIs a client talks is the client's choice: the path of each request decides. So do the
// request's own words on streaming, on the usage at the end of a stream, and on tools.
package mock
