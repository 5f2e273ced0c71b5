package rt

import (
	"runtime"

	"schedlab/host"
	"schedlab/rt/event"
	"schedlab/rt/queue"
)

// G is a goroutine of a design: ordinary Go code on a growable Go stack.
//
// Its methods that take no other G may be called only by the G's own body,
// which gets it as its argument. A body that calls them on another G's handle
// panics where the misuse can be seen (the other G is not running); where the
// other G happens to run at that moment it cannot be seen, and the race
// detector is the way to find it.
//
// Go, Yield, Checkpoint, Enter, Syscall and Park are safe points: a G that the
// monitor asked to give way does so there. Ready is none, so it may be called
// with locks held.
type G struct {
	queue.Link[G] // in one list at a time: a run queue, a free list or a wait queue

	m     *M     // the M that runs it; nil otherwise
	stack *stack // the stack it keeps while it is not running; nil while fresh
	fn    func(*G)
	since uint64 // host.Ticks when it began to wait or its system call; while Runnable: see runnable
	id    uint64

	// Who resumes a waiting G: whoever makes readies, the number of times it was
	// readied, catch up with waits, the number of times it began to wait, by CAS:
	// of several callers, one. waits is plain, because it is written before the G
	// can be found by those who ready it, under the lock or by the commit through
	// which they find it.
	waits   uint32
	readies host.Uint32

	status Status     // see Status for who may write it
	reason WaitReason // valid while status is Waiting
	lastM  int16      // id of the M that made it runnable or ran it last
	site   Site       // where it was made
}

// ID identifies the G in reports, from 1. A reused G gets a new ID. The Gs of
// designs/native share ID 0, because Go gives a goroutine no name.
func (g *G) ID() uint64 { return g.id }

// Status returns where the G is in its life. To be read by the G itself, or by
// anybody while the scheduler is at rest.
func (g *G) Status() Status { return g.status }

// Native says whether the G is a goroutine of Go's own scheduler, so that
// package gsync takes Go's own channels and locks.
func (g *G) Native() bool { return g.m != nil && g.m.native != nil }

// CallNative runs fn as a new native G, on a goroutine that Go itself has started
// for it, such as that of a timer.
func (g *G) CallNative(fn func(*G)) { g.running("CallNative").native.Call(fn) }

// running returns the M that runs g. It panics, with the name of the API call,
// if g does not run. The M of a native G only says what is beneath it.
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
		throw("G.%s: G %d is %s, not running: a G's methods are for its own body", call, g.id, g.status)
	}
	throw("G.%s: this G is one of Go's own scheduler, which parks it itself", call)
}

