package rt_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/event"
	"schedlab/rt/gsync"
)

// lineOf returns the line of dump that begins with prefix, without it.
func lineOf(t *testing.T, dump, prefix string) string {
	t.Helper()
	for line := range strings.Lines(dump) {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			return strings.TrimSuffix(rest, "\n")
		}
	}
	require.Failf(t, "a line is missing", "%q in\n%s", prefix, dump)
	return ""
}

// dumpOf returns a dump that says of each G in ids what is in what. If there is none among
// many dumps it returns the last. (A G that has begun may still stand at the safe point before
// its wait, and one that sleeps wakes up now and then.)
func dumpOf(s rt.Scheduler, ids []uint64, what []string) (dump string) {
	for range 1000 {
		dump = s.Dump()
		missing := 0
		for i, id := range ids {
			if !strings.Contains(dump, fmt.Sprintf("\nG %d: %s", id, what[i])) {
				missing++
			}
		}
		if missing == 0 {
			break
		}
	}
	return dump
}

// There is one G of every kind.
func TestDumpNamesEveryG(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		s := open(rt.Config{})
		var over atomic.Bool
		var begun atomic.Int32
		ids, lockedM := make([]uint64, 5), -1
		what := []string{
			"waiting (chan receive) for ", "waiting (sleep) for ", "in a system call for ",
			"runnable", "waiting (mutex) for ",
		}
		dumped := make(chan string)
		go func() {
			await(func() bool { return begun.Load() == int32(len(ids)) })
			dump := dumpOf(s, ids, what)
			over.Store(true)
			dumped <- dump
		}()
		require.NoError(t, s.Run(func(g *rt.G) {
			ch := gsync.NewChan[int](g, 0)
			var mu gsync.Mutex
			mu.Lock(g)
			bodies := []func(*rt.G){
				func(g *rt.G) { ch.Recv(g) },
				func(g *rt.G) {
					for !over.Load() {
						g.Sleep(5e6)
					}
				},
				func(g *rt.G) { g.BlockingSyscall(func() { await(over.Load) }) },
				func(g *rt.G) {
					for !over.Load() {
						g.Yield()
					}
				},
				func(g *rt.G) {
					g.LockM()
					lockedM = g.MID()
					mu.Lock(g)
				},
			}
			for i, body := range bodies {
				g.Go(func(g *rt.G) {
					ids[i] = g.ID()
					begun.Add(1)
					body(g)
				})
			}
			for !over.Load() {
				g.Sleep(1e6)
			}
			ch.Close(g)
			mu.Unlock(g)
		}))
		dump := <-dumped
		require.NoError(t, s.Close())
		for i, id := range ids {
			line := lineOf(t, dump, fmt.Sprintf("G %d: ", id))
			require.True(t, strings.HasPrefix(line, what[i]), line)
			require.Regexp(t, `, made by (schedlab/rt_test\.TestDumpNamesEveryG\S+ `+
				`\(dump_test.go:\d+\)|an unknown place)$`, line)
		}
		calls := lineOf(t, dump, fmt.Sprintf("G %d: ", ids[2]))
		locked := lineOf(t, dump, fmt.Sprintf("G %d: ", ids[4]))
		require.Regexp(t, `^in a system call for [0-9.]+[nµm]?s, on M \d+, made`, calls)
		require.Contains(t, locked, fmt.Sprintf(", locked to M %d,", lockedM))
		require.Equal(t, fmt.Sprintf(" locked to G %d", ids[4]),
			lineOf(t, dump, fmt.Sprintf("M %d:", lockedM)))
		require.Contains(t, dump, fmt.Sprintf(": in a system call of G %d\n", ids[2]))
		require.Contains(t, dump, ": runs this Dump's G\n")
		require.Regexp(t, `(?m)^\d+ Ms are idle`, dump)
		require.Regexp(t, `^SCHED \S+: procs=\d halt=no`, dump)
		require.Regexp(t, ` awaited=true closing=false netwaiters=0 timers=\d`, dump)
	})
}

