package gpm

import (
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/heap"
	"schedlab/rt/queue"
)

// Statuses of a P. Only the owner of a P sets its status, except for pSyscall. Three
// threads may want a P in that status: its M in the kernel, the monitor, and an M that
// collects all Ps (StopWorld, ForEachP). A CAS from pSyscall decides.
const (
	pIdle    = iota // on the idle list, or on its way between two Ms
	pRunning        // held by M p.m
	pSyscall        // its M is in the kernel and may find it gone
	pStopped        // held by the stopped world; its queue may hold Gs
	pDead           // no longer one of the Ps
)

var pStatusNames = [...]string{"idle", "running", "syscall", "stopped", "dead"}

// p is a processor. Its plain fields belong to the M that holds it.
type p struct {
	queue.Link[p] // in idle.pidle, under sched.lock
	id            int
	sched         *sched
	status        host.Uint32 // pIdle, ...
	cpu           lastCPU     // noted when an M gets the P, and when it looks for work

	// m is the M that holds the P, or nil: for the monitor, which asks that M's G to
	// give way. Stored by the thread that gives or takes the P.
	m host.Pointer[m]

	runq  queue.Ring[rt.G]
	gfree rt.FreeList

	timers rt.Timers
	cache  heap.Cache

	tick     uint32 // time slices begun; every 61st begins with the global queue
	inherits int    // Gs in a row that came from runnext

	// syscalltick counts system calls begun. The monitor compares it to tell a
	// long one from two short ones.
	syscalltick host.Uint32
	// marked is a mark that the monitor leaves on the current time slice. The next
	// slice removes it, so a mark that is still there after 10 ms means that a G ran
	// all the while. The alternative is a tick that each switch stores atomically.
	marked host.Bool

	// safePoint says that the owner of this P is to call fn of ForEachP for it, and
	// clears this. It is set under sched.lock. An M that makes a P idle has the lock,
	// too; for a P in a system call see haltInSyscall.
	safePoint host.Bool

	seen seen // the monitor's own
}

func (s *sched) newP(id int) *p {
	pp := &p{id: id, sched: s}
	pp.gfree.Pool = &s.gfree
	pp.timers.Init(&s.Core)
	pp.cache.Init(s.Heap())
	return pp
}

// seen is what the monitor saw of a P, and when.
type seen struct {
	markedAt    int64
	syscalltick uint32
	syscallAt   int64
}

// slice begins the time slice of the next G, unless that inherits the last one's.
func (pp *p) slice(mp *m, inherit bool) {
	if !inherit {
		pp.newSlice(mp)
	}
}

func (pp *p) newSlice(mp *m) {
	pp.tick++
	if pp.marked.Load() {
		pp.marked.Store(false)
	}
	mp.NewSlice()
}

// next takes a G from the local queue.
func (pp *p) next() (gp *rt.G, inherit bool) {
	gp, inherit = pp.runq.Get()
	if !inherit {
		pp.inherits = 0
		return gp, false
	}
	pp.inherits++
	if limit := pp.sched.opt.RunnextCap; limit == 0 || pp.inherits <= limit {
		return gp, true
	}
	// It is the queue's turn. What was in runnext joins it.
	pp.inherits = 0
	pp.runq.Put(gp, pp.sched)
	gp, _ = pp.runq.Get()
	return gp, false
}
