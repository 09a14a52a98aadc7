// Package money computes costs exactly.
//
// Three fixed-point types, each a signed 128-bit integer of a decimal fraction:
//
//	Quantity   1e-9 of a unit        what was used
//	UnitPrice  1e-15 of a currency   what one single unit costs
//	Amount     1e-24 of a currency   quantity x unit price, without any rounding
//
// A unit price is rounded exactly once, half to even, when it is made from an exact
// rational ([RoundUnitPrice]); everything after that is integer arithmetic. Floats exist only
// at the edge ([Amount.Float64]).
package money
