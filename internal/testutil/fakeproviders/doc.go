// Package fakeproviders serves the billing APIs of providers from a ledger that says what is true.
//
// Answers have the form of the providers' documentation: pages, cents and dollars, numbers and texts, days that
// are not complete yet, lines that are revised later. A queue of faults stands before each path.
package fakeproviders
