// Package native is the baseline: Go's own scheduler behind the API of the suite, without
// handicap.
//
// # Nouns
//
// A G is a goroutine. Package gsync's types are Go's channels and locks. A system call is
// a system call. Whatever waits for the last G looks at live, the number of Gs that have
// not ended.
//
// # What the API adds
//
// It is stated so that it can be subtracted: one closure and one count of live Gs (an
// atomic shared by all) at each spawn. Run needs the count to know when the last G has
// ended. BenchmarkHandicap measures both against a bare go statement with a
// sync.WaitGroup.
//
// This is the one design that may import sync: its state is not schedlab's own. The files:
//
//	native.go   the scheduler, and GOMAXPROCS
//	latency.go  times from ready to run, from Go's own samples
//
// # What it leaves out
//
// Go does not offer what the following would take:
//
//   - to tell a deadlock of some of its goroutines (Run then waits for ever),
//   - to stop the others when one panics,
//   - to count steals, parks and lock waits,
//   - to notice that a G's handle is used by another G.
package native
