// Package rt is the contract of all scheduler designs of this suite, and the part
// that is the same in every one of them: Gs, stacks, the life of a scheduler.
//
// A design is a package of its own. It says where runnable Gs are kept and how Ms
// find them, by implementing [Impl] (the scheduler as a whole) and [Machine] (one M).
// Everything else is here, once.
//
// The contract, to be read first:
//
//	design.go    what a user sees: Scheduler, Config, errors; the invariants
//	impl.go      what a design implements: Impl, Machine, Stopper, SafePointer
//	promise.go   what a design may decline to promise
//	status.go    the statuses of a G, its owner in each, the legal changes
//	reason.go    what a waiting G waits for
//	native.go    Go's own scheduler behind the same contract
//
// What a G can do:
//
//	g.go         what its body may do
//	parker.go    what channels, locks and networks do with it: block it, ready it
//	sleep.go     sleeping
//	alloc.go     memory from the caches of package heap
//	world.go     stop-the-world, changing the number of Ps
//	lockm.go     being locked to an M
//	polldesc.go  waiting for a descriptor
//
// What is behind it:
//
//	core.go      Core, which a design embeds: its parts, and what it tells a design
//	life.go      from New to Close: Run, Go, Hold, failure
//	rest.go      nothing can happen any more: done, or a deadlock
//	threads.go   the threads of Ms and others
//	stop_model.go stopping without Run or Close, to be explored
//	halt.go      why Ms must leave their Gs, in one word
//	m.go         an M
//	tell.go      what an M tells the event stream
//	stack.go     stacks: fresh Gs run on the scheduler's, blocked ones keep theirs
//	stackpool.go idle stacks, and the end of all
//	graveyard.go what deferred calls run on at Close
//	freelist.go  dead Gs, to be used again
//	timer.go     a timer
//	timers.go    a set of timers
//	netpoll.go   the network: Gs that wait for descriptors, and how they are readied
//	deadlock.go  the report of Gs that can never end
//	blocked.go   a G that does not run, as reports describe it
//	dump.go      the state of a scheduler as text
//	look.go      looking at all Gs in a stopped world
//	stats.go     what is counted
//	latency.go   histograms of times
//	broken.go    how wrong calls and a wrong scheduler are refused
//	site.go      where a G was made
//	site_cheap.go systems on which that is cheap to know
//	site_dear.go  systems on which it is not
//
// Packages below this one: event (the stream of what happens), heap (memory caches),
// queue (run queues), fault (what is panicked with). Above it: reactor (a thread for
// timers and the network), gsync (channels and locks), gnet (connections).
//
// # Invariants
//
// They are what a correct scheduler guarantees. G is the set of Gs, M of Ms, P of Ps
// (or of what else limits parallelism: mcpumax in G-M). running(m) is the G that m
// runs, or none. A state is settled if each M runs a G, is parked or is in a system
// call, and no M is on the way to a P or to sleep.
//
//	I1  Exactly once. Every spawned G runs to its end exactly once.
//	    For all g: starts(g) = ends(g) = 1 when Run has returned nil.
//	I2  Work conservation. No settled state holds a runnable G and an idle P.
//	    settled => runnable = {} or idleP = {}
//	I3  Ownership. A G is on at most one M and in at most one queue; a P is with
//	    at most one M; only the owner touches it.
//	    For all g: |{m: running(m)=g}| + |{q: g in q}| + |{w: g waits on w}| <= 1
//	I4  Parallelism. |{m: running(m) != none and m not in a system call}| <= Procs
//	I5  Counters equal what they count (nmspinning, npidle, mcpu, lengths), in
//	    every state in which the lock that guards them is free. No lock guards
//	    nmspinning and mcpu: they do in every settled state.
//	I6  Fairness. Bounded bypass: for each queue there is a bound b, stated by
//	    the design, so that a G in it is overtaken by at most b others.
//	I7  Progress behind a system call. A G that blocks in the kernel delays
//	    another runnable G by a bounded time.
//	I8  Stop-the-world ends if every G reaches a safe point. From the return of
//	    StopTheWorld to StartTheWorld no other G runs.
//	I9  Every queue operation is linearizable with respect to its sequential
//	    specification (put, get, grab, steal, drain, len, empty).
//	I10 No deadlock: Run of a program that can end ends. A deadlock of the
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

	"schedlab/rt/event"
)

// Scheduler is a design at work. Its methods are for ordinary goroutines, not for the
// bodies of Gs, and may be called concurrently.
type Scheduler interface {
	// Run runs main as a G and returns when no G of the scheduler is left. Only one
	// Run at a time. It fails with *PanicError if a G panicked: the others are then
	// stopped at their next safe point. It fails with *DeadlockError if Gs are left
	// that wait for each other. After a failure only Close is left.
	Run(main func(*G)) error
	// Go submits fn as a new G from outside.
	Go(fn func(*G)) error
	// Hold says that code outside will still submit, so that Gs which wait for that
	// are not deadlocked. Run and Close do not end before release.
	Hold() (release func())
	// Close waits until no G is left, ends all threads and frees all stacks. Gs that
	// can never end are abandoned: their deferred calls run, and Close reports them
	// with a *DeadlockError, unless Run failed before. It also reports a *PanicError
	// that no Run was there to report.
	Close() error
	// Stats returns the counters as they were when the scheduler was last at rest,
	// which it is between Runs. Those of locks and wakeups are as they are now.
	Stats() Stats
	// Dump describes the scheduler at this moment, as text for people.
	Dump() string
}

// Config sets up a scheduler.
type Config struct {
	// Procs is how many Gs may run at the same moment: the number of Ps, the mcpumax
	// of G-M, the GOMAXPROCS of native. 1 to MaxProcs.
	Procs int
	// Seed makes random choices reproducible, as far as threads are.
	Seed uint64
	// SampleReady: one in this many changes to Runnable is timed until the G runs. 0:
	// none.
	SampleReady int
	// Events, if not nil, is given what happens: see package event. Native schedulers
	// have nothing to give.
	Events event.Sink
}

// MaxProcs is the largest Procs.
const MaxProcs = 4096

// Check returns an error that names the first field that is out of range.
func (c Config) Check() error {
	if c.Procs < 1 || c.Procs > MaxProcs {
		return fmt.Errorf("rt: Config.Procs is %d; it must be 1 to %d", c.Procs, MaxProcs)
	}
	if c.SampleReady < 0 || c.SampleReady > math.MaxInt32 {
		return fmt.Errorf("rt: Config.SampleReady is %d; it must be 0 (none) to %d",
			c.SampleReady, math.MaxInt32)
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
