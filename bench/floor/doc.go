// Package floor holds the least that a component can do and still price spans and count their
// cost: hand-written, for one dialect, one price list and fixed dimensions. Nothing useful can be
// much faster, so it is what the project's components are measured against.
//
// It leaves out what makes a price right: dialects, dates, tiers, variants, confidence,
// de-duplication, attribution, exact money.
package floor
