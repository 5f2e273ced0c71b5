package rt_test

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/rt"
	"schedlab/rt/event"
	"schedlab/rt/gsync"
)

// lacking are the locks that a design does not have.
var lacking = map[string][]rt.Lock{
	"gm":              {rt.LockRunq, rt.LockFreeGs, rt.LockReactor},
	"global":          nil,
	"global-lockfree": {rt.LockRunq},
	"gpm":             {rt.LockRunq, rt.LockReactor},
}

// A run that needs each lock finds it in Stats under its name.
func TestEachLockIsCountedUnderItsName(t *testing.T) {
	for design, lacks := range lacking {
		t.Run(design, func(t *testing.T) {
			s, err := all.New(design, rt.Config{
				Procs: 2, Events: &event.Log{}, SampleReady: 1,
			})
			require.NoError(t, err)
			require.NoError(t, s.Run(everyLock))
			dumped := make(chan string, 1)
			require.NoError(t, s.Run(func(g *rt.G) {
				go func() { dumped <- s.Dump() }()
				for len(dumped) == 0 {
					g.Yield()
				}
			}))
			stats := s.Stats()
			for name, n := range stats.Locks {
				lock := rt.Lock(name)
				polls := lock == rt.LockNetpoll || lock == rt.LockPollDesc
				if slices.Contains(lacks, lock) || polls && !rt.PollSupported {
					require.Zero(t, n.Acquired, "%v", lock)
				} else {
					require.Positive(t, n.Acquired, "%v", lock)
				}
				require.GreaterOrEqual(t, n.Acquired, n.Contended, "%v", lock)
			}
			require.NoError(t, s.Close())
		})
	}
}

// everyLock has the scheduler take each of its locks.
func everyLock(g *rt.G) {
	everything(g)
	var wg gsync.WaitGroup
	for range 300 { // more stacks and dead Gs than an M or a P keeps
		wg.Go(g, func(g *rt.G) {
			g.Free(g.Alloc(64))
			g.Yield()
		})
	}
	wg.Wait(g)
	if rt.PollSupported {
		var over atomic.Bool
		wg.Go(g, func(g *rt.G) { listen(g, &over) })
		g.Sleep(1_000_000)
		over.Store(true)
		wg.Wait(g)
	}
}
