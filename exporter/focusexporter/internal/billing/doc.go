// Package billing makes rows of what providers say they charged and counted.
//
// A report's day is one snapshot, and one file in each dataset: it replaces the file of an earlier snapshot as a whole, so that a charge that
// the provider took back leaves no ghost.
package billing
