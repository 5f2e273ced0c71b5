// Package model explores this repository's own code: its queues, its locks and
// its designs run, in the very source that is measured elsewhere, on the host of
// the model (see package host), and package explore executes them in every order
// of their threads' steps, or within a bound that each test states.
//
//	go test -tags model ./check/model
//
// All tests of this package are behind the tag model, but one, which sees to it
// that they exist. Each says how many executions there are: a number that changes
// means that the code takes other steps, or the explorer does.
//
// # In which direction it errs
//
// Sequential consistency is what Go's atomics promise, so nothing is lost there.
// Plain memory is not watched here (package explore's Var is for that): what is not
// ordered by atomics or locks is found only where it breaks an assertion; go test
// -race is for the rest. Rings are four elements long, random numbers count up from
// 0 or 1, futexes never wake early, sockets and pollers do not exist, and programs
// are small: all that can only miss bugs.
package model
