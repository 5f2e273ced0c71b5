// Package global is the step between G-M and G-P-M: one run queue for all, but
// only the queue is locked, and Ms are limited in number and used again.
//
// # Nouns
//
//   - runq is the run queue of all. It has a lock of its own, or none at all
//     (Michael and Scott's queue; row global-lockfree).
//   - A slot is the right to run Gs; there are Procs of them. An M that runs Gs
//     has one, an M in a system call or asleep has none. Slots that no M has are
//     counted in free.
//   - Idle Ms sleep on a list under the lock idleMu, and are woken before new ones
//     are made.
//   - The reactor (rt/reactor/reactor.go) is the thread that waits for timers and the
//     network. It runs no Gs and needs no slot; to the Ms it is a submitter.
//
// # Source
//
// This is the step that texts about Go's scheduler put between Go 1.0 and 1.1, for
// instance Kavya Joshi, "The Scheduler Saga" (GopherCon 2018). Threads are kept for
// reuse. Those that touch the run queue are limited to the number of cores, not counting
// threads in system calls. Go never shipped it. Thread pools are it, with the one thread
// beside the pool that libuv and others have. The files:
//
//	global.go  the scheduler, its slots, submitting, waking, the check for rest
//	m.go       what an M does for a G (package rt's Machine), parking, locked Ms
//	world.go   stop-the-world: collecting all slots
//
// # Why it is hard
//
// The queue and the list of idle Ms are under different locks. So a submitter may look
// for an idle M just before one becomes idle, and that M may have looked into the queue
// just before the submitter put something there.
//
// # Rejected
//
//   - One lock for both. That is G-M.
//   - Looking at the queue only before becoming idle. That is the lost wakeup above
//     (mono issue 275, netty issue 8230 and others).
//   - Spinning before sleep, wakeups one at a time. That is what G-P-M adds. Here each
//     put wakes an M if a slot is free, as thread pools do.
//   - To stop the world, waiting until enough slots are free. An M that looked just
//     before could still take one. So the stopper takes them itself.
//
// # Submit and park
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
// Proof sketch. If the submitter's step 1 comes before the parker's step 3, the parker
// sees G there and wakes one. Otherwise the parker's step 1 came before the submitter's
// step 3, which sees the free slot. An M that is woken has a slot and looks at the queue
// before it parks again.
//
// The same handshake serves every other thread that adds to free: an M that enters a
// system call, a locked M that its G has left, and a stopper that starts the world. An M
// that comes out of a system call takes a slot if one is free. Otherwise it queues its G
// and parks.
//
// # Collecting all slots
//
// The stopper keeps its slot and takes all others out of free, where no M can find them.
// The slots that are missing when it looks come from the Ms that give them back:
//
//	give back (park, system call, ...)    stop the world
//	1. add 1 to free                      1. set WorldStopping
//	2. barrier (likewise)                 2. barrier (likewise)
//	3. if WorldStopping: collect          3. collect
//	                                      4. sleep until told
//
//	collect: under idleMu, if WorldStopping: move all of free to collected; if the
//	stopper sleeps and all slots but one are there, tell it
//
// Proof sketch. If a giver's step 1 comes before the stopper's step 3, that step takes
// the giver's slot. Otherwise the stopper's step 1 came before the giver's step 3, which
// collects. So a slot that is given back is collected. Every M is made to give back, so
// the last collect finds all.
//
// An M that takes a slot out of free before it is collected (wake one, the end of a
// system call) has not escaped. It sees WorldStopping in Schedule, or is asked at its G's next
// safe point. Once all slots are collected free is 0, so no M can begin to run a G.
//
// To start the world, under idleMu, when WorldStopping is false, collected goes back to free.
// If there are more or fewer slots than before (SetProcs), the difference is added. One
// M is woken for each G in the queue. A giver that saw WorldStopping but collects after that
// sees that it is false. An M that ends gives its slot back, too, because a stopper may
// wait for it.
//
// # Locked Ms
//
// A locked M whose G has left it gives its slot back and sleeps, not on the list of
// idle Ms. An M that takes the G from the queue brings it:
//
//	an M that took the locked G            its M, the owner (AwaitLocked)
//	(RunLocked), under idleMu              1. under idleMu: if handed, clear that
//	1. mark the owner as handed               and run the G (unless WorldStopping: then
//	2. give it the slot, unless it            queue the G and go on)
//	   still has its own                   2. give the slot back, sleep: the
//	3. wake it if it sleeps                   handshake of 'Submit and park'
//
// Proof sketch. Both happen under idleMu. If the left side comes first, step 1 of the
// right side finds the mark. If it comes second, it finds the owner asleep.
//
// In both cases the owner has a slot when it runs G. If it is asleep, it has none and
// gets one. If it is awake, it has its own, or has lost it in the system call that it has
// just left. The left side may look which, since the owner's last change to its slot came
// before the G was queued.
//
// # Rest
//
// The count awake is of Ms that are not asleep, and of the reactor while it works. When
// it is 0 and the queue is empty, nothing happens unless a timer, the network or a thread
// outside makes it: AtRest. awake goes down in sleep and when the reactor has done its
// work, and there it is looked at. The thread that wakes an M adds to awake before that M
// runs.
//
// # Fairness
//
// As in G-M: one FIFO, every G goes to its tail, bypass 0. A locked G that was to run
// when the world stopped is queued anew.
//
// # What it leaves out
//
// Local queues, stealing, spinning, preemption, a monitor. A memory cache and a list of
// dead Gs belong to an M and stay with it, asleep or blocked: what Ms that can block cost
// (Vyukov 2012).
package global
