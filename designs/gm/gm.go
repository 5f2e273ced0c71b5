package gm

import (
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/queue"
	"schedlab/rt/rank"
)

type sched struct {
	rt.Core

	procs   procWord
	stopped host.Note // signaled by the M that clears waitstop

	lock    host.CountedMutex // guards everything below
	runq    rt.GList
	gfree   rt.GList          // dead Gs
	idle    queue.List[m, *m] // Ms that wait for any G; the last to park is the first
	lockedm map[*rt.G]*m      // Ms that wait for the G they are locked to
	allm    []*m              // by their IDs
	resting int               // Ms that wait, for Gs, timers or the network
	wakes   uint64            // Ms woken to run a G
	made    uint64            // Gs

	timers timers
	poll   pollServer
}

// New makes a G-M scheduler with mcpumax cfg.Procs.
func New(cfg rt.Config) (rt.Scheduler, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	s := &sched{lockedm: map[*rt.G]*m{}}
	s.lock.SetRank(rank.Sched)
	s.procs.init(cfg.Procs)
	s.Init(s, cfg)
	s.timers.set.Init(&s.Core)
	return s, nil
}

// Inject implements [rt.Impl].
func (s *sched) Inject(in rt.Injection) {
	s.lock.Lock()
	gp := s.gfget()
	s.InitInjected(gp, in)
	s.readylocked(gp)
	s.lock.Unlock()
}

// Stop implements [rt.Impl].
func (s *sched) Stop() {
	s.lock.Lock()
	defer s.lock.Unlock()
	for s.idle.Get() != nil {
	}
	for _, mp := range s.allm {
		if mp.waitnextg {
			s.wake(mp)
		}
	}
	s.timers.wake()
	s.poll.wake(s.Net())
}

// AddStats implements [rt.Impl].
func (s *sched) AddStats(st *rt.Stats) {
	st.Locks[rt.LockSched].Add(s.lock.Count())
	s.lock.Lock()
	st.Wakes += s.wakes
	st.GsMade += s.made
	s.lock.Unlock()
}

// The functions from here on need sched.lock.

// gfget returns a dead G, or a new one.
func (s *sched) gfget() *rt.G {
	if gp := s.gfree.Get(); gp != nil {
		return gp
	}
	s.made++
	return new(rt.G)
}

// readylocked queues gp and finds Ms for what is queued.
func (s *sched) readylocked(gp *rt.G) {
	s.gput(gp)
	s.matchmg()
}

func (s *sched) gput(gp *rt.G) {
	if s.runq.Empty() {
		s.procs.setGwaiting()
	}
	s.runq.Put(gp)
}

func (s *sched) gget() *rt.G {
	gp := s.runq.Get()
	if gp != nil && s.runq.Empty() {
		s.procs.clearGwaiting()
	}
	return gp
}

// gtake takes a G to run and counts the mcpu for it. It returns nil if none is queued, if
// mcpu is at mcpumax, or if Ms end: an mcpu counted for one that ends would stay so.
func (s *sched) gtake() *rt.G {
	if s.runq.Empty() || s.Stopping() || !s.procs.tryAddCPU() {
		return nil
	}
	return s.gget()
}

// matchmg gives queued Gs to Ms as long as mcpu allows.
func (s *sched) matchmg() {
	for gp := s.gtake(); gp != nil; gp = s.gtake() {
		mp := s.lockedm[gp]
		if mp == nil {
			mp = s.idle.Get()
		}
		if mp == nil {
			mp = s.startm()
		}
		s.mnextg(mp, gp)
	}
}

// mnextg hands gp, for which mcpu has been counted, to mp. An M that does not wait looks
// at nextg before it does.
func (s *sched) mnextg(mp *m, gp *rt.G) {
	delete(s.lockedm, gp)
	mp.nextg = gp
	if mp.waitnextg {
		s.wakes++
		s.wake(mp)
	}
}

// wake wakes mp, which waits and has been taken off the idle Ms.
func (s *sched) wake(mp *m) {
	mp.waitnextg = false
	s.resting--
	mp.havenextg.Wakeup()
}

// startm starts a new M.
func (s *sched) startm() *m {
	mp := &m{sched: s}
	mp.cache.Init(s.Heap())
	s.allm = append(s.allm, mp)
	s.StartM(&mp.M, mp)
	return mp
}

// rests counts one more M that waits, and tells the core if all do.
func (s *sched) rests() {
	s.resting++
	if s.resting < len(s.allm) {
		return
	}
	if state := s.procs.load(); !s.runq.Empty() || state.mcpu() != 0 {
		panic(rt.Broken("gm: rests: all Ms wait, but Gs are queued or an mcpu is missing: " +
			state.String()))
	}
	s.AtRest()
}
