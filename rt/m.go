package rt

import (
	"github.com/HdrHistogram/hdrhistogram-go"

	"schedlab/host"
)

// M is a worker thread of a design, as far as all designs agree. A design
// embeds it in its own M, which implements [Machine].
//
// Except where a field says otherwise, an M's fields belong to the M itself,
// and only while the design does not list it as idle.
type M struct {
	core   *Core
	impl   Machine
	native Native // instead of impl, beneath a native G
	id     int16  // Go's runtime dies of 10 000 threads, so this is enough
	base   stack  // the thread's own stack, to which the M returns to end

	// preempt asks the running G to give way at its next safe point. The
	// monitor and stop set it (Preempt), the G or whoever starts the next time slice
	// clears it; a request that meets the wrong G costs that G one yield.
	preempt host.Bool

	left    departure // what arrive must do
	pending *G        // what arrive returns
	dead    *G        // has ended, for Schedule to dispose of
	last    *stack    // on which the M ended

	idle  [maxIdleStacks]*stack
	nidle int

	scratch any      // see Parker.TakeScratch
	sleeper *sleeper // see G.Sleep
	ready   GList    // on their way to ReadyList, which empties it

	// g0 stands for the M where no G runs on it: for who fires timers or looks at
	// the network. It is good for Ready and Go. Its status is Idle for ever, so
	// that what only a running G may do panics.
	g0 G

	locked  *G   // the G that the M belongs to; see LockM
	stopped bool // the G that runs on it has stopped the world
	actor   bool // runs no Gs: see StartActor
	trace   *trace
	site    Site // of the next G to be made: G.Go's for that call, else ownSite

	Rand    host.Rand
	nextID  uint64 // the last G ID given out
	sample  int    // Gs to be made runnable before one is sampled
	stats   Stats
	latency *latency
}

// maxIdleStacks is how many idle stacks an M keeps for itself.
const maxIdleStacks = 16

// idBatch: an M takes this many G IDs at a time.
const idBatch = 64

// Machine is what a design's M does: everything in which designs differ. All
// its methods are called by the shared code of this package on the M's own
// thread. Next and YieldTo are not called, and Schedule must see it, while
// Core.Halting.
type Machine interface {
	// Newproc makes a new G for fn, with InitG, and sees to it that it runs.
	Newproc(fn func(*G))
	// Ready sees to it that gp, which has just been made Runnable, runs.
	Ready(gp *G)
	// ReadyList is Ready for several that became runnable from outside, the
	// oldest first: whom the network or a deadline has readied.
	ReadyList(list *GList)
	// Next returns a G that can be run at once in place of the current one,
	// which is about to wait, or nil if there is none close by. It may take
	// the design's locks but must not wait for work, nor fire timers: the
	// current G may hold locks of its own.
	Next() *G
	// YieldTo is Next for a G that is about to go to a queue itself. Nil means
	// that no other G is to go first, and the G keeps running. A design may keep
	// its lock from here to Yielded. It may fire timers, since a G that yields holds
	// no locks.
	YieldTo(gp *G) *G
	// Yielded puts gp, which has left its stack, on a queue, behind every G that
	// is runnable now: Gs that wait for each other by yielding depend on that.
	// preempted says that it did not give way of its own will. There need not
	// have been a YieldTo: if the M is Locked or the world to be stopped there
	// was none, and Schedule comes next.
	Yielded(gp *G, preempted bool)
	// Schedule returns the next G to run, waiting until there is one. dead, if
	// not nil, has just ended on this M and is to be disposed of. Nil ends the
	// M; it is the answer once Core.Stopping.
	Schedule(dead *G) *G
	// EnterSyscall: the current G is about to call the kernel; blocks says that
	// it is known to block there.
	EnterSyscall(blocks bool)
	// ExitSyscall says whether the G may go on running. If not, it leaves its
	// stack, and then ExitSyscallSlow puts it on a queue; Schedule comes next.
	ExitSyscall() bool
	ExitSyscallSlow(gp *G)

	// Timers returns the set that timers go to that are started here, and
	// TimerFirst says that the first of a set now fires at when: whoever would
	// sleep longer must be told. The current G may hold locks of its own.
	Timers() *Timers
	TimerFirst(when int64)
	// Cache returns the memory cache to use here.
	Cache() *Cache
	// RunLocked: gp, which Schedule returned, is locked to owner. The M gives up
	// what it takes to run Gs in favor of owner; Schedule comes next.
	RunLocked(gp *G, owner Machine)
	// AwaitLocked takes the place of Schedule while the M is Locked: it returns
	// true when the M's own G is to be run, and false when the M must end.
	AwaitLocked() bool
}

