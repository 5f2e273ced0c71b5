// Package native is the baseline: Go's own scheduler behind the API of the
// suite, without handicap.
//
// A G is a goroutine, package gsync's types are Go's channels and locks, a
// system call is a system call. What the API adds is stated so that it can be
// subtracted: one closure and one count of live Gs (an atomic shared by all) at
// each spawn, since Run must know when the last G has ended; BenchmarkHandicap
// measures it against a bare go statement with a sync.WaitGroup.
//
// It is the one design that may import sync: its state is not schedlab's own.
//
// What it cannot do, because Go does not offer it: tell a deadlock of some of
// its goroutines (Run then waits for ever), stop the others when one panics,
// count steals, parks and lock waits, or notice that a G's handle is used by
// another G.
package native
