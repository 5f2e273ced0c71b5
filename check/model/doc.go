// Package model explores this repository's own code: its queues, its locks and its
// designs, in the very source that is measured elsewhere. They run on the host of the
// model (see package host). Package explore executes them in every order of their
// threads' steps, or in every order within a bound that each test states.
//
//	go test -tags model ./check/model
//
// All tests of this package are behind the tag model, except the one that checks that
// they exist. One test, in TestDance, draws executions at random and verifies nothing; it
// says so. Each test says how many executions there are. A number that changes means that
// the code takes other steps, or the explorer does.
//
// # Programs that see a lost wakeup
//
// A G that is forgotten while a P is idle often runs in the end, when its own P comes to
// it. All that is lost is time, which does not pass here. So a G of the programs of
// TestProtocols that waits keeps its P: see programs_test.go. What the programs are worth
// was found out by breaking the designs: by leaving out a look, making a CAS a load and a
// store, putting two steps the wrong way round. Such mutants are in mutants_test.go. The
// strategies that draw at random are compared on them: see explore/sampling/README.md.
//
// Where even a small program on a whole scheduler is too large, TestDance explores gpm
// without its stacks and its monitor: see designs/gpm/dance_model.go.
//
// # In which direction it errs
//
// Sequential consistency is what Go's atomics promise, so nothing is lost there.
//
// Plain memory, which is most of what a scheduler's locks and notes protect, is not
// watched here (package explore's Var is for that). A race on it is no violation: it is
// found only where it breaks an assertion. It cannot break one if no step lies between,
// since a thread is interrupted only before its steps. So plain stores after a Wakeup or
// an Unlock, up to the next step, cannot come too late here, though they can on the real
// host. That misses bugs, and never raises a false alarm. go test -race is for the rest.
//
// The programs are small, and the world that they run in is smaller than the real one.
// All of this can only miss bugs:
//
//   - Rings are four elements long.
//   - Random numbers count up from 0 or 1.
//   - Futexes never wake early.
//   - Sockets and pollers do not exist.
//   - At most one wait in an execution times out early. In TestProtocols and TestDance
//     none does, so gpm's monitor looks only when no other thread can take a step.
package model
