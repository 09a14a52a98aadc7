// Package billed is the contract between the receiver that reads what providers charge and those that
// keep it: the names of metrics and attributes, and how a charge is written to a data point and read back.
//
// A report travels a day at a time. One day of one source is a snapshot: all its rows carry the same
// source, day and time of reading, their number, and each its place among them. Whoever keeps the rows
// replaces a day's earlier snapshot by a later one once the later one is whole, so that a charge that the
// provider took back leaves nothing behind. A row that arrives twice has the same place.
//
// A day without any charge is one data point without a value whose number of rows is 0. What was counted has
// places of its own, in each of its metrics; a day without counts has no points of them.
//
// Amounts are exact in [AttrAmount]; the value of the data point is the nearest double.
package billed
