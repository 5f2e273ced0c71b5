package conform

import (
	"math/rand/v2"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// countersBalance: of a program that does everything, whose numbers are known.
func countersBalance(t *trial) {
	const n = 32
	rounds := t.many(300)
	s := t.scheduler()
	var before rt.Stats
	for run := range 3 {
		st := &storm{active: n}
		err := s.Run(func(g *rt.G) {
			for i := range n {
				r := rand.New(rand.NewPCG(uint64(run), uint64(i)))
				g.Go(func(g *rt.G) {
					for range rounds {
						st.act(g, r)
						g.Syscall(func() {})
					}
					st.leave(g)
				})
			}
			for range rounds {
				g.Go((*rt.G).Checkpoint)
			}
		})
		require.NoError(t, err)
		after := s.Stats()
		d := after.Sub(before)
		before = after
		require.EqualValues(t, 1, d.Injected)
		require.EqualValues(t, n+rounds, d.Spawned)
		require.Equal(t, d.Spawned+d.Injected, d.Ended, "Gs made and ended")
		require.EqualValues(t, st.readied.Load(), d.Readied)
		require.EqualValues(t, n*rounds, d.Syscalls)
		require.Equal(t, d.Ended+d.Readied+uint64(st.refused.Load())+d.Yields+d.SyscallsSlow, d.Executed,
			"times that Gs began or went on, by what had stopped them")
	}
	requireParts(t, before)
}

// requireParts: what is counted as a part of something is not more.
func requireParts(t *trial, s rt.Stats) {
	for name, pair := range map[string][2]uint64{
		"Migrated of Executed":     {s.Migrated, s.Executed},
		"SyscallsSlow of Syscalls": {s.SyscallsSlow, s.Syscalls},
		"Retakes of Handoffs":      {s.Retakes, s.Handoffs},
		"Steals that took Gs":      {s.Steals, s.Stolen},
		"GsMade of Gs":             {s.GsMade, s.Spawned + s.Injected},
		"Wakes of Parks":           {s.Wakes, s.Parks},
		"contended locks":          {s.Sched.Contended, s.Sched.Acquired},
		"one M":                    {1, s.Ms},
		"one stack":                {1, s.StacksMade},
	} {
		require.LessOrEqual(t, pair[0], pair[1], name)
	}
}

// countsAfterHold: what the scheduler submits itself to look whether it is
// at rest ends as well.
func countsAfterHold(t *trial) {
	s := t.scheduler()
	for range 10 {
		release := s.Hold()
		require.NoError(t, s.Go(nothing))
		release()
	}
	require.NoError(t, s.Close())
	stats := s.Stats()
	require.GreaterOrEqual(t, stats.Injected, uint64(10))
	require.Equal(t, stats.Injected, stats.Ended)
	require.Zero(t, stats.Spawned)
}

// spawnMany runs n Gs with every sample-th time from ready to run taken, and
// returns how many such times there were: every one of an M that began or went
// on with a G, but with one that came from outside.
func spawnMany(t *trial, n, sample int) (rt.Stats, uint64) {
	s := t.configured(rt.Config{Procs: t.procs, Seed: 1, SampleReady: sample})
	require.NoError(t, s.Run(func(g *rt.G) {
		for range n {
			g.Go(nothing)
		}
	}))
	stats := s.Stats()
	return stats, stats.Executed - stats.Injected
}

// readyTimes: with SampleReady 1 all are taken, with 0 none.
func readyTimes(t *trial) {
	stats, times := spawnMany(t, t.many(10_000), 1)
	require.EqualValues(t, times, stats.ReadyToRun.TotalCount())
	stats, _ = spawnMany(t, 10, 0)
	require.Nil(t, stats.ReadyToRun)
}

// readyTimesAreSampled: one in SampleReady, on each M.
func readyTimesAreSampled(t *trial) {
	stats, times := spawnMany(t, t.many(10_000), 100)
	require.InDelta(t, times/100, stats.ReadyToRun.TotalCount(), float64(stats.Ms))
}
