// Package record reads what the gen_ai_cost processor wrote on spans and log records into a
// [Batch] of records ready to be accounted: identity, verdict, dimensions and exact amounts.
//
// Reading takes no lock, keeps nothing of the input beyond the batch, and in a warm [Batch]
// allocates nothing. Strings in a batch point into the input, so they are cloned by
// whoever keeps them.
package record
