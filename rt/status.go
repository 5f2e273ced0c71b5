package rt

import "fmt"

// Status says where a G is in its life, which also says what owns it. Only the owner writes
// it, so it needs no atomic: ownership passes with the queue, the lock or the commit
// through which the G itself passes.
type Status uint8

const (
	// Idle: just made. Owned by the code that made it; on no queue; only its link is
	// valid.
	Idle Status = iota
	// Runnable: owned by the run queue it is on, or by the M that carries it between
	// two. fn is valid; stack is set unless the G is fresh.
	Runnable
	// Running: owned by M m, which is its only reader and writer; on no queue.
	Running
	// InSyscall: still owned by M m, which is in the kernel and need not have what it
	// takes to run Gs (in G-P-M, its P may have been taken away).
	InSyscall
	// Waiting: owned by the code that may ready it, under the lock of what it waits
	// for; on that thing's wait queue. reason is valid, stack is set.
	Waiting
	// Preempted: about to give way because the monitor asked; owned by the M it runs
	// on. The next step makes it Runnable, so no other thread sees it.
	Preempted
	// Dead: ended; owned by the M it ended on, then by a free list.
	Dead

	numStatus
)

var statusNames = [numStatus]string{
	"idle", "runnable", "running", "in a system call", "waiting", "preempted", "dead",
}

func (s Status) String() string {
	if s < numStatus {
		return statusNames[s]
	}
	return fmt.Sprintf("Status(%d)", uint8(s))
}

// nextStatus holds, for each status, the bit set of those that may follow.
var nextStatus = [8]uint8{
	Idle:      1 << Runnable,
	Runnable:  1 << Running,
	Running:   1<<InSyscall | 1<<Waiting | 1<<Preempted | 1<<Runnable | 1<<Dead,
	InSyscall: 1<<Running | 1<<Runnable,
	Waiting:   1 << Runnable,
	Preempted: 1 << Runnable,
	Dead:      1 << Runnable,
}

// MayBecome says whether a G may go from s to next.
func (s Status) MayBecome(next Status) bool { return nextStatus[s%8]>>next&1 != 0 }

// setStatus is the only way to change the status of a G of a scheduler that runs. Where a
// closed scheduler unwinds its abandoned Gs, their statuses are written without it.
func (g *G) setStatus(to Status) {
	if nextStatus[g.status%8]>>to&1 == 0 {
		g.illegal(to)
	}
	g.status = to
}

func (g *G) illegal(to Status) {
	throw("G.setStatus: G %d goes from %s to %s", g.id, g.status, to)
}
