// Package genaiprices measures the engine that genai-prices publishes as an npm package beside ours, in the
// same run and with the same calls.
package genaiprices
