package gpm

import (
	"fmt"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/queue"
)

// idle is which Ps and Ms have nothing to do, and how many Ms look for work.
// Invariant I5 holds for it: npidle is the length of pidle, and nmspinning is the
// number of Ms that spin and of callers of wakep and handoffp that are about to make
// one spin.
//
// Only the methods of idle touch its fields. They need sched.lock, unless they say
// otherwise.
//
// Source: the fields of the same names in sched of Go's runtime/runtime2.go, where
// each function keeps the books itself. As one type: Idle of tokio's multi-thread
// scheduler, counters of rayon-core's sleep.
//
// # Submit and stop spinning
//
// Work is submitted by Ms that run Gs. The danger is that the last M that looks for
// work gives up just before.
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
// Proof sketch. If the put (step 1 on the left) comes before the look (step 4 on the
// right), the M sees G. If not, nmspinning went down (step 2 on the right) before the
// submitter looks at it (step 3 on the left), and npidle went up before that. So the
// submitter wakes an M, unless nmspinning is still not 0. That has one of two reasons:
//
//   - Another M spins. Its own step 4 is still to come, or it finds work and wakes a
//     successor (resetspinning).
//   - An M is in wakep, and has counted itself. If it finds a P, an M that spins gets
//     it. If it finds none, it takes its count back, then sets needspinning, and then
//     releases the lock. So needspinning is set after the put, and before the next P
//     becomes idle: see 'Needspinning'. The other way round, as in Go, an M that begins
//     to spin may clear needspinning, look, and submit work itself, all before the
//     count is taken back. Then nobody looks for that work.
//
// # Needspinning
//
// An M that finds nothing may have been refused spinning, because half of the busy
// Ps spin already. The protocol above does not cover it: it gives up its P without
// another look (Go issue 45867). So a submitter that finds no idle P asks for a look,
// and each M that gives up its P without having spun answers:
//
//	submit, no P idle                   an M that does not spin gives up its P
//	1. put G                            1. under sched.lock: add 1 to npidle
//	2. npidle is 0                      2. barrier
//	3. set needspinning                 3. if needspinning is set: take the P
//	4. barrier                             back and spin
//	5. if npidle is not 0 now: wakep    4. release the lock
//
// Proof sketch. Each side changes a word and then looks at the other's: the submitter
// sets (step 3) and looks (step 5), the M adds (step 1) and looks (step 3). One of the
// two looks comes last, and it sees what the other side changed. If needspinning is
// set already, the submitter may skip its step 3 but not its step 5. An M that clears
// needspinning looks at the queues afterwards, so it sees the G of each request that
// it clears.
type idle struct {
	// Submitters load all three without the lock: see the protocols above. Each side of a
	// protocol changes one of them and then looks at another, so they are each other's
	// partners.
	npidle       host.Int32 // changed under the lock
	nmspinning   host.Int32 // changed by the Ms that spin or wake a spinner, without the lock
	needspinning host.Bool  // set by submitters, cleared by an M that then looks at all queues

	pidle   queue.List[p, *p] // idle Ps
	midle   queue.List[m, *m] // idle Ms; the last to park is the first
	mlocked map[*m]bool       // locked Ms that sleep until their G is to run
	nm      int               // Ms started
	carried int               // times that the monitor carries Ps or Gs that no list shows
	wakes   uint64            // idle and locked Ms woken

	// The monitor sleeps on sysmonnote while all Ps are idle. The note is signaled
	// by the M that takes a P while sysmonwait is set, which it then clears.
	sysmonwait bool
	sysmonnote host.Note
}

// pidleput makes pp, which has nothing to run, idle.
func (i *idle) pidleput(pp *p) {
	if !pp.runq.Empty() {
		panic(rt.Broken("gpm: pidleput: the P has Gs to run"))
	}
	pp.status.Store(pIdle)
	pp.m.Store(nil)
	i.pidle.PutHead(pp)
	// Step 1, on the right, of 'Submit and stop spinning' and of 'Needspinning'. Its
	// partners are the loads of someIdleP.
	i.npidle.Add(1)
}

// pidleget takes an idle P, or returns nil. A P at work wants the monitor awake
// (Go commit 658d19a53f is the place where that was forgotten).
func (i *idle) pidleget() *p {
	pp := i.pidle.Get()
	if pp != nil {
		i.npidle.Add(-1)
		i.wakeSysmon()
	}
	return pp
}

// pidlegetSpinning is pidleget for an M that will spin, or needs another to. If no P
// is idle, it asks the M that makes the next one idle: see 'Needspinning'.
func (i *idle) pidlegetSpinning() *p {
	pp := i.pidleget()
	if pp == nil {
		i.ask()
	}
	return pp
}

// ask is step 3, on the left, of 'Needspinning', for a caller that has found no idle P. None
// becomes idle while it holds the lock. So its look at the list is as good as step 5, a look
// after the request.
func (i *idle) ask() { i.needspinning.Store(true) }

