package gpm

import (
	"fmt"
	"strings"
	"time"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/queue"
	"schedlab/rt/rank"
)

type sched struct {
	rt.Core
	opt   Options
	gfree rt.FreePool

	// allp is all Ps. It is replaced while the world stands still. Threads that hold
	// no P load it, too, and may see the last one a little longer.
	allp host.Pointer[allp]

	idle idle // under lock, except its counters

	lock      host.CountedMutex // guards idle and all below
	everyp    []*p              // allp, and those that are dead until SetProcs wants them again
	runq      queue.Global[rt.G, *rt.G]
	retakes   host.Uint64 // by the monitor; atomic, for readers of Stats
	overflows uint64      // of rings

	poll    poll
	world   stoppedWorld
	monitor monitor
}

// allp is a set of Ps, and the order in which to visit them.
type allp struct {
	ps    []*p
	order victims
}

func (s *sched) ps() []*p { return s.allp.Load().ps }

func (s *sched) setPs(ps []*p) {
	s.allp.Store(&allp{ps: ps, order: newVictims(len(ps), s.opt.SequentialVictims)})
}

// New makes a G-P-M scheduler with cfg.Procs Ps.
func New(cfg rt.Config) (rt.Scheduler, error) { return build(cfg, Options{}) }

// With returns the New of a variant.
func With(opt Options) func(rt.Config) (rt.Scheduler, error) {
	return func(cfg rt.Config) (rt.Scheduler, error) { return build(cfg, opt) }
}

func build(cfg rt.Config, opt Options) (rt.Scheduler, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	s := newSched(cfg, opt)
	s.startMonitor()
	return s, nil
}

// newSched makes a scheduler without a monitor. All its Ps are idle.
func newSched(cfg rt.Config, opt Options) *sched {
	s := &sched{opt: opt}
	s.lock.SetRank(rank.Sched)
	s.Init(s, cfg)
	ps := make([]*p, cfg.Procs)
	for i := range ps {
		ps[i] = s.newP(i)
	}
	s.everyp = ps
	s.setPs(ps)
	s.lock.Lock()
	for i := range ps {
		s.idle.pidleput(ps[len(ps)-1-i])
	}
	s.lock.Unlock()
	return s
}

// Inject implements [rt.Impl]. It puts the G and chooses the M in one critical section.
// Otherwise an M could find a G on the global queue with no M on its way, and take the
// scheduler to be at rest (Go issue 40368).
func (s *sched) Inject(in rt.Injection) {
	gp := s.gfree.Get()
	s.lock.Lock()
	s.InitInjected(gp, in)
	s.runq.Put(gp)
	var mp *m
	if pp := s.idle.pidleget(); pp != nil {
		mp = s.startm(pp, working)
	}
	s.lock.Unlock()
	mp.wake()
}

// PutBatch implements [queue.Overflow]. It takes what overflows a ring.
func (s *sched) PutBatch(batch []*rt.G) {
	var list rt.GList
	list.PutBatch(batch) // linked outside the lock
	s.lock.Lock()
	s.runq.Append(&list)
	s.overflows++
	s.lock.Unlock()
}

// Stop implements [rt.Impl].
func (s *sched) Stop() {
	s.lock.Lock()
	s.idle.wakeAllMs()
	if s.poll.by != nil {
		s.Net().Break()
	}
	s.idle.wakeSysmon()
	s.lock.Unlock()
	s.monitor.stop.Wakeup()
}

// AddStats implements [rt.Impl].
func (s *sched) AddStats(st *rt.Stats) {
	st.Locks[rt.LockSched].Add(s.lock.Count())
	s.gfree.AddStats(st)
	s.lock.Lock()
	s.idle.addStats(st)
	st.Overflows += s.overflows
	retakes := s.retakes.Load()
	st.Retakes += retakes
	st.Handoffs += retakes // each is a handoff; the Ms count the others
	s.lock.Unlock()
}

// DumpSched implements [rt.Impl]: Go's schedtrace.
func (s *sched) DumpSched(w *strings.Builder) {
	s.lock.Lock()
	defer s.lock.Unlock()
	fmt.Fprintf(w, " %v polling=%t runqueue=%d", &s.idle, s.poll.by != nil, s.runq.Len())
	var sizes []int
	for _, pp := range s.ps() {
		sizes = append(sizes, pp.runq.Len())
	}
	fmt.Fprintf(w, " %d\n", sizes)
	for _, pp := range s.ps() {
		fmt.Fprintf(w, "  P%d: status=%s syscalltick=%d runqsize=%d",
			pp.id, pStatusNames[pp.status.Load()], pp.syscalltick.Load(), pp.runq.Len())
		if first := pp.timers.First(); first != 0 {
			left := time.Duration(first - host.Nanotime())
			fmt.Fprintf(w, " first timer in %v", left.Round(time.Microsecond))
		}
		w.WriteString("\n")
	}
}

// The functions from here to the end of the file need sched.lock.

// mput makes mp, which has no P, idle.
func (s *sched) mput(mp *m) {
	s.idle.mput(mp)
	s.checkRest()
}

// checkRest tells the core if the last M has become idle. By then every queue
// must be empty, or a wakeup was lost (I2).
func (s *sched) checkRest() {
	poller := 0
	if s.poll.by != nil {
		poller = 1
	}
	if !s.idle.allSleepBut(poller) || s.Stopping() {
		return
	}
	if !s.runq.Empty() || s.idle.idlePs() != len(s.ps()) {
		panic(rt.Broken("gpm: checkRest: a wakeup was lost: " +
			"all Ms are idle, but a P or a G is not"))
	}
	s.AtRest()
}

// startAs is what an M that is started with a P does first.
type startAs bool

const (
	working  startAs = false // run the G that is queued for it
	spinning startAs = true  // look for work; it has been counted in nmspinning
)

// startm finds an M for pp. It returns an idle one, which the caller must wake when
// it has released the lock, or it starts a new one and returns nil.
func (s *sched) startm(pp *p, as startAs) *m {
	if mp := s.idle.mget(); mp != nil {
		mp.nextp, mp.spinning = pp, as == spinning
		return mp
	}
	mp := &m{sched: s, nextp: pp, spinning: as == spinning}
	s.idle.addM()
	s.StartM(&mp.M, mp)
	return nil
}
