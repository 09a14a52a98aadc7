// Package lookup reads tables that say who owns what: which team a service, a user or an API key
// belonged to at the time of a call.
//
// # Tables
//
// A table is CSV or YAML, by the extension of its name. Some of its columns are keys, the others values:
//
//	service.name,user.id,team,cost_center,valid_from,valid_to
//	checkout,*,payments,CC-100,,
//	checkout-*,,payments,CC-100,,
//	,ann,search,CC-200,,2026-11-15
//	,ann,support,CC-300,2026-11-15,
//
// In CSV the first line names the columns, lines that begin with # are comments, a byte order mark is
// skipped, and cells are trimmed. In YAML a table is a list of maps:
//
//   - {service.name: checkout, user.id: "*", team: payments, cost_center: CC-100}
//   - {service.name: "*", user.id: ann, team: search, valid_to: 2026-11-15}
//
// The first of them names the columns, to which valid_from and valid_to always belong. A row may leave values out, but no
// keys: a misspelt key would match anything. Scalars are taken as they are written, and aliases are refused.
//
// # Keys
//
// A key cell is compared with the whole value, case and all. In it * stands for any text, also none;
// an empty cell is * alone, which matches also what a call lacks. Several rows may match a call. The key columns decide
// in the order in which they were given, the first before the second, and in a column
//
//  1. a text without * beats any with;
//  2. a glob with more literal bytes beats one with fewer (checkout-eu-* beats checkout-*);
//  3. of equally many, the one with more of them before its first * wins, then the one with more after its
//     last *, then the one whose middle sorts first (a*b beats *ab);
//  4. * alone comes last.
//
// These rules order any two different patterns that match one value, so the order of rows never matters,
// and only rows of identical keys can compete.
//
// # Validity
//
// The columns valid_from and valid_to bound a row to [from, to): the first instant that is valid, and the first
// that no longer is. A date means its beginning in UTC; RFC 3339 says more precisely. An empty cell is open. A row
// outside its time is as if absent, so a less specific row answers. Rows of identical keys must not overlap.
//
// # Errors
//
// A table is refused whole, with the line and reason of up to 100 errors: unknown, missing or repeated
// columns, rows of other lengths than the header, dates that are none, valid_to not after valid_from, rows of identical
// keys whose times overlap, text that is not UTF-8, and more of anything than the limits: 1 GiB of CSV or 4 MiB of YAML (which takes
// thirty times its size to read), 8,388,608 rows, 256 columns, 8 of them keys, 1,024 bytes in a cell, 1,024 shapes.
//
// # Cost
//
// Rows that ask the same of each key column (an exact text, a glob with so many bytes before and after
// its *, or nothing) are of one shape. Every shape has an index from key to rows, and Find asks shapes, the most
// specific first, until one answers. So what counts is the number of shapes, not that of rows.
//
// Distinct rows of values are stored once. A key takes 9.7 bytes, and for each column that is not * its text and, where
// it is exact, 2 bytes; rows that are dated take 4 bytes for each key and 20 for each row instead of 4 of these. A million
// users with keys of 34 bytes and 500 teams keep 48 MB. Reading their file of 54 MB allocates 550 MB, most of it garbage
// soon, and takes 1.3 s (BenchmarkParse).
//
// A lookup allocates nothing, and reads main memory once unless the cache has the keys' record (BenchmarkFind). These are the
// best of 20 short runs each, repeated while other work kept both cores of the machine busy, so they are upper bounds; one
// random read of main memory took 190 to 250 ns at the same time:
//
//	a thousand rows                                        60 to  95 ns
//	a million rows, few of the keys make most calls       110 to 190 ns
//	a million rows, keys evenly at random: hit            280 to 540 ns
//	the same: miss                                        250 to 470 ns
//	the same in a map[string]string, without wildcards    470 to 740 ns
//	each shape that does not answer                        50 ns more
package lookup
