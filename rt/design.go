// Package rt is the contract of all scheduler designs of this suite, and
// what is the same in every one of them: Gs, stacks, the life of a scheduler.
//
// A design is a folder beside this file. It says where runnable Gs are kept and
// how Ms find them, by implementing [Impl] (the scheduler as a whole) and
// [Machine] (one M). Everything else is here, once:
//
//	g.go       what the body of a G may do
//	parker.go  what channels, locks and timers do with a G: block it, ready it
//	status.go  the statuses of a G, who owns it in each, the legal changes
//	m.go       an M, and the interface that a design's M implements
//	promise.go what a design may decline to promise
//	stack.go   stacks: fresh Gs run on the scheduler's, blocked ones keep theirs
//	freelist.go dead Gs, to be used again
//	timers.go   timers, and sleeping
//	netpoll.go  Gs that wait for descriptors
//	world.go    stop-the-world, changing the number of Ps
//	lockm.go    Gs that are locked to an M
//	cache.go    memory caches
//	event.go    the stream of what happens
//	eventlog.go a sink that keeps it
//	site.go     where Gs were made
//	deadlock.go who is blocked, and whether for ever
//	dump.go     the state of a scheduler as text
//	core.go    from New to Close: Run, injection, rest, failure
//	stats.go   what is counted
//
// # Invariants
//
// What a correct scheduler guarantees. G is the set of Gs, M of Ms, P of Ps
// (or whatever limits parallelism: mcpumax in G-M); running(m) is the G that m
// runs, or none; "at rest" means that every M is parked or in a system call.
//
//	I1  Exactly once. Every spawned G runs to its end exactly once.
//	    For all g: starts(g) = ends(g) = 1 when Run has returned nil.
//	I2  Work conservation. No settled state holds a runnable G and an idle P;
//	    settled: each M runs a G, is parked or is in a system call, and nobody is
//	    on the way to a P or to sleep.
//	    settled => runnable = {} or idleP = {}
//	I3  Ownership. A G is on at most one M and in at most one queue; a P is with
//	    at most one M; only the owner touches it.
//	    For all g: |{m: running(m)=g}| + |{q: g in q}| + |{w: g waits on w}| <= 1
//	I4  Parallelism. |{m: running(m) != none and m not in a system call}| <= Procs
//	I5  Counters equal what they count (nmspinning, npidle, mcpu, lengths), in
//	    every state in which the lock that guards them is free; nmspinning and
//	    mcpu, which none guards, in every settled state.
//	I6  Fairness. Bounded bypass: for each queue there is a bound b, stated by
//	    the design, so that a G in it is overtaken by at most b others.
//	I7  Progress behind a system call. A G that blocks in the kernel delays
//	    another runnable G by a bounded time.
//	I8  Stop-the-world ends if every G reaches a safe point, and from when
//	    StopTheWorld returns to StartTheWorld no other G runs.
//	I9  Every queue operation is linearizable with respect to its sequential
//	    specification (put, get, grab, steal, drain, len, empty).
//	I10 No deadlock: Run of a program that can end ends. And a deadlock of the
//	    program is reported if and only if it is one.
//	I11 No wakeup is lost or doubled; timers and network events fire.
//	I12 Operations that claim lock-freedom have it: some thread completes its
//	    operation within a bounded number of steps of all.
//
// A design that does not keep one of them says so in its doc.go.
package rt

import (
	"errors"
	"fmt"
	"math"
)

// Scheduler is a design at work. Its methods are for ordinary goroutines, not
// for the bodies of Gs, and may be called concurrently.
type Scheduler interface {
	// Run runs main as a G and returns when no G of the scheduler is left. Only
	// one Run at a time. It fails with *PanicError if a G panicked: the others
	// are then stopped at their next safe point. It fails with *DeadlockError if
	// Gs are left that wait for each other. After a failure only Close is left.
	Run(main func(*G)) error
	// Go submits fn as a new G from outside.
	Go(fn func(*G)) error
	// Hold says that something outside will still submit, so that Gs which
	// wait for that are not deadlocked. Run and Close do not end before release.
	Hold() (release func())
	// Close waits until no G is left, ends all threads and frees all stacks.
	// Gs that can never end are abandoned: their deferred calls run, and Close
	// reports them with a *DeadlockError, unless Run failed before. It also
	// reports a *PanicError that no Run was there to report.
	Close() error
	// Stats returns the counters as they were when the scheduler was last at
	// rest, which it is between Runs; those of locks and wakeups as they are now.
	Stats() Stats
	// Dump describes the scheduler at this moment, as text for people.
	Dump() string
}

// Native is what designs/native provides beneath a G in place of an M.
type Native interface {
	Go(fn func(*G))
	Call(fn func(*G)) // is Go for a goroutine that is there already, to be fn's
	Sleep(ns int64)
	SetProcs(n int) (before int, err error)
}

// NewNativeG returns the G that all goroutines of a native scheduler share.
func NewNativeG(n Native) *G { return &G{m: &M{native: n}, status: Running} }

// Config sets up a scheduler.
type Config struct {
	// Procs is how many Gs may run at the same moment: the number of Ps, the
	// mcpumax of G-M, the GOMAXPROCS of native. 1 to MaxProcs.
	Procs int
	// Seed makes random choices reproducible, as far as threads are.
	Seed uint64
	// SampleReady: one in this many changes to Runnable is timed until the G
	// runs. 0: none.
	SampleReady int
	// Events, if not nil, is given what happens: see 'The event stream'. Native
	// schedulers have nothing to give.
	Events EventSink
}

// MaxProcs is the largest Procs.
const MaxProcs = 4096

// Check returns an error that names the first field that is out of range.
func (c Config) Check() error {
	if c.Procs < 1 || c.Procs > MaxProcs {
		return fmt.Errorf("rt: Config.Procs is %d; it must be 1 to %d", c.Procs, MaxProcs)
	}
	if c.SampleReady < 0 || c.SampleReady > math.MaxInt32 {
		return fmt.Errorf("rt: Config.SampleReady is %d; it must be 0 (none) to %d", c.SampleReady, math.MaxInt32)
	}
	return nil
}

// ErrClosed is what the methods of a closed scheduler fail with.
var ErrClosed = errors.New("the scheduler is closed; make a new one")

// PanicError is a panic of a G that the G did not recover from.
type PanicError struct {
	G     uint64 // ID of the G
	Value any    // what it panicked with
	Stack []byte // its stack, as text
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("panic in G %d: %v\n\n%s", e.G, e.Value, e.Stack)
}

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
