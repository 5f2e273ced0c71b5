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

	// allp is all Ps. Replaced while the world stands still, but read also by
	// those who hold no P: they may see the last one a little longer.
	allp host.Pointer[allp]

	// Read without the lock by submitters: see the protocols in the package
	// comment. npidle is written under lock.
	npidle       host.Int32
	nmspinning   host.Int32
	needspinning host.Bool

	lock    host.CountedMutex // guards all below
	everyp  []*p              // allp, and those that are dead until SetProcs wants them again
	runq    queue.Global[rt.G, *rt.G]
	pidle   queue.List[p, *p] // idle Ps
	midle   queue.List[m, *m] // idle Ms; the last to park is the first
	mlocked map[*m]bool       // locked Ms that sleep until their G is to run
	nm      int               // Ms started
	handing int               // Ps or Gs that the monitor carries
	wakes   uint64            // idle Ms woken
	retakes host.Uint64       // by the monitor; atomic, for readers of Stats

	overflows uint64 // of rings

	poll    poll
	world   stop
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
	s := &sched{opt: opt, mlocked: map[*m]bool{}}
	s.setRanks()
	s.Init(s, cfg)
	ps := make([]*p, cfg.Procs)
	for i := range ps {
		ps[i] = s.newP(i)
	}
	s.everyp = ps
	s.setPs(ps)
	s.lock.Lock()
	for i := range ps {
		s.pidleput(ps[len(ps)-1-i])
	}
	s.lock.Unlock()
	s.startMonitor()
	return s, nil
}

func (s *sched) setRanks() {
	s.lock.SetRank(rank.Sched)
	s.SetRanks()
}

// Inject implements [rt.Impl]. The M is chosen in the same critical
// section, so that nobody finds a G on the global queue with no M on its way
// and takes the scheduler to be at rest (Go issue 40368).
func (s *sched) Inject(in rt.Injection) {
	gp := s.gfree.Get()
	s.lock.Lock()
	s.InitInjected(gp, in)
	s.runq.Put(gp)
	var mp *m
	if pp := s.pidleget(); pp != nil {
		mp = s.startm(pp, false)
	}
	s.lock.Unlock()
	mp.wake()
}

// PutBatch takes what overflows a ring: see [queue.Overflow].
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
	for mp := s.midle.Get(); mp != nil; mp = s.midle.Get() {
		mp.note.Wakeup()
	}
	for mp := range s.mlocked {
		mp.note.Wakeup()
	}
	clear(s.mlocked)
	if s.poll.by != nil {
		s.Net().Break()
	}
	s.monitor.wake()
	s.lock.Unlock()
	s.monitor.stop.Wakeup()
}

// AddStats implements [rt.Impl].
func (s *sched) AddStats(st *rt.Stats) {
	st.Sched.Add(s.lock.Count())
	s.gfree.AddStats(st)
	s.lock.Lock()
	st.Wakes += s.wakes
	st.Retakes += s.retakes.Load()
	st.Overflows += s.overflows
	st.Handoffs += s.retakes.Load()
	s.lock.Unlock()
}

// DumpSched implements [rt.Impl]: Go's schedtrace.
func (s *sched) DumpSched(w *strings.Builder) {
	s.lock.Lock()
	defer s.lock.Unlock()
	fmt.Fprintf(w, " idleprocs=%d threads=%d idlethreads=%d lockedthreads=%d spinningthreads=%d needspinning=%t polling=%t runqueue=%d",
		s.npidle.Load(), s.nm, s.midle.Len(), len(s.mlocked), s.nmspinning.Load(), s.needspinning.Load(), s.poll.by != nil, s.runq.Len())
	var sizes []int
	for _, pp := range s.ps() {
		sizes = append(sizes, pp.runq.Len())
	}
	fmt.Fprintf(w, " %d\n", sizes)
	for _, pp := range s.ps() {
		fmt.Fprintf(w, "  P%d: status=%s syscalltick=%d runqsize=%d", pp.id, pStatusNames[pp.status.Load()], pp.syscalltick.Load(), pp.runq.Len())
		if first := pp.timers.First(); first != 0 {
			fmt.Fprintf(w, " first timer in %v", time.Duration(first-host.Nanotime()).Round(time.Microsecond))
		}
		w.WriteString("\n")
	}
}

// The functions from here to the end of the file need sched.lock.

// pidleput makes pp, which has nothing to run, idle.
func (s *sched) pidleput(pp *p) {
	if !pp.runq.Empty() {
		panic(rt.Broken("gpm: pidleput: the P has Gs to run"))
	}
	pp.status.Store(pIdle)
	pp.m.Store(nil)
	s.pidle.PutHead(pp)
	// Step 1 of giving up a P: partner of the loads in wakep.
	s.npidle.Add(1)
}

// pidleget takes an idle P, or returns nil. A P at work wants the monitor awake
// (Go commit 658d19a53f is the place where that was forgotten).
func (s *sched) pidleget() *p {
	pp := s.pidle.Get()
	if pp != nil {
		s.npidle.Add(-1)
		s.monitor.wake()
	}
	return pp
}

// pidlegetSpinning is pidleget for an M that will spin, or needs another to. If
// no P is idle it asks whoever is about to make one idle.
func (s *sched) pidlegetSpinning() *p {
	pp := s.pidleget()
	if pp == nil {
		// Nobody makes a P idle while we hold the lock, so the look at npidle
		// comes after the request by itself.
		s.needspinning.Store(true)
	}
	return pp
}

// mput makes mp, which has no P, idle.
func (s *sched) mput(mp *m) {
	mp.note.Clear()
	s.midle.PutHead(mp)
	s.checkRest()
}

// checkRest tells the core if the last M has become idle. By then every queue
// must be empty, or a wakeup was lost (I2).
func (s *sched) checkRest() {
	resting := s.midle.Len() + len(s.mlocked)
	if s.poll.by != nil {
		resting++
	}
	if resting != s.nm || s.handing > 0 || s.Stopping() {
		return
	}
	if !s.runq.Empty() || int(s.npidle.Load()) != len(s.ps()) {
		panic(rt.Broken("gpm: checkRest: all Ms are idle, but a P or a G is not: a wakeup was lost"))
	}
	s.AtRest()
}

// startm finds an M for pp: an idle one, which the caller must wake when it has
// released the lock, or a new one (nil is returned). spinning says that the
// M is to look for work; it has been counted in nmspinning.
func (s *sched) startm(pp *p, spinning bool) *m {
	if mp := s.midle.Get(); mp != nil {
		mp.nextp, mp.spinning = pp, spinning
		s.wakes++
		return mp
	}
	mp := &m{sched: s, nextp: pp, spinning: spinning}
	s.nm++
	s.StartM(&mp.M, mp)
	return nil
}
