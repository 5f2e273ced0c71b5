// Package model explores this repository's own code: its queues, its locks and
// its designs run, in the very source that is measured elsewhere, on the host of
// the model (see package host), and package explore executes them in every order
// of their threads' steps, or within a bound that each test states.
//
//	go test -tags model ./check/model
//
// All tests of this package are behind the tag model, but one, which sees to it
// that they exist. One, said to be so, draws at random and verifies nothing; it is in
// TestDance. Each says how many executions there are: a number that changes
// means that the code takes other steps, or the explorer does.
//
// # Programs that see a lost wakeup
//
// A G that is forgotten while a P is idle often runs in the end, when its own P
// comes to it; all that is lost is time, which does not pass here. So in the programs of
// TestProtocols who waits keeps the P: see programs_test.go. What they are worth
// was found out by breaking the designs: leaving out a look, making a CAS a load and a
// store, putting two steps the wrong way round. Where even a small program on a whole
// scheduler is too large, TestDance explores gpm's parts alone, through the functions
// that they consist of.
//
// # In which direction it errs
//
// Sequential consistency is what Go's atomics promise, so nothing is lost there.
//
// Plain memory, which is most of what a scheduler's locks and notes protect, is not
// watched here (package explore's Var is for that). A race on it is no violation: it is
// found only where it breaks an assertion. Nor can it break one if no step lies between:
// a thread is interrupted before its steps only, so plain stores after a Wakeup or an
// Unlock, up to the next step, cannot come too late here, though they can on the real
// host. That misses bugs, and never raises a false alarm; go test -race is for the
// rest.
//
// Rings are four elements long, random numbers count up from 0 or 1, futexes never wake
// early, sockets and pollers do not exist, waits time out early once in an execution
// at most (in TestProtocols and TestDance never, so gpm's monitor looks only when nobody else can
// take a step), and programs are small: all that can only miss bugs.
package model
