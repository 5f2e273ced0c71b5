package gm

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/check/conform"
	"schedlab/rt"
)

// open makes a scheduler that is closed with the test.
func open(t *testing.T, procs int) *sched {
	t.Helper()
	made, err := New(rt.Config{Procs: procs, Seed: 1})
	require.NoError(t, err)
	conform.Watch(t, made.Dump)
	t.Cleanup(func() { made.Close() })
	return made.(*sched)
}

// fake is a scheduler without threads. The test drives its Ms, of which running run Gs.
// Another M is counted, so that there is no rest.
func fake(procs, running int) (s *sched, ms []*m) {
	s = &sched{lockedm: map[*rt.G]*m{}, allm: []*m{{}}}
	s.procs.init(procs)
	for range running {
		s.procs.addCPU(1)
		mp := &m{sched: s, counted: true}
		s.allm = append(s.allm, mp)
		ms = append(ms, mp)
	}
	return s, ms
}

// idleM adds an idle M to a fake.
func (s *sched) idleM() *m {
	mp := &m{sched: s}
	s.allm = append(s.allm, mp)
	mp.mput()
	return mp
}

// look returns what f finds under the lock.
func look[T any](s *sched, f func() T) T {
	s.lock.Lock()
	defer s.lock.Unlock()
	return f()
}

// await waits, outside of the scheduler, until cond holds under the lock.
func (s *sched) await(cond func() bool) {
	for !look(s, cond) {
		runtime.Gosched()
	}
}

// yieldUntil waits, in a G, until cond holds under the lock.
func (s *sched) yieldUntil(g *rt.G, cond func() bool) {
	for !look(s, cond) {
		g.Yield()
	}
}

// check panics in a G, which Run then reports.
func check(ok bool, what string) {
	if !ok {
		panic(what)
	}
}

// quiet says that all Ms wait. It needs the lock.
func (s *sched) quiet() bool { return s.resting == len(s.allm) }
