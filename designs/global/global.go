package global

import (
	"schedlab/designs"
	"schedlab/designs/queue"
	"schedlab/host"
)

// runq is what the design needs of its queue. Empty may be called without any
// lock; after a Put has returned it is false until the G has been taken.
type runq interface {
	Put(gp *designs.G)
	Get() *designs.G
	Empty() bool
}

type sched struct {
	designs.Core

	runq  runq
	locks func() host.Count // what the runq's locks have cost
	gfree designs.FreePool

	// free counts slots that no M has. It goes up before a look at runq, and is
	// looked at after a put into it: see the protocol in the package comment.
	free host.Int32

	idleMu host.CountedMutex // guards all below
	idle   queue.List[m, *m] // idle Ms; the last to park is the first
	nm     int               // Ms started
	wakes  uint64            // idle Ms woken
}

// New makes a scheduler whose run queue has a lock.
func New(cfg designs.Config) (designs.Scheduler, error) {
	q := &queue.Locked[designs.G, *designs.G]{}
	return build(cfg, q, q.Count)
}

// NewLockFree makes one whose run queue has none. Each put allocates a node.
func NewLockFree(cfg designs.Config) (designs.Scheduler, error) {
	return build(cfg, queue.NewLockFree[designs.G](), func() host.Count { return host.Count{} })
}

func build(cfg designs.Config, q runq, locks func() host.Count) (designs.Scheduler, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	s := &sched{runq: q, locks: locks}
	s.free.Store(int32(cfg.Procs))
	s.Init(s, cfg)
	return s, nil
}

// Inject implements [designs.Impl]. The put is inside idleMu, so that an M that
// parks sees the G counted if and only if it sees it queued.
func (s *sched) Inject(in designs.Injection) {
	gp := s.gfree.Get()
	s.idleMu.Lock()
	s.InitInjected(gp, in)
	s.runq.Put(gp)
	s.idleMu.Unlock()
	s.submitted()
}

// submitted is step 3 of a submission.
func (s *sched) submitted() {
	if s.free.Load() > 0 {
		s.wakeOne()
	}
}

// takeSlot takes a free slot, if there is one.
func (s *sched) takeSlot() bool {
	for {
		n := s.free.Load()
		if n <= 0 {
			return false
		}
		if s.free.CompareAndSwap(n, n-1) {
			return true
		}
	}
}

func (s *sched) wakeOne() {
	s.idleMu.Lock()
	defer s.idleMu.Unlock()
	if !s.takeSlot() {
		return
	}
	if mp := s.idle.Get(); mp != nil {
		s.wakes++
		mp.note.Wakeup()
		return
	}
	mp := &m{sched: s}
	mp.gfree.Pool = &s.gfree
	s.nm++
	s.StartM(&mp.M, mp)
}

// Stop implements [designs.Impl].
func (s *sched) Stop() {
	s.idleMu.Lock()
	defer s.idleMu.Unlock()
	for mp := s.idle.Get(); mp != nil; mp = s.idle.Get() {
		mp.note.Wakeup()
	}
}

// AddStats implements [designs.Impl].
func (s *sched) AddStats(st *designs.Stats) {
	st.Sched.Add(s.locks())
	s.gfree.AddStats(st)
	st.Sched.Add(s.idleMu.Count())
	s.idleMu.Lock()
	st.Wakes += s.wakes
	s.idleMu.Unlock()
}
