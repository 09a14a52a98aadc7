// Package books adds up what calls cost from the spans that a collector exported.
//
// It shares no code with the components: ledger lines are parsed here a second time, into
// fractions of math/big, so that a defect of the parser or of the exact sums of the
// components shows as a difference instead of being repeated.
package books
