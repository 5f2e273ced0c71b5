package gsync

import (
	"schedlab/host"
	"schedlab/rt"
)

// Semaphore lets a number of Gs through at a time. First come, first served: a permit that is
// released while Gs wait goes to the first of them, and no other overtakes it. A permit belongs
// to no G: another may release it.
type Semaphore struct {
	native chan struct{} // for native Gs: one element for each permit taken

	mu      host.Mutex
	taken   int
	permits int
	waiters gs // only while all permits are taken
}

// NewSemaphore makes a semaphore with n permits, none taken. It panics if n is less than 1.
func NewSemaphore(g *rt.G, n int) *Semaphore {
	if n < 1 {
		throw("NewSemaphore: %d permits; there must be at least 1", n)
	}
	if g.Native() {
		return &Semaphore{native: make(chan struct{}, n)}
	}
	return &Semaphore{permits: n}
}

// Acquire takes a permit, and blocks until there is one.
func (s *Semaphore) Acquire(g *rt.G) {
	if g.Native() {
		s.native <- struct{}{}
		return
	}
	p := g.Parker()
	p.Enter(&s.mu)
	// Look and queue under one lock: see 'Waiting'.
	if s.taken == s.permits {
		s.waiters.Put(g)
		p.ParkUnlock(rt.WaitSemaphore, &s.mu)
		return
	}
	s.taken++
	s.mu.Unlock()
}

// TryAcquire takes a permit if there is one, and says whether it did.
func (s *Semaphore) TryAcquire(g *rt.G) bool {
	if g.Native() {
		select {
		case s.native <- struct{}{}:
			return true
		default:
			return false
		}
	}
	p := g.Parker()
	p.Enter(&s.mu)
	free := s.taken < s.permits
	if free {
		s.taken++
	}
	s.mu.Unlock()
	return free
}

// Release gives a permit back. It panics if none is taken.
func (s *Semaphore) Release(g *rt.G) {
	if g.Native() {
		select {
		case <-s.native:
		default:
			s.noneTaken()
		}
		return
	}
	p := g.Parker()
	p.Enter(&s.mu)
	if s.taken == 0 {
		s.mu.Unlock()
		s.noneTaken()
	}
	gp := s.waiters.Get()
	if gp == nil {
		s.taken--
	}
	s.mu.Unlock()
	if gp != nil {
		p.Ready(gp)
	}
}

func (s *Semaphore) noneTaken() {
	throw("Semaphore.Release: no permit is taken: there were more releases than acquisitions")
}