// What Run and Close report is the same, whenever a Dump is made.
func TestDumpDoesNoHarm(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		s := open(rt.Config{Events: &event.Log{}})
		var over atomic.Bool
		var dumpers sync.WaitGroup
		looked := make([]int, 2)
		for i := range looked {
			dumpers.Go(func() {
				for !over.Load() {
					if strings.Contains(s.Dump(), "Ms are idle") {
						looked[i]++
					}
				}
			})
		}
		for range 3 {
			require.NoError(t, s.Run(everything))
		}
		await(func() bool { return s.Stats().Stops > 10 }) // between two Runs
		require.NoError(t, s.Run(everything))
		require.NoError(t, s.Close())
		over.Store(true)
		dumpers.Wait()
		require.Positive(t, looked[0]+looked[1])
		dump := s.Dump()
		require.Contains(t, dump, "no list of Gs: the scheduler is closed\n")
		require.Contains(t, dump, "closing=true")
		admitted := regexp.MustCompile(` admitted=(\d+) injected=(\d+) `).FindStringSubmatch(dump)
		require.Equal(t, admitted[1], admitted[2], "each Dump's G, too")
	})
}

// The G of a Dump is no reason to miss a deadlock, nor does it make one.
func TestDumpLeavesTheVerdictOnDeadlocks(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		for round := range 15 {
			s := open(rt.Config{})
			var over atomic.Bool
			var dumper sync.WaitGroup
			dumper.Go(func() {
				for !over.Load() {
					s.Dump()
				}
			})
			const n = 3
			deadlock := deadlockOf(t, s.Run(func(g *rt.G) {
				for range n {
					g.Go(func(g *rt.G) {
						for range round {
							g.Yield()
						}
						forEver(g)
					})
				}
			}))
			require.Equal(t, n, deadlock.Blocked)
			require.NoError(t, s.Close())
			over.Store(true)
			dumper.Wait()
		}
	})
}

// Gs are blocked under a Hold: Dump wakes a scheduler that is at rest, and lists them.
func TestDumpAtRest(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		s := open(rt.Config{})
		require.Contains(t, s.Dump(), "livegsatlastrest=0", "before anything has run")
		release := s.Hold()
		ran := make(chan error)
		go func() { ran <- s.Run(forEver) }()
		await(func() bool {
			return strings.Contains(s.Dump(), ": waiting (something of the user's) for ")
		})
		require.Contains(t, s.Dump(), " holds=1 ")
		release()
		deadlockOf(t, <-ran)
		dump := s.Dump()
		require.Contains(t, dump, "FAILED: deadlock: 1 Gs are blocked")
		require.Contains(t, dump, "no list of Gs: the scheduler has failed\n")
		require.NoError(t, s.Close())
	})
}

// A Dump shows the G that a Close waits for.
func TestDumpDuringClose(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		s := open(rt.Config{})
		var over atomic.Bool
		require.NoError(t, s.Go(func(g *rt.G) {
			for !over.Load() {
				g.Sleep(1e6)
			}
		}))
		closed := make(chan error)
		go func() { closed <- s.Close() }()
		await(func() bool {
			dump := s.Dump()
			return strings.Contains(dump, "closing=true") && strings.Contains(dump, "Ms are idle")
		})
		over.Store(true)
		require.NoError(t, <-closed)
	})
}

// A G that passes no safe point keeps the world from stopping, but Dump returns. Later
// everything is as if it had not been called.
func TestDumpGivesUp(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		log := &event.Log{}
		s := open(rt.Config{Events: log})
		patient := rt.Impatient(20e6)
		defer patient()
		var hogs, over atomic.Int32
		dumped := make(chan string)
		go func() {
			await(func() bool { return hogs.Load() == 1 })
			dumped <- s.Dump()
			over.Store(1)
		}()
		var dump string
		require.NoError(t, s.Run(func(g *rt.G) {
			g.Go(forAWhile)
			hogs.Store(1)
			dump = <-dumped
			await(func() bool { return over.Load() == 1 })
		}))
		require.Contains(t, dump, "no list of Gs: the ")
		require.Contains(t, dump, "to a safe point")
		require.NotContains(t, dump, "Ms are idle")
		if strings.Contains(dump, "did not get to run") {
			require.Zero(t, s.Stats().Stops, "when it does, its Dump has returned")
		}
		for _, e := range log.Events() {
			require.NotEqual(t, event.Stopped, e.What)
		}
		require.Regexp(t, `^SCHED \S+: procs=\d halt=`, dump)
		patient()
		require.Contains(t, s.Dump(), "Ms are idle")
		require.NoError(t, s.Run(everything))
		require.NoError(t, s.Close())
	})
}

func forAWhile(g *rt.G) {
	for range 100 {
		g.Yield()
	}
}

var errBang = errors.New("bang")

