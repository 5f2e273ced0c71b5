package micro

import "schedlab/sim"

// Passage is how threads use locks: in a loop, each takes its lock, works under it, releases it
// and works without it.
type Passage struct {
	Threads int
	Locks   int   // thread i takes lock i modulo Locks; 0 is one lock
	Lines   int   // of data that are written under a lock
	Inside  int64 // ns of work under it
	Outside int64 // ns of work without it
	Each    int   // times that each thread takes its lock
}

// Time returns how long a thread took for one time around its loop.
func (p Passage) Time(cfg sim.Config, newLock func() Lock) (ns float64, err error) {
	locks := make([]Lock, max(p.Locks, 1))
	data := make([]sim.Line, len(locks))
	for i := range locks {
		locks[i] = newLock()
	}
	nodes := make([]Node, p.Threads)
	took, err := together(cfg, p.Threads, func(i int) {
		at := i % len(locks)
		for range p.Each {
			locks[at].Lock(&nodes[i])
			if p.Lines > 0 {
				data[at].Touch(p.Lines)
			}
			sim.Work(p.Inside)
			locks[at].Unlock(&nodes[i])
			sim.Work(p.Outside)
		}
	})
	return float64(took) / float64(p.Each), err
}

// PerLock returns the time from one thread's turn to the next one's, at one lock.
func (p Passage) PerLock(cfg sim.Config, newLock func() Lock) (ns float64, err error) {
	ns, err = p.Time(cfg, newLock)
	return ns * float64(max(p.Locks, 1)) / float64(p.Threads), err
}