// G0 stands for the M outside of every G: it can ready and make Gs.
func (mp *M) G0() *G { return &mp.g0 }

// Stats are the M's own counters, for the design to add to.
func (mp *M) Stats() *Stats { return &mp.stats }

// Preempt asks the G that runs on the M to give way. Anybody may call it.
func (mp *M) Preempt() { mp.preempt.Store(true) }

// NewSlice begins a time slice: a request meant for the last one is void.
func (mp *M) NewSlice() {
	if !mp.preempt.Load() {
		return
	}
	mp.preempt.Store(false)
	// Whoever halts Ms sets halt before it asks: either its request comes after
	// the store above, or halt is seen here.
	if mp.core.halt.Load() != 0 {
		mp.preempt.Store(true)
	}
}

// InitG makes gp, new or from a free list, a fresh runnable G that calls fn.
func (mp *M) InitG(gp *G, fn func(*G)) {
	if mp.nextID%idBatch == 0 { // the last ID of a batch was given out
		mp.nextID = mp.core.newIDs() - 1
	}
	mp.nextID++
	gp.fn, gp.id, gp.site = fn, mp.nextID, mp.site
	mp.site = ownSite
	mp.stats.Spawned++
	mp.event(EventSpawn, gp)
	mp.runnable(gp)
}

// runnable makes gp Runnable and, every so often, notes when that was: its since is
// then the time, and otherwise 0.
func (mp *M) runnable(gp *G) {
	gp.setStatus(Runnable)
	gp.lastM = mp.id
	gp.since = 0
	if mp.latency != nil {
		if mp.sample--; mp.sample < 0 {
			mp.sample = mp.core.cfg.SampleReady - 1
			gp.since = host.Ticks()
		}
	}
}

// execute begins or goes on with gp, which comes from a queue, on mp.
func (mp *M) execute(gp *G) {
	gp.setStatus(Running)
	gp.m = mp
	mp.stats.Executed++
	mp.eventAfter(EventRun, gp)
	if gp.lastM != mp.id {
		if gp.lastM != noM {
			mp.stats.Migrated++
		}
		gp.lastM = mp.id
	}
	if gp.since != 0 {
		mp.latency.record(host.TicksToNs(gp.since, host.Ticks()))
	}
}

// next is Next, unless the M must look up from its Gs.
func (mp *M) next() *G {
	if mp.core.halt.Load() != 0 || mp.locked != nil {
		return nil
	}
	return mp.impl.Next()
}

// main is what the M's thread runs.
func (mp *M) main() {
	st := mp.getStack()
	mp.base.switchTo(st, mp)
	mp.core.putStacks(append(mp.idle[:mp.nidle], mp.last))
	mp.nidle = 0
}

// getStack returns an idle stack, of this M, of the scheduler or a new one.
func (mp *M) getStack() *stack {
	if mp.nidle == 0 {
		mp.nidle = mp.core.getStacks(mp.idle[:maxIdleStacks/2])
	}
	if mp.nidle == 0 {
		mp.stats.StacksMade++
		return mp.core.newStack()
	}
	mp.nidle--
	st := mp.idle[mp.nidle]
	mp.idle[mp.nidle] = nil
	return st
}

// putStack keeps st, on which the M still is but which it is about to leave;
// that is safe since nobody but the M looks at its idle stacks. Others make room.
func (mp *M) putStack(st *stack) {
	if mp.nidle == maxIdleStacks {
		mp.core.putStacks(mp.idle[maxIdleStacks/2:])
		mp.nidle = maxIdleStacks / 2
	}
	mp.idle[mp.nidle] = st
	mp.nidle++
}

// latency collects sampled times from ready to run. The lock is for readers
// of Stats: an M takes it once a sample.
type latency struct {
	mu   host.Mutex
	hist *hdrhistogram.Histogram
}

// Ready-to-run times are kept from 1 ns to 100 s with two significant digits.
const (
	MaxLatencyNs  = 100e9
	latencyDigits = 2
)

// NewLatencyHistogram returns an empty histogram for Stats.ReadyToRun.
func NewLatencyHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, MaxLatencyNs, latencyDigits)
}

func (l *latency) record(ns int64) {
	l.mu.Lock()
	_ = l.hist.RecordValue(min(max(ns, 1), MaxLatencyNs)) // within range: cannot fail
	l.mu.Unlock()
}

func (l *latency) mergeInto(all *hdrhistogram.Histogram) {
	l.mu.Lock()
	all.Merge(l.hist)
	l.mu.Unlock()
}
