package conform

import (
	"math/rand/v2"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
)

// waitlist is the simplest thing that Gs can wait on.
type waitlist struct {
	mu host.Mutex
	gs []*rt.G
}

func (w *waitlist) wait(g *rt.G) {
	w.mu.Lock()
	w.gs = append(w.gs, g)
	g.Parker().ParkUnlock(rt.WaitOther, &w.mu)
}

func (w *waitlist) len() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.gs)
}

// takeAll takes out all Gs that wait. The caller must ready them.
func (w *waitlist) takeAll() []*rt.G {
	w.mu.Lock()
	defer w.mu.Unlock()
	gs := w.gs
	w.gs = nil
	return gs
}

// takeAny takes out a G at random, or nil if there is none. Needs mu.
func (w *waitlist) takeAny(r *rand.Rand) *rt.G {
	if len(w.gs) == 0 {
		return nil
	}
	i, last := r.IntN(len(w.gs)), len(w.gs)-1
	gp := w.gs[i]
	w.gs[i] = w.gs[last]
	w.gs = w.gs[:last]
	return gp
}

// readiedInAnyOrder: of Gs that all wait at once and are readied in any order, each is resumed
// once, with its own stack. (I11)
func readiedInAnyOrder(t *trial) {
	const n = 500
	resumed := make(tally, n)
	stats := t.run(func(g *rt.G) {
		var w waitlist
		for i := range n {
			g.Go(func(g *rt.G) {
				mine := [4]int{i, i + 1, i + 2, i + 3}
				w.wait(g)
				if mine == [4]int{i, i + 1, i + 2, i + 3} {
					resumed[i].Add(1)
				}
			})
		}
		yieldUntil(g, func() bool { return w.len() == n })
		gs := w.takeAll()
		rand.New(rand.NewPCG(1, 2)).Shuffle(n, func(i, j int) { gs[i], gs[j] = gs[j], gs[i] })
		for _, gp := range gs {
			g.Parker().Ready(gp)
		}
	})
	resumed.requireAll(t, 1, "a G that was readied must resume once, with what was on its stack")
	requireCount(t, n, stats.Readied, "Stats.Readied")
}

// commitRefuses: a G whose commit says no goes on at once. The commit sees it Waiting, and it is
// not counted as readied.
func commitRefuses(t *trial) {
	const n, rounds = 8, 500
	var asked, waiting atomic.Int32
	stats := t.run(func(g *rt.G) {
		for range n {
			g.Go(func(g *rt.G) {
				for range rounds {
					g.Parker().Park(rt.WaitOther, func(gp *rt.G) bool {
						asked.Add(1)
						if gp == g && gp.Status() == rt.Waiting {
							waiting.Add(1)
						}
						return false
					})
				}
			})
		}
	})
	requireCount(t, n*rounds, asked.Load(), "calls of the commits: one for each Park")
	requireCount(t, n*rounds, waiting.Load(),
		"commits that were given the G that parks, with the status Waiting")
	require.Zero(t, stats.Readied, "Stats.Readied, though nothing has readied a G")
}

// commitPublishes: a G that finds another where the commit of that one put it may ready it,
// even before the commit has returned. (I11)
func commitPublishes(t *trial) {
	rounds := t.many(20_000)
	resumed := 0
	t.run(func(g *rt.G) {
		var slot atomic.Pointer[rt.G]
		g.Go(func(g *rt.G) {
			for range rounds {
				g.Parker().Park(rt.WaitOther, func(gp *rt.G) bool {
					slot.Store(gp)
					return true
				})
				resumed++
			}
		})
		for range rounds {
			yieldUntil(g, func() bool { return slot.Load() != nil })
			g.Parker().Ready(slot.Swap(nil))
		}
	})
	require.Equal(t, rounds, resumed, "times that the G resumed; it was readied so many times")
}

// baton is given by one G and taken by another, which waits for it. Its zero value is with
// no G.
type baton struct {
	mu    host.Mutex
	here  bool
	waits *rt.G // the G that waits for it
}

func (b *baton) take(g *rt.G) {
	b.mu.Lock()
	if b.here {
		b.here = false
		b.mu.Unlock()
		return
	}
	b.waits = g
	g.Parker().ParkUnlock(rt.WaitOther, &b.mu)
}

