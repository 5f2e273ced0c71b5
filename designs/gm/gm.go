package gm

import (
	"schedlab/designs"
	"schedlab/designs/queue"
	"schedlab/host"
)

type sched struct {
	designs.Core

	lock  host.CountedMutex // guards everything below but what procs says of itself
	procs procWord
	runq  designs.GList
	gfree designs.GList     // dead Gs
	idle  queue.List[m, *m] // idle Ms; the last to park is the first
	nm    int               // Ms started
	wakes uint64            // idle Ms woken
	made  uint64            // Gs
}

// New makes a G-M scheduler with mcpumax cfg.Procs.
func New(cfg designs.Config) (designs.Scheduler, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	s := &sched{}
	s.procs.init(cfg.Procs)
	s.Init(s, cfg)
	return s, nil
}

// Inject implements [designs.Impl].
func (s *sched) Inject(in designs.Injection) {
	s.lock.Lock()
	gp := s.gfget()
	s.InitInjected(gp, in)
	s.readylocked(gp)
	s.lock.Unlock()
}

// Stop implements [designs.Impl].
func (s *sched) Stop() {
	s.lock.Lock()
	defer s.lock.Unlock()
	for mp := s.idle.Get(); mp != nil; mp = s.idle.Get() {
		mp.havenextg.Wakeup()
	}
}

// AddStats implements [designs.Impl].
func (s *sched) AddStats(st *designs.Stats) {
	st.Sched.Add(s.lock.Count())
	s.lock.Lock()
	st.Wakes += s.wakes
	st.GsMade += s.made
	s.lock.Unlock()
}

// The functions from here on need sched.lock.

// gfget returns a dead G, or a new one.
func (s *sched) gfget() *designs.G {
	if gp := s.gfree.Get(); gp != nil {
		return gp
	}
	s.made++
	return new(designs.G)
}

// readylocked queues gp and finds Ms for what is queued.
func (s *sched) readylocked(gp *designs.G) {
	s.gput(gp)
	s.matchmg()
}

func (s *sched) gput(gp *designs.G) {
	if s.runq.Empty() {
		s.procs.setWaiting(true)
	}
	s.runq.Put(gp)
}

func (s *sched) gget() *designs.G {
	gp := s.runq.Get()
	if gp != nil && s.runq.Empty() {
		s.procs.setWaiting(false)
	}
	return gp
}

// matchmg gives queued Gs to Ms as long as mcpu allows.
func (s *sched) matchmg() {
	for !s.runq.Empty() && s.procs.tryAddCPU() {
		gp := s.gget()
		if mp := s.idle.Get(); mp != nil {
			s.mnextg(mp, gp)
			continue
		}
		mp := &m{sched: s, nextg: gp}
		s.nm++
		s.StartM(&mp.M, mp)
	}
}

// mnextg hands gp, for which mcpu has been counted, to the idle mp.
func (s *sched) mnextg(mp *m, gp *designs.G) {
	mp.nextg = gp
	s.wakes++
	mp.havenextg.Wakeup()
}

// mput makes mp idle.
func (s *sched) mput(mp *m) {
	mp.havenextg.Clear()
	s.idle.PutHead(mp)
	if s.idle.Len() == s.nm && s.runq.Empty() {
		s.AtRest()
	}
}
