// Package reconcile compares what telemetry metered with what a provider billed, and explains the difference.
//
// What is compared is a cell: a day, provider, account, model and currency. The difference of a cell, billed minus
// metered, is divided into the lines of a bridge, which add up to it exactly, whatever the cells are then grouped by:
//
//	volume          tokens that the provider counted and telemetry did not, or the other way round, at our rates
//	price           tokens that the provider counted, at the difference between the rate that the bill implies and ours
//	tier_and_cache  tokens that both counted, but under another tier or another cache action
//	tools_and_fees  searches, sessions and the like, and fees
//	rounding        what is below the precision of the bill or of a unit price
//	unparsed        lines of a bill that name neither a model nor a meter, against models and meters that no line names
//	unexplained     the rest: above all charges for which the provider reports no quantity
//
// Purchases, credits and tax follow, as they stand between usage and the invoice.
//
// The package does no I/O and knows no provider: what it is given is final, in one currency a cell, and spelt alike
// on both sides.
package reconcile
