// Package report reads what providers say they charged.
//
// An [API] is a row of a table: where a provider's report is, how its key is shown, what its pages look like. The
// [Client] does what all of them need: paging, waiting when told to, trying again, refusing what is no report.
// [Files] reads the same from FOCUS files.
//
// A reading is all or nothing. An answer that cannot be understood, a page that comes twice, a day that
// was not asked for: each is an error with the provider and the endpoint, and no part of the report is returned.
// No error holds a key, or any text of an answer, since some providers repeat the key in theirs.
package report
