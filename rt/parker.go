package rt

import (
	"schedlab/host"
	"schedlab/rt/event"
)

// Parker is a running G as the author of a channel, a lock or a timer sees it. It blocks that
// G, readies others, and takes locks whose cost is counted for the M beneath. The author of a
// workload needs none of it: what the body of a G may do are the methods of [G].
//
// A Parker stands for its G, not for the M: it is as good after a block as before it. Only the
// G's own body may use it, and the methods panic if the G does not run. The Parker of the G that
// stands for an M (see Timer.Fire) can lock and ready, but not park.
type Parker struct{ g *G }

// Parker returns the side of g that channels and locks are built on. It panics if g is native:
// Go's own scheduler parks those.
func (g *G) Parker() Parker {
	if g.Native() {
		g.refuse("G.Parker")
	}
	return Parker{g}
}

// running is G.running.
func (p Parker) running(call string) *M {
	if p.g.m == nil {
		p.g.refuse(call)
	}
	return p.g.m
}

// G returns the G itself, for a wait queue.
func (p Parker) G() *G { return p.g }

// Lock takes mu. What that costs is counted for the M that runs the G at this moment, in
// Stats.Locks as LockObjects.
func (p Parker) Lock(mu *host.Mutex) {
	mu.LockCounted(&p.running("Parker.Lock").stats.Locks[LockObjects])
}

// lock is Lock for mutexes of another name.
func (p Parker) lock(mu *host.Mutex, name Lock) {
	mu.LockCounted(&p.running("Parker.Lock").stats.Locks[name])
}

// Enter begins an operation of the G on an object that mu guards: a safe point, then Lock.
func (p Parker) Enter(mu *host.Mutex) {
	mp := p.running("Parker.Enter")
	if mp.preempt.Load() {
		p.g.preempted(mp)
		mp = p.g.m // perhaps another
	}
	mu.LockCounted(&mp.stats.Locks[LockObjects])
}

// enter is Enter for mutexes of another name.
func (p Parker) enter(mu *host.Mutex, name Lock) {
	p.g.Checkpoint()
	p.lock(mu, name)
}

// Park blocks the G until another G readies it. Park calls commit on another stack, once the G
// has left its own and is Waiting. What makes the G visible to those that will ready it belongs
// there: none may ready it before commit has begun. A commit that returns false says that what
// the G wants to wait for has happened already; the G then goes on running. A commit must not
// call methods of a G that block.
func (p Parker) Park(reason WaitReason, commit func(*G) bool) {
	mp, g := p.running("Parker.Park"), p.g
	g.wait(reason)
	mp.leave(g, departure{why: leftCommit, gp: g, commit: commit})
	g.Checkpoint() // if commit said no, g has not given way to any other
}

// ParkUnlock is Park for a G that was made visible under lock, which is unlocked once the G has
// left its stack. It is the cheaper one: the G is sure to wait, so the M can go straight to the
// next G.
func (p Parker) ParkUnlock(reason WaitReason, lock *host.Mutex) {
	mp, g := p.running("Parker.ParkUnlock"), p.g
	if mp.stopped {
		lock.Unlock() // or others would wait for it for ever
	}
	g.wait(reason)
	mp.leaveFor(mp.next(), g, departure{why: leftUnlock, gp: g, lock: lock})
}

// wait makes g, which is about to leave its stack, Waiting.
func (g *G) wait(reason WaitReason) {
	g.m.notWhileStopped("blocks")
	g.reason = reason
	g.setStatus(Waiting)
	g.waits++
	g.since = host.Ticks()
	g.m.parked(reason, g.since)
}

// Ready makes gp, another G that waits, runnable. It panics if gp does not wait, was readied
// before, or is a G of another scheduler, and then leaves gp as it was. It is no safe point.
func (p Parker) Ready(gp *G) {
	mp := p.running("Parker.Ready")
	if p.g.stack.dying {
		return // the scheduler is closed: gp will not run, and may be on stale wait queues
	}
	gp.readied()
	if gp.stack.core != mp.core {
		gp.readies.Store(gp.waits - 1) // as if it had not been claimed
		throw("Parker.Ready: G %d and G %d belong to different schedulers", p.g.id, gp.id)
	}
	mp.stats.Readied++
	mp.eventAfter(event.Ready, gp)
	mp.runnable(gp)
	mp.impl.Ready(gp)
}

// readied claims the right to resume g, which waits. Exactly one caller gets it: see G.waits.
func (g *G) readied() {
	if n := g.waits; !g.readies.CompareAndSwap(n-1, n) {
		throw("Parker.Ready: G %d does not wait: it was readied twice, or never parked", g.id)
	}
}

// TakeScratch empties the M's scratch slot and returns what was in it; nil if it was empty. The
// slot is for something that is worth using again, and that any G on that M may find there.
func (p Parker) TakeScratch() (v any) {
	mp := p.g.m
	if mp == nil {
		panic(scratchAway)
	}
	v, mp.scratch = mp.scratch, nil
	return v
}

// PutScratch fills the M's scratch slot with v if it is empty, and says whether it was.
func (p Parker) PutScratch(v any) (empty bool) {
	mp := p.g.m
	if mp == nil {
		panic(scratchAway)
	}
	if mp.scratch != nil {
		return false
	}
	mp.scratch = v
	return true
}

// scratchAway says less than refuse, and costs so little that the two above are inlined.
const scratchAway = "rt: Parker: scratch of a G that is not running: " +
	"a G's methods are for its own body"