// someIdleP says whether a P is idle. If none is, the M that makes the next one idle
// has been asked to look for work first: steps 2 to 5 of 'Needspinning'. It needs no
// lock.
func (i *idle) someIdleP() bool {
	if i.npidle.Load() != 0 {
		return true
	}
	if !i.needspinning.Load() {
		i.needspinning.Store(true)
	}
	return i.npidle.Load() != 0
}

// idlePs returns how many Ps are idle. Without the lock it may be out of date.
func (i *idle) idlePs() int { return int(i.npidle.Load()) }

// spinners returns nmspinning. Without the lock it may be out of date.
func (i *idle) spinners() int { return int(i.nmspinning.Load()) }

// allBusy says that no M spins and no P is idle. Without the lock it may be out of
// date, and its two loads are of two moments. Its callers take it for a hint, as Go's
// do.
func (i *idle) allBusy() bool { return i.nmspinning.Load()+i.npidle.Load() == 0 }

// spinFirst counts an M that is about to spin, if no other is counted, and says
// whether it did. It needs no lock.
func (i *idle) spinFirst() bool { return i.nmspinning.CompareAndSwap(0, 1) }

// addSpinning adds n to nmspinning, which must not become negative. It needs no lock.
func (i *idle) addSpinning(n int32) {
	if i.nmspinning.Add(n) < 0 {
		panic(rt.Broken("gpm: addSpinning: nmspinning is negative"))
	}
}

// becomeSpinning makes mp spin. It is about to look at all queues, which is what the
// submitters that set needspinning asked for. It needs no lock.
func (i *idle) becomeSpinning(mp *m) {
	mp.spinning = true
	i.addSpinning(1)
	i.answer()
}

// dropSpinning makes mp spin no more. It needs no lock.
func (i *idle) dropSpinning(mp *m) {
	mp.spinning = false
	i.addSpinning(-1)
}

// asked says whether a submitter wants an M to spin: step 3, on the right, of
// 'Needspinning'.
func (i *idle) asked() bool { return i.needspinning.Load() }

// answer clears needspinning, for an M that looks at all queues afterwards. It needs
// no lock.
func (i *idle) answer() { i.needspinning.Store(false) }

// mput makes mp, which has no P, idle.
func (i *idle) mput(mp *m) {
	mp.note.Clear()
	i.midle.PutHead(mp)
}

// mget takes an idle M, which the caller wakes, or returns nil.
func (i *idle) mget() *m {
	mp := i.midle.Get()
	if mp != nil {
		i.wakes++
	}
	return mp
}

// mputLocked is mput for a locked M. It waits for nothing but its G.
func (i *idle) mputLocked(mp *m) {
	mp.note.Clear()
	if i.mlocked == nil {
		i.mlocked = map[*m]bool{}
	}
	i.mlocked[mp] = true
}

// mgetLocked takes the locked M mp, which the caller wakes, and says whether it sleeps.
func (i *idle) mgetLocked(mp *m) (asleep bool) {
	if !i.mlocked[mp] {
		return false
	}
	delete(i.mlocked, mp)
	i.wakes++
	return true
}

// wakeAllMs wakes every M, since the scheduler stops.
func (i *idle) wakeAllMs() {
	for mp := i.midle.Get(); mp != nil; mp = i.midle.Get() {
		mp.note.Wakeup()
	}
	for mp := range i.mlocked {
		mp.note.Wakeup()
	}
	clear(i.mlocked)
}

// addM counts an M that is being started.
func (i *idle) addM() { i.nm++ }

// addCarried adds n to the number of times that the monitor carries something.
func (i *idle) addCarried(n int) { i.carried += n }

// allSleepBut says whether all Ms but n sleep, and the monitor carries nothing.
func (i *idle) allSleepBut(n int) bool {
	return i.midle.Len()+len(i.mlocked)+n == i.nm && i.carried == 0
}

// sysmonWaits notes that the monitor will sleep: sysmonSleep, without the lock, is next.
func (i *idle) sysmonWaits() {
	i.sysmonwait = true
	i.sysmonnote.Clear()
}

func (i *idle) sysmonSleep() { i.sysmonnote.Sleep() }

// wakeSysmon wakes the monitor if all Ps were idle.
func (i *idle) wakeSysmon() {
	if i.sysmonwait {
		i.sysmonwait = false
		i.sysmonnote.Wakeup()
	}
}

func (i *idle) addStats(st *rt.Stats) { st.Wakes += i.wakes }

// String is idle's part of Go's schedtrace.
func (i *idle) String() string {
	return fmt.Sprintf("idleprocs=%d threads=%d idlethreads=%d lockedthreads=%d "+
		"spinningthreads=%d needspinning=%t",
		i.npidle.Load(), i.nm, i.midle.Len(), len(i.mlocked),
		i.nmspinning.Load(), i.needspinning.Load())
}