// Go starts fn as a new G.
//
//go:noinline
func (g *G) Go(fn func(*G)) {
	if fn == nil {
		throw("G.Go: the function is nil")
	}
	mp := g.running("Go")
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

// Yield lets all Gs that are runnable now go first, at least those close by. A G
// may wait for another by yielding.
func (g *G) Yield() {
	mp := g.running("Yield")
	if mp.native != nil {
		runtime.Gosched()
		return
	}
	g.yield(mp, false)
}

// Checkpoint is a safe point for loops that call nothing else: it gives way if
// the monitor asked for it, and otherwise costs a load.
func (g *G) Checkpoint() {
	mp := g.running("Checkpoint")
	if mp.preempt.Load() { // never set for a native G
		g.preempted(mp)
	}
}

// Enter begins an operation of g on an object that mu guards: a safe point, and
// then mu, whose cost is counted for g.
func (g *G) Enter(mu *host.Mutex) {
	mp := g.scheduled("Enter")
	if mp.preempt.Load() {
		g.preempted(mp)
		mp = g.m // perhaps another
	}
	mu.LockCounted(&mp.stats.Sync)
}

// Syscall calls fn, which may block its thread in the kernel for long or not at
// all. What happens to the other Gs behind it meanwhile is the design's matter.
// fn must not use the G.
func (g *G) Syscall(fn func()) { g.syscall(fn, false) }

// BlockingSyscall is Syscall for an fn that is known to block, so that the
// design need not wait and see.
func (g *G) BlockingSyscall(fn func()) { g.syscall(fn, true) }

func (g *G) syscall(fn func(), blocks bool) {
	mp := g.running("Syscall")
	if mp.native != nil {
		fn()
		return
	}
	mp.notWhileStopped("makes a system call")
	mp.stats.Syscalls++
	g.since = host.Ticks()
	mp.timed(event.Syscall)
	g.setStatus(InSyscall)
	mp.impl.EnterSyscall(blocks)
	defer g.exitSyscall(mp) // deferred, because fn may panic
	fn()
}

func (g *G) exitSyscall(mp *M) {
	if !mp.impl.ExitSyscall() { // no P (or whatever the design limits) is free
		mp.stats.SyscallsSlow++
		mp.timed(event.SyscallSlow)
		// The world may stand still: see 'Looking at all Gs'.
		mp.core.mu.Lock()
		mp.runnable(g)
		mp.core.mu.Unlock()
		mp.leave(g, departure{why: leftSyscall, gp: g}, nil)
		return
	}
	g.setStatus(Running)
	mp.timed(event.SyscallEnd)
	if mp.preempt.Load() {
		g.preempted(mp)
	}
}

// Park blocks g until another G readies it. commit is called once g has left
// its stack and is Waiting, on another stack; what makes g visible to those who
// will ready it belongs there. If commit returns false, what g wants to wait
// for has happened already, and g goes on running. commit must not call G
// methods that block, and nobody may ready g before commit has begun.
func (g *G) Park(reason WaitReason, commit func(*G) bool) {
	mp := g.scheduled("Park")
	g.wait(reason)
	mp.leave(g, departure{why: leftCommit, gp: g, commit: commit}, nil)
	g.Checkpoint() // if commit said no, g has not given way to anybody
}

// ParkUnlock is Park for those who made g visible under lock: lock is unlocked
// once g has left its stack. It is the cheaper one, since g is sure to wait and
// the M can go straight to the next G.
func (g *G) ParkUnlock(reason WaitReason, lock *host.Mutex) {
	mp := g.scheduled("ParkUnlock")
	if mp.stopped {
		lock.Unlock() // or others would wait for it for ever
	}
	g.wait(reason)
	mp.leave(g, departure{why: leftUnlock, gp: g, lock: lock}, mp.next())
}

func (g *G) wait(reason WaitReason) {
	g.m.notWhileStopped("blocks")
	g.reason = reason
	g.setStatus(Waiting)
	g.waits++
	g.since = host.Ticks()
	g.m.parked(reason, g.since)
}

// Ready makes gp, which waits, runnable. It is called on the G that does so;
// gp is the one that is readied. Readying a G that does not wait, or a second
// time, panics.
func (g *G) Ready(gp *G) {
	mp := g.scheduled("Ready")
	if g.stack.dying {
		return // the scheduler is closed: gp will not run, and may be on stale wait queues
	}
	gp.readied()
	if gp.stack.core != mp.core {
		throw("G.Ready: G %d and G %d belong to different schedulers", g.id, gp.id)
	}
	mp.stats.Readied++
	mp.eventAfter(event.Ready, gp)
	mp.runnable(gp)
	mp.impl.Ready(gp)
}

// readied claims the right to resume a waiting G.
func (gp *G) readied() {
	if n := gp.waits; !gp.readies.CompareAndSwap(n-1, n) {
		throw("G.Ready: G %d does not wait: it was readied twice, or never parked", gp.id)
	}
}

// Count is where locks that g takes in its own right (those of package gsync)
// count what they cost. It is the M's: ask again after every call that may
// block, and only while g runs.
func (g *G) Count() *host.Count { return &g.scheduled("Count").stats.Sync }

// Scratch is a slot of the M that runs g, for something that is worth using
// again and that any G may find there next: nobody may rely on what it holds
// once g has blocked. Like Count, to be asked for anew after every such call.
func (g *G) Scratch() *any { return &g.scheduled("Scratch").scratch }

func (g *G) yield(mp *M, preempted bool) {
	why, what := leftYield, event.Yield
	if preempted {
		why, what = leftPreempt, event.Preempted
	}
	if mp.stopped || g == &mp.g0 {
		return // nobody else may run here now
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
	mp.timed(what)
	if preempted {
		g.setStatus(Preempted)
	}
	mp.runnable(g)
	mp.stats.Yields++
	mp.leave(g, departure{why: why, gp: g}, next)
}

// preempted answers the monitor's request.
func (g *G) preempted(mp *M) {
	if g == &mp.g0 {
		return // it is not the G that was asked
	}
	mp.preempt.Store(false)
	mp.stats.Preempted++
	g.yield(mp, true)
}

// abandoned leaves g where it is, for ever, because the scheduler stops. Only
// its deferred calls will run, at Close.
func (g *G) abandoned(mp *M) {
	g.setStatus(Runnable)
	mp.leave(g, departure{}, nil)
}
