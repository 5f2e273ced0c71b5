package rt

import (
	"schedlab/host"
	"schedlab/rt/event"
)

// M is a worker thread of a design, as far as all designs agree. A design embeds it in
// its own M, which implements [Machine].
//
// Except where a field says otherwise, an M's fields belong to the M itself, and only
// while the design does not list it as idle.
type M struct {
	core   *Core
	impl   Machine
	native Native // instead of impl, beneath a native G
	id     int16  // Go's runtime dies of 10 000 threads, so this is enough
	base   stack  // the thread's own stack, to which the M returns to end

	// preempt asks the running G to give way at its next safe point. The monitor and
	// stop set it (Preempt). The G clears it, or the design when it starts the next time
	// slice (NewSlice). A request that meets the wrong G costs that G one yield.
	preempt host.Bool

	left    departure // what arrive must do
	pending *G        // what arrive returns
	dead    *G        // has ended, for Schedule to dispose of

	idle stash[stack]

	// mu guards what the M writes though the world stands still: see 'Looking at all Gs'.
	mu     host.Mutex
	stacks []*stack // all that it has made; written by the M, under mu

	over  host.Note // signaled by the M's thread when it ends
	ended host.Bool // so is this set; atomic, for Dump, which must not sleep on over

	scratch any      // see Parker.TakeScratch
	sleeper *sleeper // see G.Sleep
	ready   GList    // on their way to ReadyList, which empties it

	// g0 stands for the M where no G runs on it: where it fires timers or looks at the
	// network. It is good for Ready and Go. Its status is Idle for ever, so that what
	// only a running G may do panics.
	g0 G

	locked  *G   // the G that the M belongs to; see LockM
	stopped bool // the G that runs on it has stopped the world
	actor   bool // runs no Gs: see StartActor
	events  *event.Recorder
	site    Site // of the next G to be made: G.Go's for that call, else ownSite

	Rand    host.Rand
	nextID  uint64 // the last G ID given out
	sample  int    // Gs to be made runnable before one is sampled
	latency *latency
	stats   Stats
}

// G0 stands for the M outside of every G: it can ready and make Gs.
func (mp *M) G0() *G { return &mp.g0 }

// Stats are the M's own counters, for the design to add to.
func (mp *M) Stats() *Stats { return &mp.stats }

// Preempt asks the G that runs on the M to give way. Any thread may call it.
func (mp *M) Preempt() { mp.preempt.Store(true) }

// NewSlice begins a time slice: a request meant for the last one is void.
func (mp *M) NewSlice() {
	if !mp.preempt.Load() {
		return
	}
	mp.preempt.Store(false)
	// A thread that halts Ms sets the reason before it asks: either its request comes
	// after the store above, or the reason is seen here.
	if mp.core.Halted() {
		mp.preempt.Store(true)
	}
}

// gLines is how many cache lines an M reads or writes of a G that comes to it: to make it
// runnable, or to run it. They are the G itself, and what its function is bound to.
const gLines = 2

// InitG makes gp, new or from a free list, a fresh runnable G that calls fn.
func (mp *M) InitG(gp *G, fn func(*G)) {
	if mp.nextID%idBatch == 0 { // the last ID of a batch was given out
		mp.nextID = mp.core.newIDs() - 1
	}
	mp.nextID++
	gp.fn, gp.id, gp.site = fn, mp.nextID, mp.site
	mp.site = ownSite
	mp.stats.Spawned++
	mp.event(event.Spawn, gp)
	mp.runnable(gp)
}

// runnable makes gp Runnable. One in SampleReady times it notes when that was in the
// since of gp, which is 0 otherwise.
func (mp *M) runnable(gp *G) {
	gp.memory.Touch(gLines)
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
	gp.memory.Touch(gLines)
	gp.setStatus(Running)
	gp.m = mp
	mp.stats.Executed++
	mp.eventAfter(event.Run, gp)
	if gp.lastM != mp.id {
		if gp.lastM != noM {
			mp.stats.Migrated++
		}
		gp.lastM = mp.id
	}
	if gp.since != 0 {
		mp.latency.record(host.TicksToNs(gp.since, host.Ticks()), &mp.stats.Locks[LockLatency])
	}
}

// next is Next, unless the M must leave its Gs or belongs to one.
func (mp *M) next() *G {
	if mp.core.Halted() || mp.locked != nil {
		return nil
	}
	return mp.impl.Next()
}

// main is what the M's thread runs.
func (mp *M) main() {
	mp.base.switchTo(mp.getStack(), mp)
}
