package rt

import (
	"math"
	"runtime"
)

// A locked G and its M belong to each other: the G runs on no other M, the M runs no other
// G. It is for what the kernel or a library keeps for each thread.
//
// # Locked Ms
//
// The G may wait, and be readied, as any other. Then another M must give its M the right to
// run, because a locked M does not look for work:
//
//	an M that took the locked G from a queue      the locked M, its G has left
//	1. RunLocked: hand its right to run to        1. AwaitLocked: give the right to
//	   the locked M, and wake that                   run to others
//	2. look for a right of its own, or sleep      2. sleep until handed one
//	                                              3. run the G
//
// The two meet under the design's lock: the left side marks the M as handed and wakes it if
// it is asleep; the right side goes to sleep only if it is not marked. Each time costs two
// switches of threads, which Go's own documentation warns of.

// LockM locks g to the M it runs on. It may be called more than once; as many UnlockMs undo
// it. A G that ends is unlocked. (Go ends the thread then. Here it has no state that would
// make it unfit.)
func (g *G) LockM() {
	mp := g.running("G.LockM")
	if mp.native != nil {
		runtime.LockOSThread()
		return
	}
	st := g.stack
	if st.locks == math.MaxUint8 {
		throw("G.LockM: G %d has locked its M %d times; UnlockM is missing somewhere",
			g.id, st.locks)
	}
	st.locks++
	st.lockedM = mp.id
	mp.locked = g
}

// UnlockM undoes one LockM. It panics if there is none.
func (g *G) UnlockM() {
	mp := g.running("G.UnlockM")
	if mp.native != nil {
		runtime.UnlockOSThread()
		return
	}
	st := g.stack
	if st.locks == 0 {
		throw("G.UnlockM: G %d is not locked to its M", g.id)
	}
	if st.locks--; st.locks == 0 {
		mp.locked = nil
	}
}

// MID identifies the M that g runs on. It may be another after every call that blocks,
// unless g is locked to it. Native Gs have none: -1.
func (g *G) MID() int {
	mp := g.running("G.MID")
	if mp.native != nil {
		return noM
	}
	return int(mp.id)
}

// Locked says whether the M belongs to a G: it must run no other.
func (mp *M) Locked() bool { return mp.locked != nil }

// LockedG is the G that the M belongs to; nil if it is not Locked.
func (mp *M) LockedG() *G { return mp.locked }

// elsewhere returns the M to which gp, which has a stack, is locked. It returns nil if that
// is mp, or if there is none.
func (mp *M) elsewhere(gp *G) Machine {
	st := gp.stack
	if st.locks == 0 || st.lockedM == mp.id {
		return nil
	}
	return mp.core.threads.load()[st.lockedM].impl
}
