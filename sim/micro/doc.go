// Package micro has small programs that try a simulated machine: how long a line travels, and
// what a lock of some kind passes at most. Tests compare them with formulas, and the validation
// of the machine compares them with figures that others have published.
//
// Each function runs a machine of its own, and returns virtual nanoseconds.
//
//	pingpong.go  one line between two CPUs
//	storm.go     all CPUs change one word
//	lock.go      locks of four kinds
//	passage.go   all CPUs on one lock, or on several
//	wake.go      what a futex costs
package micro
