// Package month simulates a month of a small company that calls models of two providers.
//
// Each call is told of twice: by the span that an instrumentation exports, sent to a built collector, and in the
// ledger of its provider, whose billing API the same collector reads. What the two sides say then lies in FOCUS
// files, and finops reconcile compares them. A scenario injects faults: traffic that bypasses the collector, a
// wrong price, a discount. How large each is in truth follows from the ledger and from what the telemetry could tell, by the
// price lists that the providers publish; neither the catalog nor the command has a part in it. At last the month is closed: then teams are
// charged what the ledgers have.
package month
