// Package allocate splits the cost of a shared service by the usage that was measured, when a period is over.
//
// A gateway or an embedding service that several teams use has an owner of its own on every row of FOCUS. What each
// team used of it is known only when the month is complete, so no collector can split it as it goes: it is done over
// the rows. First every row is measured, then every row is split:
//
//	a := allocate.New(rules)
//	for row := range rows { a.Measure(row) }
//	for row := range rows { parts, err := a.Split(row) }
//
// Parts add up to their row to the last digit: quantities are split first, by the largest remainder and no finer than
// usage is counted, and costs by quantities, so that unit price x quantity is the cost of each part too.
package allocate
