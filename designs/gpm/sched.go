package gpm

import (
	"schedlab/designs"
	"schedlab/designs/queue"
	"schedlab/host"
)

type sched struct {
	designs.Core
	opt   Options
	ps    []*p
	order victims
	gfree designs.FreePool

	// Read without the lock by submitters: see the protocols in the package
	// comment. npidle is written under lock.
	npidle       host.Int32
	nmspinning   host.Int32
	needspinning host.Bool

	lock    host.CountedMutex // guards all below
	runq    queue.Global[designs.G, *designs.G]
	pidle   queue.List[p, *p] // idle Ps
	midle   queue.List[m, *m] // idle Ms; the last to park is the first
	nm      int               // Ms started
	handing int               // Ps that the monitor carries from one M to another
	wakes   uint64            // idle Ms woken
	retakes uint64

	overflows uint64 // of rings

	monitor monitor
}

// New makes a G-P-M scheduler with cfg.Procs Ps.
func New(cfg designs.Config) (designs.Scheduler, error) { return build(cfg, Options{}) }

// With returns the New of a variant.
func With(opt Options) func(designs.Config) (designs.Scheduler, error) {
	return func(cfg designs.Config) (designs.Scheduler, error) { return build(cfg, opt) }
}

func build(cfg designs.Config, opt Options) (designs.Scheduler, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	s := &sched{opt: opt, ps: make([]*p, cfg.Procs), order: newVictims(cfg.Procs, opt.SequentialVictims)}
	for i := range s.ps {
		s.ps[i] = &p{id: i, sched: s}
		s.ps[i].gfree.Pool = &s.gfree
	}
	s.Init(s, cfg)
	s.lock.Lock()
	for i := len(s.ps) - 1; i >= 0; i-- {
		s.pidleput(s.ps[i])
	}
	s.lock.Unlock()
	s.startMonitor()
	return s, nil
}

// Inject implements [designs.Impl]. The M is chosen in the same critical
// section, so that nobody finds a G on the global queue with no M on its way
// and takes the scheduler to be at rest (Go issue 40368).
func (s *sched) Inject(in designs.Injection) {
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
func (s *sched) PutBatch(batch []*designs.G) {
	var list designs.GList
	list.PutBatch(batch) // linked outside the lock
	s.lock.Lock()
	s.runq.Append(&list)
	s.overflows++
	s.lock.Unlock()
}

// Stop implements [designs.Impl].
func (s *sched) Stop() {
	s.lock.Lock()
	for mp := s.midle.Get(); mp != nil; mp = s.midle.Get() {
		mp.note.Wakeup()
	}
	s.monitor.wake()
	s.lock.Unlock()
	s.monitor.stop.Wakeup()
}

// AddStats implements [designs.Impl].
func (s *sched) AddStats(st *designs.Stats) {
	st.Sched.Add(s.lock.Count())
	s.gfree.AddStats(st)
	s.lock.Lock()
	st.Wakes += s.wakes
	st.Retakes += s.retakes
	st.Overflows += s.overflows
	st.Handoffs += s.retakes
	s.lock.Unlock()
}

// The functions from here to the end of the file need sched.lock.

// pidleput makes pp, which has nothing to run, idle.
func (s *sched) pidleput(pp *p) {
	if !pp.runq.Empty() {
		panic(designs.Broken("gpm: pidleput: the P has Gs to run"))
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
	if s.midle.Len() != s.nm || s.handing > 0 || s.Stopping() {
		return
	}
	if !s.runq.Empty() || int(s.npidle.Load()) != len(s.ps) {
		panic(designs.Broken("gpm: checkRest: all Ms are idle, but a P or a G is not: a wakeup was lost"))
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
