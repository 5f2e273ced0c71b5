package conform

import (
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
)

// yieldAlone: a G that yields while there is no other goes on.
func yieldAlone(t *trial) {
	const n = 10_000
	yields := 0
	t.run(func(g *rt.G) {
		for range n {
			g.Yield()
			yields++
		}
	})
	require.Equal(t, n, yields, "times that Yield has returned")
}

// yieldTakesTurns: Gs that wait for each other by yielding all go on. There are few rounds,
// since each turn may take a time slice of the operating system if there are fewer CPUs
// than Procs.
func yieldTakesTurns(t *trial) {
	const rounds = 30
	n := t.procs + 2
	var turn atomic.Int64
	t.run(func(g *rt.G) {
		for i := range n {
			g.Go(func(g *rt.G) {
				for r := range rounds {
					yieldUntil(g, func() bool { return turn.Load() == int64(r*n+i) })
					turn.Add(1)
				}
			})
		}
	})
	requireCount(t, n*rounds, turn.Load(), "turns that were taken")
}

// victim is a G that others must not keep from running. They go on until it has run.
type victim struct{ ran atomic.Bool }

func (v *victim) run(*rt.G) { v.ran.Store(true) }

// notKeptOut checks that 2*Procs Gs with the body that body returns do not keep out a victim
// that is queued behind them: once by a G, and once from outside. They go on until the victim
// has run, so a victim that is kept out makes the test hang.
func notKeptOut(t *trial, body func(v *victim) func(*rt.G)) {
	var inside victim
	t.run(func(g *rt.G) {
		for range 2 * t.procs {
			g.Go(body(&inside))
		}
		g.Go(inside.run)
	})
	require.True(t, inside.ran.Load(), "Run has returned, but the G spawned last has not run")

	var outside victim
	s := t.scheduler()
	release := s.Hold()
	for range 2 * t.procs {
		require.NoError(t, s.Go(body(&outside)))
	}
	require.NoError(t, s.Go(outside.run))
	release()
	require.NoError(t, s.Close())
	require.True(t, outside.ran.Load(), "Close has returned, but the G submitted last has not run")
}

// yieldersLetIn: Gs that only yield do not keep out a G that is queued. (I6)
func yieldersLetIn(t *trial) {
	notKeptOut(t, func(v *victim) func(*rt.G) {
		return func(g *rt.G) { yieldUntil(g, v.ran.Load) }
	})
}

// respawnersLetIn: Gs that end and spawn their like do not keep out a G that is queued. (I6; Go
// issue 5639)
func respawnersLetIn(t *trial) {
	notKeptOut(t, func(v *victim) func(*rt.G) {
		var again func(*rt.G)
		again = func(g *rt.G) {
			if !v.ran.Load() {
				g.Go(again)
			}
		}
		return again
	})
}

// readiersLetIn: two Gs that ready each other do not keep out a G that is queued. (I6; Go issue
// 65178, tokio issues 2349 and 5712)
func readiersLetIn(t *trial) {
	notKeptOut(t, func(v *victim) func(*rt.G) {
		return func(g *rt.G) {
			var ping, pong baton
			last := false // the round is the last; belongs to the G that has the baton
			g.Go(func(g *rt.G) {
				for ping.take(g); !last; ping.take(g) {
					pong.give(g)
					g.Checkpoint()
				}
			})
			for {
				stop := v.ran.Load()
				last = stop
				ping.give(g)
				if stop {
					return
				}
				pong.take(g)
				g.Checkpoint()
			}
		}
	})
}

// hogsLetIn: Gs that only pass safe points do not keep out a G that is queued. (I6)
func hogsLetIn(t *trial) {
	notKeptOut(t, func(v *victim) func(*rt.G) {
		return func(g *rt.G) { hogUntil(g, v.ran.Load) }
	})
}

// gauge counts how many Gs are inside, and the most that were inside at once.
type gauge struct{ now, most atomic.Int32 }

func (m *gauge) enter() {
	n := m.now.Add(1)
	for most := m.most.Load(); n > most && !m.most.CompareAndSwap(most, n); most = m.most.Load() {
	}
}

