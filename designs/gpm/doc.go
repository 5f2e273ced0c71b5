// Package gpm is the scheduler of Go 1.1 to today: goroutines (G), threads (M)
// and processors (P) with local run queues, work stealing, and a monitor.
//
// # Nouns
//
//   - A P is the right to run Gs and what is needed for it: a run queue (a ring of
//     256 and runnext), free dead Gs, a tick. There are Procs of them. An M must
//     hold a P to run Gs. An M in a system call or asleep need not.
//   - The global run queue takes what overflows the rings, what yields, what is
//     preempted, and what comes from outside.
//   - An M is spinning if it has a P, no work, and looks for some to steal.
//     nmspinning counts these Ms.
//   - sched.lock guards the global queue and the lists of idle Ps and Ms. The way
//     of a G through a local queue never takes it.
//   - handoffp gives a P to another M. retake is the monitor doing so behind a
//     system call.
//   - The poller is the one idle M that waits in the kernel for the network, until
//     the first timer is due. Each P has a heap of timers.
//   - The world is stopped when one M has taken all Ps.
//
// # Source
//
// Dmitry Vyukov, "Scalable Go Scheduler Design Doc" (2012); runtime/proc.go
// of go1.26, whose constants these are. The files follow the parts:
//
//	sched.go        the scheduler, its lock, startm, the check for rest
//	idle.go         idle Ps and Ms, spinning Ms, and the counters of both
//	p.go            a P and its time slice
//	m.go            what an M does for a G (package rt's Machine)
//	find.go         where an M looks for a G, in which order
//	victims.go      the order in which a thief visits Ps
//	cpu.go          the CPU that a P or an M last ran on
//	spin.go         wakep, resetspinning, the limit of spinning Ms
//	syscall.go      entering and leaving system calls, handoffp
//	poll.go         timers and the network: which thread looks at them, and when
//	world.go        stop-the-world, changing the number of Ps, safe points of all Ps
//	lockm.go        Ms that belong to one G
//	sysmon.go       the monitor: retake, preemption
//	options.go      the ideas that can be taken out
//	dance_model.go  the scheduler without stacks and monitor, to be explored
//
// # Why it is hard
//
// The runnable Gs are spread over all Ps, so no thread can say cheaply that there
// are none. Yet an M must not go to sleep while a G waits and a P is idle (I2), and
// no M must be woken for nothing.
//
// # Rejected
//
// The runtime's head comment rejects the same three:
//
//   - One place for all state. It does not scale: that is G-M.
//   - Handing each readied G, with a P, to an idle M. That wakes threads for work
//     that is gone when they arrive, and tears Gs away from their caches.
//   - Waking an M at each ready without handing it anything (option EagerWake). That
//     makes many Ms wake up to find nothing.
//
// # Protocols
//
// When a G is submitted, an M is woken only if a P is idle and no M spins. An M that
// finds work wakes the next. The two handshakes that this takes stand beside the counters
// that they use, in idle.go: see 'Submit and stop spinning' for the Ms that spin, and see
// 'Needspinning' for those that may not.
//
// Threads that want the same P have other protocols. See 'System calls' for an M in the
// kernel against the monitor. See 'Entering a system call while the world stops' and
// see 'Safe points of all Ps' for an M that collects all Ps. Timers have one, too: see
// 'The poller and earlier timers'.
//
// # System calls
//
//	EnterSyscall                        retake (monitor)
//	1. status of P: running -> syscall  1. P was in the same system call at the
//	2. kernel                              last look, or in one after the other
//	3. CAS status syscall -> running;      for a time slice
//	   if that fails the P is gone      2. CAS status syscall -> idle
//	                                    3. handoffp
//
// Proof sketch. Both sides want the P through a CAS on one word, so one side gets it.
// The tick syscalltick tells calls apart, so a second short call does not look like a long
// first one (Go issue 10958).
//
// # Fairness
//
// A ring is FIFO, but runnext goes ahead of it, for as long as the time slice lasts
// that its Gs inherit from each other. With the monitor's preemption that is 10 ms.
// RunnextCap bounds it by number.
//
// The global queue is looked at on every 61st tick, and a tick does not advance while
// the slice is inherited. So Gs that respawn each other through runnext can overtake a
// G on the global queue for ever. A G that is preempted yields to its own child in
// runnext, and the child inherits the used-up slice. That is Go issue 52934, which is open. I6
// does not hold for the global queue. NoRunnext repairs it, RunnextCap bounds it.
//
// # What it leaves out
//
// The deviations from Go:
//
//   - wakep takes no lock to find that no P is idle, so needspinning is set without
//     the lock. Go's wakep takes it at every ready of a busy system (Go issue 67585 is
//     about that lock's contention).
//   - A wakep that finds no idle P takes its count back, and then asks for a P. Go asks
//     first, which can lose a wakeup: see 'Submit and stop spinning' in idle.go.
//   - The end of a time slice is told by a mark that the monitor sets and the next
//     slice removes. Go's monitor reads a tick that each switch writes. Here that
//     would have to be an atomic store, an XCHG on amd64; Go's is racy.
//   - Preemption happens at the G's next call or Checkpoint, not by signal.
//   - A timer leaves its heap when it is stopped, so a heap holds no dead ones. Go
//     marks stopped timers and cleans up later.
//   - A timer that is due is fired between two Gs, by the loop or by a G that yields.
//     It is not fired on the way from a G that waits straight to the next, since the
//     first may hold a lock that the timer wants.
//   - Go wakes a new M beside the poller for new work, too. The poller here takes a P
//     whenever it comes back and one is idle.
package gpm
