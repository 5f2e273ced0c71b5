// Package gm is the scheduler of Go 1.0: goroutines (G) on threads (M), with one
// lock over everything.
//
// # Nouns
//
//   - sched.lock guards the run queue, the Ms that wait, the dead Gs, and the handing
//     of Gs to Ms. To make, end, ready and switch a G all take it.
//   - mcpu is the number of Ms that run Gs, mcpumax its limit (GOMAXPROCS). Ms in
//     system calls do not count, so there are as many Ms as it takes.
//   - mnextg hands a G straight to an M: it is the G that the M runs next. matchmg
//     does so for all waiting Gs as long as mcpu allows. The G goes to the M that it is
//     locked to, or an idle one, or a new one.
//   - gwaiting says that Gs are on the run queue.
//   - waitstop says that the G which stops the world waits until mcpu is small
//     enough.
//   - The timer G (timerproc) fires timers, and the poll server G waits for
//     descriptors. They are Gs of the scheduler's own: Run and Close do not wait for
//     them.
//   - Each M has a memory cache, whether it runs Gs or is blocked.
//
// # Source
//
// src/pkg/runtime/proc.c and time.goc of Go 1.0 (2012), whose design goes back to 2009,
// and package net's pollServer. The packed word of mcpu, mcpumax, gwaiting and waitstop
// is Russ Cox's of 2011 ("faster entersyscall, exitsyscall"). Vyukov's Scalable Go
// Scheduler Design Doc (2012) lists what is wrong with this design:
//
//   - the one lock,
//   - Gs that are handed between Ms all the time,
//   - a memory cache for every M,
//   - threads that block and unblock around system calls.
//
// The files:
//
//	gm.go        the scheduler, its lock, gput, gget, matchmg, mnextg
//	m.go         what an M does for a G (package rt's Machine)
//	procword.go  the packed word
//	stop.go      stop-the-world
//	lockm.go     Ms that wait for the G they are locked to
//	timers.go    the timer G
//	poll.go      the poll server G
//	dump.go      the state as text
//
// # Why it is hard
//
// With one lock nearly nothing is. Two things are left: the system call, which takes no
// lock unless there is work; and which code besides matchmg may hand out Gs.
//
// # Rejected
//
//   - Taking the lock in every system call. That is what Go did before 2011, and it
//     cost seven times as much (538 ns against 74, on 2 Ps).
//   - Handing a readied G that is locked straight to its M, for no mcpu. gput did so,
//     and the G then ran in a world that was being stopped (Go issue 886).
//   - The same if mcpu allows, as Go 1.0 did. Gosched gave the mcpu back, put the G,
//     and so ran it again and again (Go issue 4820). Here gput only queues, and matchmg
//     hands out what is first.
//
// # Giving mcpu back without the lock
//
// mcpu and gwaiting are fields of one word (procWord), so both sides see each
// other without a further barrier:
//
//	EnterSyscall                       gput, matchmg (under sched.lock)
//	1. subtract 1 from mcpu            1. put G on the queue; if it is the first,
//	2. if gwaiting was set in the         set gwaiting
//	   result: lock, matchmg, unlock   2. while G waits: CAS mcpu+1 if below
//	                                      mcpumax, and give G to an M
//
// Proof sketch. The two steps 1 change the same word, so one comes first. If it is
// EnterSyscall's, step 2 of matchmg finds room. If it is gput's, step 2 of EnterSyscall
// finds gwaiting.
//
//	ExitSyscall
//	1. add 1 to mcpu; go on if it is at most mcpumax
//	2. otherwise leave the stack, take the lock, subtract 1, queue the G, and take the
//	   next one like every other M
//
// Between the steps of ExitSyscall mcpu may exceed mcpumax. I4 speaks of Ms that run Gs.
//
// # Stopping the world by waitstop
//
// A world that stands still is one with mcpumax 1. The G that stops it keeps its mcpu,
// and no other M gets one: matchmg, Schedule and ExitSyscall are refused, and mnextg is
// called only when an mcpu has been counted.
//
//	StopWorld                             any M that gives its mcpu back
//	1. CAS mcpumax to 1, clear the note   1. subtract 1 from mcpu
//	2. CAS waitstop into the word if      2. if waitstop was set in the result and
//	   mcpu is above mcpumax; else done      mcpu is at most mcpumax: CAS waitstop
//	3. sleep on the note; ask all Gs to      out of the word
//	   give way again every 100 µs        3. if that was done: signal the note
//
// Proof sketch. All steps 1 and 2 change or read one word. Take the last subtraction
// that brings mcpu to mcpumax:
//
//   - If it comes before step 2 of StopWorld, that step sees it, and StopWorld does not
//     sleep.
//   - If it comes after, the M finds waitstop. Exactly one M takes waitstop out, and
//     that M signals.
//
// An M that comes out of a system call meanwhile adds 1, is refused, and subtracts it
// again. It may hold up step 2 of other Ms, and then its own step 2 finds what theirs
// did not. Once mcpu was at most 1 with mcpumax 1, only the stopper can have been let
// in, so there is no need to look again.
//
// Go 1.0 took the lock for all of this. It is not needed: what StopWorld waits for, and
// that it waits, are in the word. And an M that wants the lock of a busy scheduler waits
// for it.
//
// If StopWorld loses patience, it takes waitstop out itself. If waitstop is gone already,
// a signal is on its way, and StopWorld waits for it, so that it cannot reach the next
// StopWorld.
//
// StartWorld, under sched.lock, sets mcpumax, to another value if that is what the
// stop was for, and calls matchmg.
//
// # Locked Gs
//
//	matchmg, RunLocked                    AwaitLocked, on the locked M
//	(under sched.lock)                    (under sched.lock)
//	1. count an mcpu for G (RunLocked     1. give mcpu back
//	   gives up its own)                  2. note the M as one that waits for G
//	2. set the M's nextg to G             3. matchmg, which may do what stands on
//	3. if the M waits: wake it               the left, for this M
//	                                      4. nextg set? run it; otherwise wait
//
// Step 4 of AwaitLocked is what Go issue 2100 was about: nextg may be set by the M's own
// matchmg, or before the M came here. A G that is queued before its M has come to step 2
// of AwaitLocked may go to any M, which hands it over (RunLocked). An M that waits for
// its G is not on the list of idle Ms, but counts as resting like these.
//
// # Fairness
//
// The run queue is a FIFO, and every G goes to its tail: a G is overtaken by none that
// was queued after it.
//
// The timer G and the poll server G queue too, when they come out of the kernel and find
// mcpu at mcpumax. So timers fire late by a turn of the queue. They do not fire at all
// while Gs that never give way have every mcpu.
//
// # What it leaves out
//
// Deviations from Go 1.0:
//
//   - A G that is readied before it has left its stack is not marked readyonstop, since
//     package rt does not let it be seen before (see rt/stack.go).
//   - The successor of a G that parks is taken before the G has left its stack, so that
//     there is one switch and not two. The lock is taken as often.
//   - A locked G is queued like any other: see 'Locked Gs'.
//   - The timer G sleeps in the kernel when there are no timers, where Go's was parked.
//   - Deadlines of descriptors are timers, and not the poll server's affair.
//
// There is no preemption and no monitor, as there was none: a G that never calls the
// scheduler keeps its mcpu. Only an M that stops the world, or the scheduler, asks Gs to
// give way. There are no Ps, so G.ForEachP fails with rt.ErrNoPs. There is no collector
// that the stopped Ms could help (helpgc).
package gm
