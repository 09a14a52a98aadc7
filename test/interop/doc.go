// Interop runs published instrumentations, at pinned versions, against a provider on the loopback, sends what they
// export through the built collector, and compares every price with what that provider billed.
//
// It writes the table that docs/interop.md is, and fails when a price is silently wrong: it says exact and is
// not, its flag points the wrong way, a call counts twice, or a billed call is missing from the spans without one
// that says so. What the registries do not give is skipped, and said to be.
package main
