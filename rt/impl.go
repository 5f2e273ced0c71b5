package rt

import (
	"strings"

	"schedlab/rt/heap"
)

// Impl is what a design does as a whole, as opposed to one M of it (Machine).
type Impl interface {
	// Inject makes a G of in, with Core.InitInjected, under the design's lock, and
	// sees to it that it runs. It is never called on an M.
	Inject(in Injection)
	// Stop wakes every parked thread, now that Core.Stopping is true.
	Stop()
	// AddStats adds what the design counts outside its Ms: its locks.
	AddStats(s *Stats)
	// StartPoller is called once, when the first descriptor is opened, on the M of g.
	// From then on a thread or an M must look at the network.
	StartPoller(g *G)
	// DumpSched describes the design's queues and Ps, in the line of Dump that begins
	// with SCHED and in lines of its own. Nothing stands still: it may take locks and
	// read atomics.
	DumpSched(w *strings.Builder)
	WorldStopper
}

// Injection is a G to be made from outside.
type Injection struct {
	fn   func(*G)
	site Site
}

// WorldStopper is what a design does for G.StopTheWorld.
type WorldStopper interface {
	// StopWorld waits until no M but by can run Gs; Core.WorldStopping is true already.
	// It waits with Core.AwaitStopped, which repeats the requests to give way. It returns
	// false if the world did not stop within patience ns, which may be NoLimit. The world is
	// to be started all the same.
	StopWorld(by Machine, patience int64) bool
	// StartWorld lets at most procs Gs run at the same time from now on, the G of by
	// among them. Core.WorldStopping is false already.
	StartWorld(by Machine, procs int)
}

// PVisitor is what a design with Ps does for G.ForEachP.
type PVisitor interface {
	// ForEachP calls fn once for each P. It returns when all calls have, or when the
	// scheduler ends. The owner of a P makes the call, so several calls may run at the
	// same time. Package rt calls ForEachP on the M by, whose G waits for it.
	ForEachP(by Machine, fn func(p int))
}

// YieldReason says why a G gave way.
type YieldReason bool

const (
	YieldCalled    YieldReason = false // of its own will
	YieldPreempted YieldReason = true  // because it was asked to
)

// SyscallHint is what is known of a system call when it begins.
type SyscallHint bool

const (
	MayBlock SyscallHint = false // for long or not at all
	Blocks   SyscallHint = true  // it is known to block, so there is no need to wait and see
)

// NoLimit stands for a number of ns to wait: as long as it takes.
const NoLimit = -1

// Machine is what a design's M does: everything in which designs differ. All its
// methods are called by the shared code of this package on the M's own thread. Next
// and YieldTo are not called while Core.Halted; Schedule must see that it is.
type Machine interface {
	// Newproc makes a new G for fn, with InitG, and sees to it that it runs.
	Newproc(fn func(*G))
	// Ready sees to it that gp, which has just been made Runnable, runs.
	Ready(gp *G)
	// ReadyList is Ready for several Gs, the oldest first, that became runnable from
	// outside: the network or a deadline has readied them.
	ReadyList(list *GList)
	// Next returns a G that can be run at once in place of the current one, which is
	// about to wait, or nil if there is none close by. It may take the design's locks
	// but must neither wait for work nor fire timers: the current G may hold locks of
	// its own.
	Next() *G
	// YieldTo is Next for a G that is about to go to a queue itself. Nil means that no
	// other G is to go first, and the G keeps running. A design may keep its lock from
	// here to Yielded. It may fire timers, since a G that yields holds no locks.
	YieldTo(gp *G) *G
	// Yielded puts gp, which has left its stack, on a queue, behind every G that is
	// runnable now: Gs that wait for each other by yielding depend on that. There need
	// not have been a YieldTo: if the M is Locked or Halted there was none, and Schedule
	// comes next.
	Yielded(gp *G, why YieldReason)
	// Schedule returns the next G to run, waiting until there is one. dead, if not nil,
	// has just ended on this M and is to be disposed of. Nil ends the M; it is the
	// answer once Core.Stopping.
	Schedule(dead *G) *G
	// EnterSyscall: the current G is about to call the kernel.
	EnterSyscall(hint SyscallHint)
	// ExitSyscall says whether the G may go on running. If not, it leaves its stack,
	// and then ExitSyscallSlow puts it on a queue; Schedule comes next.
	ExitSyscall() bool
	ExitSyscallSlow(gp *G)

	// Timers returns the set that timers go to that are started here.
	Timers() *Timers
	// TimerFirst says that the first timer of that set now fires at when: a thread that
	// would sleep longer must be told. The current G may hold locks of its own.
	TimerFirst(when int64)
	// Cache returns the memory cache to use here.
	Cache() *heap.Cache
	// RunLocked: gp, which Schedule returned, is locked to owner. The M gives up what
	// it takes to run Gs in favor of owner; Schedule comes next.
	RunLocked(gp *G, owner Machine)
	// AwaitLocked takes the place of Schedule while the M is Locked. It returns true
	// when the M's own G is to be run, and false when the M must end.
	AwaitLocked() bool
}
