package rt

import (
	"errors"
	"fmt"

	"schedlab/host"
	"schedlab/rt/event"
)

// world is stop-the-world: one G makes all others stand still, at safe points, and lets
// them go on. A garbage collector does so, and SetProcs.
//
// # Stopping the world
//
//	G that stops                              M that runs Gs, at a safe point
//	1. take world: one at a time              1. halted (in Checkpoint, or on the
//	2. set haltWorld in halt                     way to the next G): the G goes to a
//	3. ask every M's G to give way               queue, the M to Schedule
//	4. the design waits until no other M      2. Schedule gives back what the M
//	   has what it takes to run Gs               needs to run Gs, tells the stopper,
//	5. again from 3 every stopRetryNs            and sleeps
//
// An M that looked at halt just before step 2 of the G and runs a G just after step 3 was
// not asked; that is why step 3 is repeated. An M in a system call has nothing to give
// back, or (in G-P-M) has it taken away. When it comes out of the call it is refused.
//
// Starting: clear haltWorld; then the design gives everything out again and wakes as many
// Ms as there is work for.
type world struct {
	mu      host.Mutex // guards the other two
	owner   *G         // has stopped the world or is about to
	waiters GList
}

// stopRetryNs is how long a design waits before it asks again (Go: 100 µs).
const stopRetryNs = 100_000

// StopTheWorld stops all other Gs and returns when they stand still, at safe points or in
// system calls, from which they do not come back before StartTheWorld. If another G has
// stopped the world it waits for its turn. Until StartTheWorld g must not block, yield or
// make system calls; it may make and ready Gs, which run afterwards.
//
// Not for native Gs: Go's own world can be stopped from inside the runtime only.
func (g *G) StopTheWorld() {
	g.scheduled("G.StopTheWorld")
	g.takeWorld()
	g.stopWorld()
}

// stopWorld is for the owner of the world. If the scheduler ends meanwhile, so does g.
func (g *G) stopWorld() {
	mp := g.m
	if !mp.stopWorld(NoLimit) {
		mp.startWorld(mp.core.Procs())
		g.abandoned(mp)
	}
}

// StartTheWorld lets all Gs go on that StopTheWorld has stopped.
func (g *G) StartTheWorld() {
	mp := g.scheduled("G.StartTheWorld")
	if !mp.stopped {
		throw("G.StartTheWorld: G %d has not stopped the world", g.id)
	}
	mp.startWorld(mp.core.Procs())
	g.giveWorld()
}

// SetProcs changes how many Gs may run at the same moment (GOMAXPROCS), stopping the world
// meanwhile, and returns how many it was. n is 1 to MaxProcs; for 0 it only returns.
func (g *G) SetProcs(n int) (before int, err error) {
	mp := g.running("G.SetProcs")
	if n < 0 || n > MaxProcs {
		return 0, fmt.Errorf("rt: G.SetProcs: %d; it must be 1 to %d, or 0 to ask", n, MaxProcs)
	}
	if mp.native != nil {
		return mp.native.SetProcs(n)
	}
	if n == 0 {
		return mp.core.Procs(), nil
	}
	if mp.stopped {
		return 0, fmt.Errorf("rt: G.SetProcs: G %d has stopped the world; start it first", g.id)
	}
	g.takeWorld()
	mp = g.m
	c := mp.core
	before = c.Procs()
	if n != before {
		g.stopWorld()
		c.reserve(n)
		mp.startWorld(n)
	}
	g.giveWorld()
	return before, nil
}

// ErrNoPs is what ForEachP fails with in a design without Ps.
var ErrNoPs = errors.New("rt: G.ForEachP: this design has no Ps")

// ForEachP calls fn for each P once, while that P runs no G: at its next safe point, or at
// once if it is idle or its M is in a system call. The calls come from any M, and several
// at the same time. It returns when all are done. fn must not use g, nor panic.
func (g *G) ForEachP(fn func(p int)) error {
	mp := g.running("G.ForEachP")
	if mp.native != nil {
		return ErrNoPs
	}
	sp, ok := mp.core.impl.(PVisitor)
	if !ok {
		return ErrNoPs
	}
	if mp.stopped {
		return fmt.Errorf("rt: G.ForEachP: G %d has stopped the world; start it first", g.id)
	}
	g.takeWorld()
	sp.ForEachP(g.m.impl, fn)
	if mp := g.m; mp.core.Stopping() { // perhaps not all are done
		g.abandoned(mp)
	}
	g.giveWorld()
	return nil
}

// takeWorld makes g the one that may stop the world.
func (g *G) takeWorld() {
	w := &g.m.core.world
	if g.m.stopped {
		throw("G.StopTheWorld: G %d has stopped the world already", g.id)
	}
	g.Parker().enter(&w.mu, LockWorld)
	if w.owner == nil {
		w.owner = g
		w.mu.Unlock()
		return
	}
	w.waiters.Put(g)
	g.Parker().ParkUnlock(WaitGC, &w.mu) // until giveWorld hands it over
}

// giveWorld hands the right to stop the world to the G that waits longest.
func (g *G) giveWorld() {
	w := &g.m.core.world
	g.Parker().lock(&w.mu, LockWorld)
	gp := w.waiters.Get()
	w.owner = gp
	w.mu.Unlock()
	if gp != nil {
		g.Parker().Ready(gp)
	}
}

// stopWorld stops all Gs but the one that mp runs, and says whether it could. It fails if
// they do not stop within patience ns, which may be NoLimit, or if the scheduler ends. The
// world is to be started all the same.
func (mp *M) stopWorld(patience int64) bool {
	c := mp.core
	start := host.Nanotime()
	mp.timed(event.StopWorld)
	c.halt.set(haltWorld)
	c.PreemptAll()
	ok := c.impl.StopWorld(mp.impl, patience)
	if ok {
		mp.timed(event.Stopped)
	}
	mp.stopped = true
	mp.stats.Stops++
	c.stops.record(host.Nanotime()-start, &mp.stats.Locks[LockLatency])
	return ok
}

func (mp *M) startWorld(procs int) {
	c := mp.core
	c.procs.Store(int32(procs))
	mp.stopped = false
	mp.timed(event.StartWorld)
	c.halt.clear(haltWorld)
	mp.NewSlice()
	c.impl.StartWorld(mp.impl, procs)
}

// notWhileStopped refuses what a G that has stopped the world must not do.
func (mp *M) notWhileStopped(what string) {
	if mp.stopped {
		throw("a G that has stopped the world must start it before it %s", what)
	}
}

// AwaitStopped sleeps until stopped is signaled, and then returns true. It returns false
// when patience ns, which may be NoLimit, have passed since it began, or when the scheduler
// ends. Every stopRetryNs it asks all Gs to give way again.
func (c *Core) AwaitStopped(stopped *host.Note, patience int64) bool {
	start := host.Nanotime()
	for !stopped.SleepFor(stopRetryNs) {
		if c.Stopping() || patience != NoLimit && host.Nanotime()-start >= patience {
			return false
		}
		c.PreemptAll()
	}
	return true
}
