// Package checkpoint makes the books durable.
//
// One key of the storage holds the header, which names the writer and the books; the others are those of
// the books and of the window of records accounted. What changed is written in one batch, so that books and window can
// never disagree about a record. A [Committer] writes for all who wait at once: while one write is under way, everybody
// who comes waits for the next.
package checkpoint
