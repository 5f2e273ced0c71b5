package global

import (
	"fmt"
	"strings"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/queue"
	"schedlab/rt/rank"
	"schedlab/rt/reactor"
)

// runq is what the design needs of its queue. Empty may be called without any lock. After
// a Put has returned it is false until the G has been taken.
type runq interface {
	Put(gp *rt.G)
	Get() *rt.G
	Empty() bool
	Len() int
}

type sched struct {
	rt.Core

	runq    runq
	locks   func() host.Count // what the runq's locks have cost
	gfree   rt.FreePool
	reactor reactor.Reactor
	actor   m // stands for the reactor's thread; it never has a slot

	// free counts slots that no M has and no stopper has collected. It goes up before
	// a look at runq (see 'Submit and park') and at WorldStopping (see 'Collecting all
	// slots'). It is looked at after a put into runq and after WorldStopping was set.
	free host.Int32

	idleMu host.CountedMutex // guards all below
	ms     []*m              // all
	idle   queue.List[m, *m] // Ms that are woken for any G; the last to park is the first
	awake  int               // Ms that are not asleep, and the reactor while it works
	wakes  uint64            // Ms woken for work

	procs     int32     // slots there are
	collected int32     // of these, taken out of free because the world stands still
	stopper   bool      // an M waits in StopWorld
	stopped   host.Note // wakes that M; cleared under idleMu, before stopper is set
}

// New makes a scheduler whose run queue has a lock.
func New(cfg rt.Config) (rt.Scheduler, error) {
	q := &queue.Locked[rt.G, *rt.G]{}
	return build(cfg, q, q.Count)
}

// NewLockFree makes one whose run queue has none. Each put allocates a node.
func NewLockFree(cfg rt.Config) (rt.Scheduler, error) {
	return build(cfg, queue.NewLockFree[rt.G](), func() host.Count { return host.Count{} })
}

func build(cfg rt.Config, q runq, locks func() host.Count) (rt.Scheduler, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	s := &sched{runq: q, locks: locks, procs: int32(cfg.Procs)}
	s.idleMu.SetRank(rank.Sched)
	s.free.Store(s.procs)
	s.Init(s, cfg)
	s.actor.init(s)
	s.reactor.Init(&s.Core, &s.actor.M, &s.actor, s.busy, s.resting)
	return s, nil
}

// Inject implements [rt.Impl]. The put is inside idleMu, so that an M that parks sees the
// G counted if and only if it sees it queued.
func (s *sched) Inject(in rt.Injection) {
	gp := s.gfree.Get()
	s.idleMu.Lock()
	s.InitInjected(gp, in)
	s.runq.Put(gp)
	s.idleMu.Unlock()
	s.submitted()
}

// submitted is step 3, on the left, of 'Submit and park'.
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

// wakeOne gives a free slot, if there is one, to an idle or to a new M, and says whether
// it did.
func (s *sched) wakeOne() bool {
	s.idleMu.Lock()
	defer s.idleMu.Unlock()
	if s.Stopping() || !s.takeSlot() {
		return false
	}
	if mp := s.idle.Get(); mp != nil {
		mp.slot = true
		s.wakes++
		s.wake(mp)
		return true
	}
	mp := &m{slot: true}
	mp.init(s)
	s.ms = append(s.ms, mp)
	s.awake++
	s.StartM(&mp.M, mp)
	return true
}

// wake ends a sleep. It needs idleMu.
func (s *sched) wake(mp *m) {
	mp.asleep = false
	s.awake++
	mp.note.Wakeup()
}

// atRest tells the core if no M and no reactor is at work. It needs idleMu.
func (s *sched) atRest() {
	if s.awake == 0 && s.runq.Empty() {
		s.AtRest()
	}
}

// busy and resting surround the work of the reactor.
func (s *sched) busy() {
	s.idleMu.Lock()
	s.awake++
	s.idleMu.Unlock()
}

func (s *sched) resting() {
	s.idleMu.Lock()
	s.awake--
	s.atRest()
	s.idleMu.Unlock()
}

// StartPoller implements [rt.Impl].
func (s *sched) StartPoller(*rt.G) { s.reactor.StartPoller() }

// Stop implements [rt.Impl]. From here on only Stop wakes an M.
func (s *sched) Stop() {
	s.idleMu.Lock()
	defer s.idleMu.Unlock()
	for _, mp := range s.ms {
		if mp.asleep {
			s.wake(mp)
		}
	}
	s.reactor.Stop()
}

// AddStats implements [rt.Impl].
func (s *sched) AddStats(st *rt.Stats) {
	st.Locks[rt.LockRunq].Add(s.locks())
	s.gfree.AddStats(st)
	s.reactor.AddStats(st)
	st.Locks[rt.LockSched].Add(s.idleMu.Count())
	s.idleMu.Lock()
	st.Wakes += s.wakes
	s.idleMu.Unlock()
}

// DumpSched implements [rt.Impl].
func (s *sched) DumpSched(w *strings.Builder) {
	s.idleMu.Lock()
	defer s.idleMu.Unlock()
	asleep := 0
	for _, mp := range s.ms {
		if mp.asleep {
			asleep++
		}
	}
	fmt.Fprintf(w, " freeslots=%d stopwait=%d", s.free.Load(), s.stopwait())
	fmt.Fprintf(w, " threads=%d idlethreads=%d lockedthreads=%d runqueue=%d\n",
		len(s.ms), s.idle.Len(), asleep-s.idle.Len(), s.runq.Len())
	s.reactor.Dump(w)
}
