package conform

import (
	"math/rand/v2"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
)

// waitlist is the plainest thing that Gs can wait on.
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

// takeAll takes the Gs that wait, for the caller to ready.
func (w *waitlist) takeAll() []*rt.G {
	w.mu.Lock()
	defer w.mu.Unlock()
	gs := w.gs
	w.gs = nil
	return gs
}

// takeAny takes one at random; nil if there is none.
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

// readiedInAnyOrder: all wait at once, and each is resumed once, on its own
// stack, whatever the order.
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
	resumed.requireAll(t, 1)
	require.EqualValues(t, n, stats.Readied)
}

// commitRefuses: a G whose commit says no goes on at once, and nobody readies it.
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
	require.EqualValues(t, n*rounds, asked.Load())
	require.EqualValues(t, n*rounds, waiting.Load(), "commits that saw the G wait")
	require.Zero(t, stats.Readied)
}

// commitPublishes: who finds a G in the place where its commit put it may ready
// it, however early.
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
	require.Equal(t, rounds, resumed)
}

// baton is given by one G and taken by another, which waits for it.
type baton struct {
	mu    host.Mutex
	here  bool
	waits *rt.G
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

// ring: Gs in a circle hand on one baton, which alone protects the counter.
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
	require.Equal(t, n*rounds, passed)
}

// parkStorm: Gs park in both ways, ready each other at random and yield. None
// parks if all others do, and the last to end readies the rest.
func parkStorm(t *trial) {
	const n = 64
	rounds := t.many(2000)
	for seed := range uint64(3) {
		st := &storm{active: n}
		done := make(tally, n)
		stats := t.run(func(g *rt.G) {
			for i := range n {
				r := rand.New(rand.NewPCG(seed, uint64(i)))
				g.Go(func(g *rt.G) {
					for range rounds {
						st.act(g, r)
						done[i].Add(1)
					}
					st.leave(g)
				})
			}
		})
		done.requireAll(t, int32(rounds))
		require.EqualValues(t, st.readied.Load(), stats.Readied)
		require.Empty(t, st.gs)
	}
}

type storm struct {
	waitlist
	active  int // Gs that have not ended and do not wait; under mu
	readied atomic.Int64
	refused atomic.Int64 // commits that said no
}

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

// join makes gp one of those that wait, unless it is the last that does not.
// Needs mu.
func (s *storm) join(gp *rt.G) bool {
	if s.active == 1 {
		return false
	}
	s.active--
	s.gs = append(s.gs, gp)
	return true
}

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

func (s *storm) ready(g, gp *rt.G) {
	if gp != nil {
		s.readied.Add(1)
		g.Parker().Ready(gp)
	}
}

// manyBlocked: 40 000 Gs wait at the same moment. With one Procs only, since it
// is about their number.
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
	require.EqualValues(t, n, ended.Load())
}
