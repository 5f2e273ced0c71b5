// Package gm is the scheduler of Go 1.0: goroutines (G) on threads (M), with one
// lock over everything.
//
// # Nouns
//
//   - sched.lock guards the run queue, the idle Ms, the dead Gs, the handing of
//     Gs to Ms: making, ending, readying and switching a G all take it.
//   - mcpu is the number of Ms that run Gs, mcpumax its limit (GOMAXPROCS). Ms in
//     system calls do not count, so there are as many Ms as it takes.
//   - mnextg hands a G straight to an M: it is the G that the M runs next.
//     matchmg does so for all waiting Gs as long as mcpu allows, on idle Ms first,
//     on new ones otherwise.
//   - gwaiting says that Gs are on the run queue.
//
// # Source
//
// src/pkg/runtime/proc.c of Go 1.0 (2012), whose design goes back to 2009; the
// packed word of mcpu, mcpumax and gwaiting is Russ Cox's of 2011 ("faster
// entersyscall, exitsyscall"). Vyukov's Scalable Go Scheduler Design Doc (2012)
// lists what is wrong with it: the one lock, Gs handed between Ms all the time,
// a memory cache for every M, and threads that block and unblock around system
// calls.
//
// # Why it is hard
//
// With one lock nearly nothing is. What is left is the system call, which takes
// no lock unless there is work: see below.
//
// # Rejected
//
// Taking the lock in every system call: that is what Go did before 2011; it cost
// seven times as much (538 ns against 74, on 2 Ps).
//
// # Protocol: giving mcpu back without the lock
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
// Proof sketch: the two steps 1 change the same word, so one comes first. If it
// is EnterSyscall's, step 2 of matchmg finds room. If it is gput's, step 2 of
// EnterSyscall finds gwaiting.
//
//	ExitSyscall
//	1. add 1 to mcpu; go on if it is at most mcpumax
//	2. otherwise leave the stack, take the lock, subtract 1, queue, take the
//	   next G like everybody else
//
// Between the steps mcpu may exceed mcpumax; I4 speaks of Ms that run Gs.
//
// # Fairness
//
// The run queue is a FIFO, and everything goes to its tail: a G is overtaken by
// none that was queued after it.
//
// # What it leaves out
//
// Deviations from Go 1.0: a G that is readied before it has left its stack is
// not marked readyonstop, since package designs does not let it be seen before
// (see designs/stack.go). The successor of a G that parks is taken before the G has
// left its stack, so that there is one switch and not two; the lock is taken as
// often. There is no preemption and no monitor, as there was none: a G that
// never calls the scheduler keeps its mcpu.
//
// Still to come: stop-the-world (waitstop has its bit in the word), locked Gs,
// the poll server, the memory caches.
package gm
