package gsync

import (
	"math"
	"sync"

	"schedlab/host"
	"schedlab/rt"
)

// WaitGroup waits until a count is zero. The zero WaitGroup counts zero.
//
// It may be used again at any time, even before the Gs that waited have run. As in Go, an Add
// from zero must be ordered before the Wait that is to see it: Add before the G that calls Done
// is started. (Native Gs follow sync.WaitGroup's rules, which forbid reuse before all Waits have
// returned.)
//
// # Counting
//
// Most Adds and Dones have nobody to wake. So they are one CAS on a word that holds the count and
// whether somebody waits:
//
//	Add, Done                              Wait
//	1. load the word                       1. done if the count is zero
//	2. unless that brings the count to     2. lock mu
//	   zero while somebody waits: CAS      3. CAS in "somebody waits"; done,
//	   the new count in; done, or 1           unlocked, if the count is zero by
//	3. lock mu                                then
//	4. CAS in zero and "nobody waits",     4. get on the wait queue
//	   take all who wait; or 1, if the     5. ParkUnlock
//	   word has changed
//	5. unlock mu, ready them
//
// "Somebody waits" changes only under mu, together with the queue. So at no moment is there a
// zero with waiters: the step that makes the zero also takes the Gs that waited for it. A G that
// waits after that waits for the next zero. Hence there are no generations that could be mixed
// up, as in Go issue 7734. If the CAS of Add's step 2 comes before Wait's step 3, Wait sees its
// count. If it comes after, it fails, because the word has changed, and Add looks again.
type WaitGroup struct {
	native sync.WaitGroup // for native Gs; the rest is then unused

	state   host.Int64 // a wgState; its partners are each other's CASes
	mu      host.Mutex // guards waiters, and the bit of state that tells of them
	waiters gs
}

// wgState is the word of a WaitGroup.
//
//	bit  0     waiting  somebody waits
//	bits 1-63  count
type wgState int64

const (
	wgWaiting wgState = 1

	wgCountShift = 1
)

func (s wgState) count() int    { return int(s >> wgCountShift) }
func (s wgState) waiting() bool { return s&wgWaiting != 0 }

// add returns the state with n more in the count.
func (s wgState) add(n int) wgState { return s + wgState(n)<<wgCountShift }

// wakes says whether the count becomes zero in the step from s to next, while somebody waits.
func (s wgState) wakes(next wgState) bool { return s.waiting() && next.count() == 0 }

// maxWaitGroup bounds the count, so that no sum of two overflows.
const maxWaitGroup = math.MaxInt32

// Add adds n, which may be negative, to the count. It panics, and leaves the count as it was, if
// that would be negative, or above 2^31-1.
func (wg *WaitGroup) Add(g *rt.G, n int) {
	if g.Native() {
		wg.native.Add(n)
		return
	}
	g.Checkpoint()
	for {
		old := wgState(wg.state.Load())
		next := old.add(checkedCount(old, n))
		if old.wakes(next) {
			if wg.release(g.Parker(), old) {
				return
			}
			continue
		}
		if wg.state.CompareAndSwap(int64(old), int64(next)) {
			return
		}
	}
}

// checkedCount returns n if it can be added.
func checkedCount(old wgState, n int) int {
	if n < -old.count() {
		throw("WaitGroup.Add: the count would be negative: there were more Dones than Adds")
	}
	if n > maxWaitGroup-old.count() {
		throw("WaitGroup.Add: the count would be above %d", maxWaitGroup)
	}
	return n
}

// release brings the count from that of old to zero and readies all Gs that wait. It returns
// false if the state is no longer old.
func (wg *WaitGroup) release(p rt.Parker, old wgState) bool {
	var all gs
	p.Lock(&wg.mu)
	ok := wg.state.CompareAndSwap(int64(old), 0)
	if ok {
		all.Append(&wg.waiters)
	}
	wg.mu.Unlock()
	readyAll(p, &all)
	return ok
}

// Done takes one off the count.
func (wg *WaitGroup) Done(g *rt.G) { wg.Add(g, -1) }

// Wait blocks until the count is zero.
func (wg *WaitGroup) Wait(g *rt.G) {
	if g.Native() {
		wg.native.Wait()
		return
	}
	g.Checkpoint()
	if wgState(wg.state.Load()).count() == 0 {
		return
	}
	p := g.Parker()
	p.Lock(&wg.mu)
	for {
		old := wgState(wg.state.Load())
		if old.count() == 0 {
			wg.mu.Unlock()
			return
		}
		if wg.state.CompareAndSwap(int64(old), int64(old|wgWaiting)) {
			break
		}
	}
	wg.waiters.Put(g)
	p.ParkUnlock(rt.WaitWaitGroup, &wg.mu)
}

// Go starts fn as a new G that the group waits for.
func (wg *WaitGroup) Go(g *rt.G, fn func(*rt.G)) {
	wg.Add(g, 1)
	g.Go(func(g *rt.G) {
		defer wg.Done(g)
		fn(g)
	})
}
