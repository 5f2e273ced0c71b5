// Package global is the step between G-M and G-P-M: one run queue for all, but
// only the queue is locked, and Ms are limited in number and used again.
//
// # Nouns
//
//   - runq is the run queue of all. It has a lock of its own, or none at all
//     (Michael and Scott's queue; row global-lockfree).
//   - A slot is the right to run Gs; there are Procs of them. An M that runs Gs
//     has one, an M in a system call or asleep has none. Slots that nobody has
//     are counted in free.
//   - Idle Ms sleep on a list under the lock idleMu, and are woken before new ones
//     are made.
//
// # Source
//
// The step that texts about Go's scheduler put between Go 1.0 and 1.1 (for
// instance Kavya Joshi, "The Scheduler Saga", GopherCon 2018): keep threads for
// reuse, limit those that touch the run queue to the number of cores, not
// counting those in system calls. Go never shipped it; thread pools are it.
//
// # Why it is hard
//
// The queue and the list of idle Ms are under different locks, so a submitter
// may look for an idle M just before one becomes idle, which looked into the
// queue just before the submitter put something there.
//
// # Rejected
//
//   - One lock for both: that is G-M.
//   - Looking at the queue only before becoming idle: the lost wakeup above
//     (mono issue 275, netty issue 8230 and others).
//   - Spinning before sleep, wakeups one at a time: what G-P-M adds. Here each
//     put wakes an M if a slot is free, as thread pools do.
//
// # Protocol: submit and park
//
//	submit (Ready, Newproc, ...)       park (an M that found the queue empty)
//	1. put G on runq                   1. under idleMu: join the idle Ms,
//	2. barrier (atomics are               add 1 to free
//	   sequentially consistent)        2. barrier (likewise)
//	3. if free > 0: wake one           3. if runq is not empty: wake one,
//	                                      perhaps oneself
//	                                   4. sleep
//
//	wake one: under idleMu, take a slot if one is free; with it take an idle M,
//	or make one; wake it
//
// Proof sketch: if the submitter's step 1 comes before the parker's step 3, the
// parker sees G there and wakes one. Otherwise the parker's step 1 came before
// the submitter's step 3, which sees the free slot. An M that is woken has a
// slot and looks at the queue before it parks again.
//
// The same handshake serves an M that enters a system call: it adds 1 to free
// and then looks at the queue. Coming out, it takes a slot if one is free;
// otherwise it queues its G and parks.
//
// # Fairness
//
// As in G-M: one FIFO, everything goes to its tail, bypass 0.
//
// # What it leaves out
//
// Local queues, stealing, spinning, preemption, a monitor.
package global
