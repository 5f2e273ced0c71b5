package conform

import (
	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// countersBalance: the counters of a program that does everything are what the program has
// done. (I5)
func countersBalance(t *trial) {
	const n = 32
	rounds := t.many(300)
	s := t.scheduler()
	var before rt.Stats
	for run := range 3 {
		var st storm
		err := s.Run(func(g *rt.G) {
			st.start(g, n, rounds, uint64(run), func(g *rt.G, _ int) { g.Syscall(func() {}) })
			for range rounds {
				g.Go((*rt.G).Checkpoint)
			}
		})
		require.NoError(t, err)
		after := s.Stats()
		d := after.Sub(before)
		before = after
		requireCount(t, 1, d.Injected, "Stats.Injected: Gs made from outside, the main")
		requireCount(t, n+rounds, d.Spawned, "Stats.Spawned: Gs made by Gs")
		requireCount(t, d.Spawned+d.Injected, d.Ended, "Stats.Ended: all Gs that were made")
		requireCount(t, st.readied.Load(), d.Readied, "Stats.Readied: calls of Ready")
		requireCount(t, n*rounds, d.Syscalls, "Stats.Syscalls: calls of Syscall")
		resumed := d.Readied + uint64(st.refused.Load()) + d.Yields + d.SyscallsSlow
		requireCount(t, d.Ended+resumed, d.Executed, "Stats.Executed: each G began once, and "+
			"went on once after every Ready, refused commit, Yield and slow system call")
	}
	requireParts(t, before)
}

// requireParts checks that a counter of a part is at most the counter of the whole.
func requireParts(t *trial, s rt.Stats) {
	for name, pair := range map[string][2]uint64{
		"Migrated of Executed":     {s.Migrated, s.Executed},
		"SyscallsSlow of Syscalls": {s.SyscallsSlow, s.Syscalls},
		"Retakes of Handoffs":      {s.Retakes, s.Handoffs},
		"Steals that took Gs":      {s.Steals, s.Stolen},
		"GsMade of Gs":             {s.GsMade, s.Spawned + s.Injected},
		"Wakes of Parks":           {s.Wakes, s.Parks},
		"one M":                    {1, s.Ms},
		"one stack":                {1, s.StacksMade},
	} {
		require.LessOrEqual(t, pair[0], pair[1], "more than all of them: %s", name)
	}
	for name, lock := range s.Locks {
		require.LessOrEqual(t, lock.Contended, lock.Acquired, "contended of %v", rt.Lock(name))
	}
}

// countsAfterHold: a G that the scheduler submits itself, to find out whether it is at rest, is
// counted when it ends, like every other.
func countsAfterHold(t *trial) {
	s := t.scheduler()
	const holds = 10
	for range holds {
		release := s.Hold()
		require.NoError(t, s.Go(nothing))
		release()
	}
	require.NoError(t, s.Close())
	stats := s.Stats()
	require.GreaterOrEqual(t, stats.Injected, uint64(holds), "Stats.Injected: Gs made from outside")
	requireCount(t, stats.Injected, stats.Ended, "Stats.Ended: all Gs that were made from outside")
	require.Zero(t, stats.Spawned, "Stats.Spawned, though no G made another")
}

// spawnMany runs n Gs and samples one in sample of the times from ready to run. It returns
// how many such times there were: one for each time that an M began or went on with a G, but
// for Gs that came from outside.
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

// readyTimes: with SampleReady 1 all times from ready to run are taken, with SampleReady 0 none.
func readyTimes(t *trial) {
	stats, times := spawnMany(t, t.many(10_000), 1)
	requireCount(t, times, stats.ReadyToRun.TotalCount(), "times taken with SampleReady 1")
	stats, _ = spawnMany(t, 10, 0)
	require.Nil(t, stats.ReadyToRun, "times were taken with SampleReady 0")
}

// readyTimesAreSampled: each M takes one in SampleReady of the times from ready to run.
func readyTimesAreSampled(t *trial) {
	const sample = 100
	stats, times := spawnMany(t, t.many(10_000), sample)
	require.InDelta(t, times/sample, stats.ReadyToRun.TotalCount(), float64(stats.Ms),
		"times taken, of %d, with SampleReady %d; each M may be off by one", times, sample)
}
