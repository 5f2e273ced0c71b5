// Package conform is the conformance suite: what every design has to do, in
// one body for all of them. The test of a design is one call:
//
//	func Test(t *testing.T) { conform.Run(t, gpm.New, nil) }
//
// A [rt.Promise] names something that a design may decline to do; what a design
// declines it says, with the reason, in [rt.Lacks], and the properties that need it
// are skipped with that reason. Everything else is asked of everyone.
//
//	run.go       Run, what each property starts from
//	hang.go      what ends a property that hangs, and what is told of it
//	table.go     the table of properties
//	once.go      every G runs exactly once
//	park.go      park and ready, bare
//	sync.go      package gsync on top of them
//	fair.go      yields, fairness, preemption, parallelism
//	syscall.go   system calls
//	end.go       Gs that end otherwise than by returning
//	life.go      a scheduler from New to Close
//	misuse.go    wrong calls
//	count.go     what the counters count
//	memory.go    what operations may cost: for the tests of other packages
//
// # How to add a design
//
// reference_test.go is one, as small as it can be, and is tested here. Its head says
// how to make another of it: a copy, and a row in designs/all, whose test calls Run for
// every row and says of each property that fails which promise it is about.
//
// # Waiting
//
// No property waits by the clock, and none asserts a time. What must come about
// is made the only way for the test to go on (a hog loops until the G that it
// must not keep out sets a flag), so a design that fails does not go on. A
// watchdog then ends the process, with the promise that the property is about, the
// Dump of its schedulers and the stacks of all goroutines; it errs, if at all, where
// what takes half a second alone takes 20 s of computing, or 3 minutes: see [Watch].
package conform