func (m *gauge) leave() { m.now.Add(-1) }

// visit is inside for a while, and passes no safe point there.
func (m *gauge) visit() {
	m.enter()
	host.Pause(50)
	m.leave()
}

// stay is visit with a thread that sleeps, so that more Gs than there are CPUs can be inside.
func (m *gauge) stay() {
	m.enter()
	host.Sleep(1)
	m.leave()
}

// atMostProcs: at no moment do more than Procs Gs run, in whatever way they came to run. (I4)
func atMostProcs(t *trial) {
	const stayOneIn = 10
	rounds := t.many(500)
	var m gauge
	t.run(func(g *rt.G) {
		for range t.procs {
			for _, way := range waysToRunAgain(g, &m) {
				g.Go(func(g *rt.G) {
					for i := range rounds {
						if i%stayOneIn == 0 {
							m.stay()
						} else {
							m.visit()
						}
						way(g)
					}
				})
			}
		}
	})
	require.LessOrEqual(t, int(m.most.Load()), t.procs,
		"Gs that ran at once, with %d Procs", t.procs)
	require.Positive(t, m.most.Load(), "Gs that ran at once: none was seen")
}

// waysToRunAgain returns ways in which a G stops running, or may do so, and runs again.
func waysToRunAgain(g *rt.G, m *gauge) []func(*rt.G) {
	var ping, pong baton
	ping.give(g)
	return []func(*rt.G){
		(*rt.G).Yield,
		func(g *rt.G) { g.Go(func(*rt.G) { m.visit() }) },
		func(g *rt.G) { g.Syscall(func() { host.Pause(50) }) },
		func(g *rt.G) { g.BlockingSyscall(func() { host.Pause(50) }) },
		func(g *rt.G) { ping.take(g); pong.give(g) },
		func(g *rt.G) { pong.take(g); ping.give(g) },
	}
}

// meeting is where size Gs wait for each other without passing a safe point, so that all must
// run at the same moment. If fewer run, the meeting never ends.
type meeting struct {
	size    int32
	arrived atomic.Int32
}

func (m *meeting) attend(*rt.G) {
	m.arrived.Add(1)
	standUntil(func() bool { return m.arrived.Load() >= m.size })
}

// procsMeet: Procs Gs run at once if there are so many, whether they were spawned, readied or
// submitted, or come from system calls. (I2)
func procsMeet(t *trial) {
	const rounds = 10
	ways := map[string]func(s rt.Scheduler, m *meeting) error{
		"spawned": meetSpawned, "readied": meetReadied,
		"from system calls": meetAfterSyscall, "submitted": meetSubmitted,
	}
	s := t.scheduler()
	for range rounds {
		for name, way := range ways {
			m := &meeting{size: int32(t.procs)}
			require.NoError(t, way(s, m), name)
			require.Equal(t, m.size, m.arrived.Load(), "Gs that met: %s", name)
		}
	}
}

func meetSpawned(s rt.Scheduler, m *meeting) error {
	return s.Run(func(g *rt.G) {
		for range m.size - 1 {
			g.Go(m.attend)
		}
		m.attend(g)
	})
}

func meetReadied(s rt.Scheduler, m *meeting) error {
	return s.Run(func(g *rt.G) {
		doors := make([]baton, m.size-1)
		for i := range doors {
			g.Go(func(g *rt.G) {
				doors[i].take(g)
				m.attend(g)
			})
		}
		g.Yield() // now some wait at their doors and some do not yet
		for i := range doors {
			doors[i].give(g)
		}
		m.attend(g)
	})
}

func meetAfterSyscall(s rt.Scheduler, m *meeting) error {
	return s.Run(func(g *rt.G) {
		for range m.size {
			g.Go(func(g *rt.G) {
				g.Syscall(func() { host.Pause(100) })
				m.attend(g)
			})
		}
	})
}

func meetSubmitted(s rt.Scheduler, m *meeting) error {
	for range m.size - 1 {
		if err := s.Go(m.attend); err != nil {
			return err
		}
	}
	return s.Run(m.attend)
}
