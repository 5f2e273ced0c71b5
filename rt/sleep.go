package rt

import (
	"math"

	"schedlab/host"
	"schedlab/rt/rank"
)

// Sleep blocks g for at least ns nanoseconds. If ns is not positive it yields.
func (g *G) Sleep(ns int64) {
	if ns <= 0 {
		g.Yield()
		return
	}
	mp := g.running("G.Sleep")
	if mp.native != nil {
		mp.native.Sleep(ns)
		return
	}
	mp.notWhileStopped("sleeps") // before it holds locks
	sl := mp.getSleeper()
	when := host.Nanotime() + ns
	if when < 0 { // overflow: for ever
		when = math.MaxInt64
	}
	// Fire needs sl.mu, which it gets once g has left its stack.
	sl.g = g
	g.Parker().Enter(&sl.mu)
	sl.timer.Start(g, when)
	g.Parker().ParkUnlock(WaitSleep, &sl.mu)
	sl.g = nil
	g.m.putSleeper(sl)
}

// sleeper is a timer that readies a G. Ms keep some, to be used again.
type sleeper struct {
	mu    host.Mutex
	g     *G
	timer Timer

	next  *sleeper // kept by the same M
	after int      // how many those are
}

// maxSleepers is how many an M keeps. Where Gs begin to sleep on one M and wake on another,
// the second one would otherwise keep them all.
const maxSleepers = 64

func (mp *M) getSleeper() *sleeper {
	sl := mp.sleeper
	if sl == nil {
		return newSleeper()
	}
	mp.sleeper, sl.next = sl.next, nil
	return sl
}

func (mp *M) putSleeper(sl *sleeper) {
	sl.after = 0
	if head := mp.sleeper; head != nil {
		if sl.after = head.after + 1; sl.after == maxSleepers {
			return
		}
		sl.next = head
	}
	mp.sleeper = sl
}

func newSleeper() *sleeper {
	sl := &sleeper{}
	sl.mu.SetRank(rank.Object)
	sl.timer.Fire = func(g *G, _ *Timer, _ uint64) {
		g.Parker().Lock(&sl.mu)
		sl.mu.Unlock()
		g.Parker().Ready(sl.g)
	}
	return sl
}