// A failure that has not been reported is still Close's to report.
func TestDumpTakesNothingFromClose(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		s := open(rt.Config{})
		require.NoError(t, s.Go(func(*rt.G) { panic(errBang) }))
		await(func() bool { return strings.Contains(s.Dump(), "FAILED: panic in G ") })
		require.ErrorIs(t, s.Close(), errBang)
	})
}

// If the scheduler fails meanwhile, Dump says so and returns, even with much patience.
func TestDumpBesideAPanic(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		for round := range 20 {
			s := open(rt.Config{})
			dumped := make(chan string)
			go func() { dumped <- s.Dump() }()
			require.ErrorIs(t, s.Run(func(g *rt.G) {
				g.Go(forAWhile)
				for range round {
					g.Yield()
				}
				panic(errBang)
			}), errBang)
			<-dumped
			require.Contains(t, s.Dump(), "FAILED: panic in G ")
			require.NoError(t, s.Close(), "Run has reported it, Dump has not")
		}
	})
}

// Of many Gs some are listed one by one, and the rest is counted.
func TestDumpOfMany(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		s := open(rt.Config{})
		const n = 2500
		var door gsync.WaitGroup
		var begun atomic.Int32
		var over atomic.Bool
		dumped := make(chan string)
		go func() {
			await(over.Load)
			dumped <- s.Dump()
		}()
		var dump string
		require.NoError(t, s.Run(func(g *rt.G) {
			door.Add(g, 1)
			for range n {
				g.Go(func(g *rt.G) {
					begun.Add(1)
					door.Wait(g)
				})
			}
			for begun.Load() < n {
				g.Yield()
			}
			over.Store(true)
			g.BlockingSyscall(func() { dump = <-dumped })
			door.Done(g)
		}))
		require.NoError(t, s.Close())
		require.Less(t, len(dump), 200_000)
		listed, rest := countGs(t, dump)
		require.Equal(t, 1000, listed)
		require.Equal(t, n+1, listed+rest)
	})
}

// countGs returns how many Gs dump lists, and how many it only counts.
func countGs(t *testing.T, dump string) (listed, rest int) {
	for line := range strings.Lines(dump) {
		n := 0
		if strings.HasPrefix(line, "G ") {
			listed++
		} else if _, err := fmt.Sscanf(line, "and %d", &n); err == nil {
			rest += n
		}
	}
	return listed, rest
}

// Gs that have not begun are not listed but counted. (gpm is not fair to a G from outside while
// Gs respawn each other: see its package comment.)
func TestDumpCountsFreshGs(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		if strings.Contains(t.Name(), "gpm") {
			t.Skip("Go issue 52934")
		}
		s := open(rt.Config{})
		const n = 100
		var over atomic.Bool
		var respawn func(*rt.G)
		respawn = func(g *rt.G) {
			if !over.Load() {
				g.Go(respawn)
			}
		}
		dumped, begun := make(chan string), make(chan bool)
		go func() {
			<-begun
			dump := s.Dump()
			over.Store(true)
			dumped <- dump
		}()
		var dump string
		require.NoError(t, s.Run(func(g *rt.G) {
			for range n {
				g.Go(respawn)
			}
			begun <- true
			g.BlockingSyscall(func() { dump = <-dumped })
		}))
		require.NoError(t, s.Close())
		listed, fresh := countGs(t, dump)
		// A G that has begun stands still at its only safe point, when it has made the next.
		require.Equal(t, n, fresh)
		require.GreaterOrEqual(t, listed, 1)
	})
}

// Timers, the network and Ms in the kernel go on while a Dump looks.
func TestDumpBesideWhatDoesNotStop(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		s := open(rt.Config{})
		var over atomic.Bool
		go func() {
			for range 6 {
				s.Dump()
			}
			over.Store(true)
		}()
		restless := []func(g *rt.G){
			func(g *rt.G) { g.Sleep(30_000) },
			func(g *rt.G) { g.Syscall(func() {}) },
			func(g *rt.G) { g.BlockingSyscall(func() { host.Sleep(20_000) }) },
		}
		require.NoError(t, s.Run(func(g *rt.G) {
			for i := range 50 {
				g.Go(func(g *rt.G) {
					for !over.Load() {
						restless[i%len(restless)](g)
					}
				})
			}
			if rt.PollSupported {
				g.Go(func(g *rt.G) { listen(g, &over) })
			}
		}))
		require.NoError(t, s.Close())
	})
}
