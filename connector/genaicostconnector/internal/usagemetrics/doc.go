// Package usagemetrics reads how much was used out of token metrics: counters and histograms that
// instrumentations, coding agents and gateways emit beside, or instead of, spans.
//
// What a metric means is the table in sources.go. A cumulative point is worth its difference to the point
// before it of the same stream, a delta point its value; [Tracker] remembers the streams, exactly, within a
// bound, and so that it can be persisted together with what was made of them. Points of one export that
// differ only in what kind of token they count are one [Usage] in disjoint meters.
package usagemetrics
