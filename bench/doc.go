// Package bench measures the components of this project beside what a user would otherwise run, and
// beside a hand-written floor, in the same run.
package bench
