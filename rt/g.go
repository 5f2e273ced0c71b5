package rt

import (
	"runtime"

	"schedlab/host"
	"schedlab/rt/event"
	"schedlab/rt/queue"
)

// G is a goroutine of a design: ordinary Go code on a growable Go stack.
//
// Its methods are what its body may do, and only that body, which is given the G, may call
// them. A body that calls them on another G panics if the other is not running. If the other
// happens to run at that moment the mistake cannot be seen here; the race detector finds it.
// What the authors of channels and locks do with a G is in [Parker].
//
// Go, Yield, Checkpoint, Syscall, BlockingSyscall and Sleep are safe points, as are Enter, Park
// and ParkUnlock of a Parker: a G that was asked to give way does so there. Ready is none, so
// it may be called with locks held.
type G struct {
	queue.Link[G] // in one list at a time: a run queue, a free list or a wait queue
	memory        host.Line

	m     *M     // the M that runs it; nil otherwise
	stack *stack // the stack it keeps while it is not running; nil while fresh
	fn    func(*G)
	since uint64 // host.Ticks when its wait or system call began; while Runnable: see runnable
	id    uint64

	// Exactly one caller may resume a waiting G. The field waits counts how often the G began to
	// wait, readies how often it was resumed. The caller that moves readies from waits-1 to
	// waits by CAS resumes it. Readers find the G under a lock or through a commit, and the
	// write of waits comes before both, so waits is plain.
	waits   uint32
	readies host.Uint32

	status Status     // its type says which owner may write it
	reason WaitReason // valid while status is Waiting
	lastM  int16      // id of the M that made it runnable or ran it last
	site   Site       // where it was made
}

// ID identifies the G in reports, from 1. A reused G gets a new ID. The Gs of designs/native
// share ID 0, because Go gives a goroutine no name.
func (g *G) ID() uint64 { return g.id }

// Status returns where the G is in its life. Only the G itself may ask, or anybody while the
// scheduler is at rest.
func (g *G) Status() Status { return g.status }

// Native says whether the G is a goroutine of Go's own scheduler. It has Go's own channels and
// locks, and neither a [Parker] nor a world to stop.
func (g *G) Native() bool { return g.m != nil && g.m.native != nil }

// CallNative runs fn as a new G of g's native scheduler, on the calling goroutine, which Go has
// started itself: that of a timer. It is for package gsync.
func CallNative(g *G, fn func(*G)) { g.running("CallNative").native.Call(fn) }

// running returns the M that runs g. It panics, with the name of the API call, if g does not
// run. The M of a native G only says what is beneath it.
func (g *G) running(call string) *M {
	if g.m == nil {
		g.refuse(call)
	}
	return g.m
}

// scheduled is running for the calls that a native G does not have.
func (g *G) scheduled(call string) *M {
	if g.m == nil || g.m.native != nil {
		g.refuse(call)
	}
	return g.m
}

func (g *G) refuse(call string) {
	if g.m == nil {
		throw("%s: G %d is %s, not running: a G's methods are for its own body",
			call, g.id, g.status)
	}
	throw("%s: this G is one of Go's own scheduler, which parks it itself", call)
}

// Go starts fn as a new G.
//
//go:noinline
func (g *G) Go(fn func(*G)) {
	if fn == nil {
		throw("G.Go: the function is nil")
	}
	mp := g.running("G.Go")
	if mp.native != nil {
		mp.native.Go(fn)
		return
	}
	if cheapSites {
		mp.site = siteOf(host.CallerPC())
	} else {
		mp.site = noSite
	}
	mp.impl.Newproc(fn)
	if mp.preempt.Load() {
		g.preempted(mp)
	}
}

// Yield lets all Gs that are runnable now go first, at least those close by. A G may wait for
// another by yielding.
func (g *G) Yield() {
	mp := g.running("G.Yield")
	if mp.native != nil {
		runtime.Gosched()
		return
	}
	g.yield(mp, leftYield)
}

// Checkpoint is a safe point for loops that call nothing else. It gives way if the monitor asked
// for it, and otherwise costs a load.
func (g *G) Checkpoint() {
	mp := g.running("G.Checkpoint")
	if mp.preempt.Load() { // never set for a native G
		g.preempted(mp)
	}
}

// Syscall calls fn, which may block its thread in the kernel for long or not at all. What
// happens to the other Gs behind it meanwhile is the design's matter. fn must not use the G.
func (g *G) Syscall(fn func()) { g.syscall(fn, MayBlock) }

// BlockingSyscall is Syscall for an fn that is known to block, so that the design need not wait
// and see.
func (g *G) BlockingSyscall(fn func()) { g.syscall(fn, Blocks) }

func (g *G) syscall(fn func(), hint SyscallHint) {
	mp := g.running("G.Syscall")
	if mp.native != nil {
		fn()
		return
	}
	mp.notWhileStopped("makes a system call")
	mp.stats.Syscalls++
	g.since = host.Ticks()
	mp.timed(event.Syscall)
	g.setStatus(InSyscall)
	mp.impl.EnterSyscall(hint)
	defer g.exitSyscall(mp) // deferred, because fn may panic
	fn()
}

func (g *G) exitSyscall(mp *M) {
	if !mp.impl.ExitSyscall() { // no P (or whatever the design limits) is free
		mp.stats.SyscallsSlow++
		mp.timed(event.SyscallSlow)
		// The world may stand still: see 'Looking at all Gs'.
		mp.mu.LockCounted(&mp.stats.Locks[LockM])
		mp.runnable(g)
		mp.mu.Unlock()
		mp.leave(g, departure{why: leftSyscall, gp: g})
		return
	}
	g.setStatus(Running)
	mp.timed(event.SyscallEnd)
	if mp.preempt.Load() {
		g.preempted(mp)
	}
}

// yield makes g give way: of its own will (leftYield), or because it was asked to (leftPreempt).
func (g *G) yield(mp *M, why leftWhy) {
	if mp.stopped || g == &mp.g0 {
		return // no other G may run here now
	}
	halt := mp.core.halt.load()
	if halt.stop() {
		g.abandoned(mp)
	}
	var next *G // none: the M must look up from its Gs, or belongs to this one
	if !halt.any() && mp.locked == nil {
		if next = mp.impl.YieldTo(g); next == nil {
			return
		}
	}
	if why == leftPreempt {
		mp.timed(event.Preempted)
		g.setStatus(Preempted)
	} else {
		mp.timed(event.Yield)
	}
	mp.runnable(g)
	mp.stats.Yields++
	mp.leaveFor(next, g, departure{why: why, gp: g})
}

// preempted answers the monitor's request.
func (g *G) preempted(mp *M) {
	if g == &mp.g0 {
		return // it is not the G that was asked
	}
	mp.preempt.Store(false)
	mp.stats.Preempted++
	g.yield(mp, leftPreempt)
}

// abandoned leaves g where it is, for ever, because the scheduler stops. Only its deferred calls
// will run, at Close.
func (g *G) abandoned(mp *M) {
	g.setStatus(Runnable)
	mp.leave(g, departure{})
}