func (b *baton) give(g *rt.G) {
	b.mu.Lock()
	gp := b.waits
	b.waits = nil
	b.here = gp == nil
	b.mu.Unlock()
	if gp != nil {
		g.Parker().Ready(gp)
	}
}

// ring: Gs in a circle hand on one baton, which excludes them from each other: it alone
// protects a counter in plain memory.
func ring(t *trial) {
	const n = 16
	rounds := t.many(2000)
	batons := make([]baton, n)
	passed := 0
	t.run(func(g *rt.G) {
		for i := range n {
			g.Go(func(g *rt.G) {
				for range rounds {
					batons[i].take(g)
					passed++
					batons[(i+1)%n].give(g)
				}
			})
		}
		batons[0].give(g)
	})
	require.Equal(t, n*rounds, passed, "times that the baton was handed on")
}

// parkStorm: of Gs that park in both ways, ready each other at random and yield, none is lost
// and none is resumed twice. (I11)
func parkStorm(t *trial) {
	const n = 64
	rounds := t.many(2000)
	for seed := range uint64(3) {
		var st storm
		done := make(tally, n)
		stats := t.run(func(g *rt.G) {
			st.start(g, n, rounds, seed, func(_ *rt.G, i int) { done[i].Add(1) })
		})
		done.requireAll(t, int32(rounds), "a G must do all its rounds")
		requireCount(t, st.readied.Load(), stats.Readied,
			"Stats.Readied: Gs that were readied")
		require.Empty(t, st.gs, "Gs that were left waiting")
	}
}

// storm is Gs that park, ready each other and yield at random. None parks if all others wait,
// and the last that ends readies the rest, so all end.
type storm struct {
	waitlist
	active  int          // Gs that have not ended and do not wait; under mu
	readied atomic.Int64 // calls of Ready
	refused atomic.Int64 // commits that said no
}

// start starts n Gs of rounds rounds each, and calls each at the end of every round of G i.
func (s *storm) start(g *rt.G, n, rounds int, seed uint64, each func(g *rt.G, i int)) {
	s.active = n
	for i := range n {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		g.Go(func(g *rt.G) {
			for range rounds {
				s.act(g, r)
				each(g, i)
			}
			s.leave(g)
		})
	}
}

// act is one round.
func (s *storm) act(g *rt.G, r *rand.Rand) {
	switch r.IntN(4) {
	case 0:
		s.mu.Lock()
		if !s.join(g) {
			s.mu.Unlock()
			return
		}
		g.Parker().ParkUnlock(rt.WaitOther, &s.mu)
	case 1:
		g.Parker().Park(rt.WaitOther, func(gp *rt.G) bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			joined := s.join(gp)
			if !joined {
				s.refused.Add(1)
			}
			return joined
		})
	case 2:
		s.mu.Lock()
		gp := s.takeAny(r)
		if gp != nil {
			s.active++
		}
		s.mu.Unlock()
		s.ready(g, gp)
	case 3:
		g.Yield()
	}
}

// join puts gp on the list and returns true, unless all others wait already. Needs mu.
func (s *storm) join(gp *rt.G) bool {
	if s.active == 1 {
		return false
	}
	s.active--
	s.gs = append(s.gs, gp)
	return true
}

// leave is for a G that ends.
func (s *storm) leave(g *rt.G) {
	s.mu.Lock()
	s.active--
	var rest []*rt.G
	if s.active == 0 {
		rest, s.gs = s.gs, nil
		s.active = len(rest)
	}
	s.mu.Unlock()
	for _, gp := range rest {
		s.ready(g, gp)
	}
}

// ready readies gp, if it is not nil.
func (s *storm) ready(g, gp *rt.G) {
	if gp != nil {
		s.readied.Add(1)
		g.Parker().Ready(gp)
	}
}

// manyBlocked: 40 000 Gs can wait at the same moment, and all resume. It runs with one value
// of Procs only, since it is about the number of Gs.
func manyBlocked(t *trial) {
	n := t.many(40_000)
	var ended atomic.Int64
	t.run(func(g *rt.G) {
		var w waitlist
		for range n {
			g.Go(func(g *rt.G) {
				w.wait(g)
				ended.Add(1)
			})
		}
		yieldUntil(g, func() bool { return w.len() == n })
		for _, gp := range w.takeAll() {
			g.Parker().Ready(gp)
		}
	})
	requireCount(t, n, ended.Load(), "Gs that resumed and ended")
}
