// Package conform is the conformance suite: what every scheduler design has to do, written
// once for all designs. designs/all runs it for each row of its table. One design alone
// needs one call:
//
//	func TestConformance(t *testing.T) { conform.Run(t, gpm.New, nil) }
//
// [Run] checks all properties with 1, 2 and 4 Procs. [RunVariant] does less, for a design
// that shares nearly all of its code with another. The tests of other packages use two more
// functions: [Watch] ends a test that hangs, [CostsNoMemory] finds operations that allocate.
//
// # Properties and promises
//
// A property is a claim about a scheduler and a function that checks it; the claim is the
// function's comment. Most claims go for every design. Some need a [rt.Promise], which
// names something that a design may decline to do: the property's row in table.go lists
// them. A design says in [rt.Lacks] what it declines and why, and the properties that need
// it are skipped with that reason. A property that fails or hangs names its promises and
// the function whose comment is the claim.
//
// # Files
//
// The machinery:
//
//	table.go          the table of properties: name, function, the promises it needs
//	run.go            Run, and the trial that each property starts from
//	hang.go           the watch that ends a property that hangs, and what a failure reports
//	crowd.go          Gs of every kind, for properties of something beside them
//	outside.go        what is outside of the scheduler: goroutines and pipes
//	outside_sim.go    the same on a simulated machine
//	memory.go         CostsNoMemory
//	cputime_unix.go   for how long the process has computed
//	cputime_other.go  the same where the system does not tell
//	race.go           whether the race detector is on: yes
//	norace.go         whether the race detector is on: no
//
// The properties:
//
//	once.go           every G runs exactly once (I1)
//	park.go           park and ready, without anything built on them (I11)
//	sync.go           channels, select and locks of package gsync
//	fair.go           yields, parallelism (I2, I4), fairness and preemption (I6)
//	syscall.go        system calls (I7)
//	end.go            Gs that end by a panic or by Goexit
//	life.go           a scheduler from New to Close; Hold, deadlocks (I10), Dump and Stats
//	misuse.go         wrong calls
//	world.go          stopping the world (I8), changing Procs, ForEachP
//	lockm.go          Gs that are locked to an M
//	timer.go          sleeps and timers (I11)
//	poll.go           Gs that wait for descriptors (I11)
//	cache.go          memory from caches
//	status.go         changes of status, and the events that tell of them
//	count.go          what the counters count
//
// # How to add a property
//
//  1. Write a func(*trial) in the file of its subject. Its comment is its name, a colon and
//     the claim.
//  2. Let t.run make a scheduler, run a main on it and close it; t.scheduler gives one for
//     several Runs. Take numbers of rounds from t.many, which lowers them for variants and
//     under the race detector.
//  3. Make what must happen the only way to go on (see 'Waiting'), and count what must not
//     happen. The message of each check says what happened and what that means.
//  4. Give it a row in table.go, with the promises that it needs. If only a part of it needs
//     a promise, ask t.promises there, so that a failure names that promise, too.
//  5. Break a design so that the claim is wrong, and see the property fail.
//
// # How to add a design
//
// reference_test.go is the smallest design that passes, and is tested here. Its head says
// how to start another from it: a copy, and a row in designs/all, whose test calls Run for
// every row.
//
// # Waiting
//
// No property waits for a fixed time, and none fails because something took long. What must
// happen is the only way for the test to go on: a hog loops until the G that it must not
// keep out sets a flag. So a test of a broken design hangs. A watch then ends the process,
// and reports the promises of the property, the Dump of its schedulers and the stacks of all
// goroutines. It errs only towards a false alarm: where the test, which needs half a second
// alone, takes 20 s of computing or 3 minutes of waiting. See [Watch].
package conform
