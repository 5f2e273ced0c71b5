// Package gpm is the scheduler of Go 1.1 to today: goroutines (G), threads (M)
// and processors (P) with local run queues, work stealing, and a monitor.
//
// # Nouns
//
//   - A P is the right to run Gs and what one needs for it: a run queue (a ring of
//     256 and runnext), free dead Gs, a tick. There are Procs of them. An M must
//     hold a P to run Gs; an M in a system call or asleep need not.
//   - The global run queue takes what overflows the rings, what yields, what is
//     preempted, and what comes from outside.
//   - An M is spinning if it has a P, no work, and looks for some to steal.
//     nmspinning counts these.
//   - sched.lock guards the global queue and the lists of idle Ps and Ms; the way
//     of a G through a local queue never takes it.
//   - handoffp gives a P to another M; retake is the monitor doing so behind a
//     system call.
//   - The poller is the one idle M that waits in the kernel for the network, until
//     the first timer is due. Timers are in a heap for each P.
//   - The world is stopped when one M has taken all Ps.
//
// # Source
//
// Dmitry Vyukov, "Scalable Go Scheduler Design Doc" (2012); runtime/proc.go
// of go1.26, whose constants these are. The files follow the parts:
//
//	sched.go    the scheduler, its lock, idle Ps and Ms, startm, stopm
//	p.go        a P and its time slice
//	m.go        what an M does for a G (package rt' Machine)
//	find.go     where an M looks for a G, in which order
//	spin.go     wakep, resetspinning, the limit of spinning Ms
//	syscall.go  entering and leaving system calls, handoffp
//	poll.go     who looks at timers and the network, and when
//	world.go    stop-the-world, changing the number of Ps, safe points of all Ps
//	lockm.go    Ms that belong to one G
//	sysmon.go   the monitor: retake, preemption
//	options.go  what can be taken out
//
// # Why it is hard
//
// Where runnable Gs are is spread over all Ps, so nobody can say cheaply that
// there are none. Yet an M must not go to sleep while a G waits and a P is idle
// (I2), and Ms must not be woken for nothing.
//
// # Rejected
//
// (With the runtime's head comment.) One place for all state does not scale:
// that is G-M. Handing each readied G with a P to an idle M wakes threads for
// work that is gone when they arrive, and tears Gs away from their caches.
// Waking an M at each ready without handing it anything makes many wake up to
// find nothing (option EagerWake).
//
// # Submit and stop spinning
//
// Work is submitted by Ms that run Gs; the danger is that the last M that looks
// for work gives up just before.
//
//	submit (ready, newproc, the rest    an M that spins and found nothing
//	of a batch from the global queue)
//	1. put G on the local queue         1. under sched.lock: give up the P, which
//	2. barrier (atomics are                adds 1 to npidle
//	   sequentially consistent)         2. subtract 1 from nmspinning
//	3. if nmspinning is 0 and a P is    3. barrier (likewise)
//	   idle: wakep                      4. look at all queues; if there is work
//	                                       and an idle P, take it and spin on
//	                                    5. sleep
//
// Proof sketch: if the put (1) comes before the look (4), the M sees G. If not,
// nmspinning went down (2) before the submitter looked at it (3). Should it still
// not be 0, another M spins, and has its own step 4 ahead, or finds work and
// wakes a successor (resetspinning). Or an M is in wakep, has counted itself and
// has not looked for a P yet: it finds one, and an M that spins gets it; or it
// finds none, sets needspinning and takes its count back before it releases the
// lock, that is before the next P becomes idle. And npidle went up before that.
//
// wakep does not take the lock to find that no P is idle. Go's does, at every
// ready of a busy system (Go issue 67585 is that lock's contention).
//
// # Needspinning
//
// An M that finds nothing and was refused spinning (half of the busy Ps spin
// already) is not covered by the above: it gives up its P without another look
// (Go issue 45867). A submitter that finds no idle P therefore asks, and each M
// that gives up its P without having spun answers:
//
//	submit, no P idle                   an M that does not spin gives up its P
//	1. put G                            1. under sched.lock: add 1 to npidle
//	2. npidle is 0                      2. barrier
//	3. set needspinning                 3. if needspinning is set: take the P
//	4. barrier                             back and spin
//	5. if npidle is not 0 now: wakep    4. release the lock
//
// Proof sketch: of the submitter's set (3) and look (5), and the M's add (1) and
// look (3), one look comes last and sees the other side. Who clears
// needspinning looks at the queues afterwards, so a request that it clears is one
// whose G it will see. If needspinning is set already the submitter can
// skip its step 3 but not its step 5.
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
// Both sides want the P through a CAS on one word; syscalltick tells calls
// apart, so that a second short call does not look like a long first one (Go
// issue 10958).
//
// # Fairness
//
// In a ring: FIFO, but runnext goes ahead of it, for as long as the time slice
// lasts that its Gs inherit from each other (10 ms with the monitor's preemption;
// RunnextCap bounds it by number). The global queue is looked at on every 61st
// tick, and a tick does not advance while the slice is inherited: so a G on it
// can be overtaken for ever by Gs that respawn each other through runnext: one
// that is preempted yields to its own child there, which inherits the used-up
// slice. That is Go issue 52934, which is open: I6 does not hold for the
// global queue. NoRunnext repairs it, RunnextCap bounds it.
//
// # What it leaves out
//
// Deviations: needspinning and the lock in wakep as told above; the time slice
// is told by a mark that the monitor sets and the next slice removes, not by a
// tick that each switch writes (which would have to be an atomic store, an XCHG
// on amd64; Go's is racy); preemption happens at the G's next call or Checkpoint, not by signal.
// Timers are taken out of their heap when they are stopped (Go marks them and cleans up
// later), so a heap holds no dead ones. A timer that is due is fired between two Gs,
// by the loop or by a G that yields, but not on the way from a G that waits straight
// to the next: it may hold a lock that the timer wants. Go wakes a new M beside the poller for new
// work, too, but the poller here takes a P whenever it comes back and one is idle.
package gpm
