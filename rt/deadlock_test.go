package rt_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

func deadlockOf(t *testing.T, err error) *rt.DeadlockError {
	t.Helper()
	var deadlock *rt.DeadlockError
	require.ErrorAs(t, err, &deadlock)
	require.Len(t, deadlock.Gs, deadlock.Blocked)
	return deadlock
}

// nextLine is the line after the one from which it is called.
func nextLine() int {
	_, _, line, _ := runtime.Caller(1)
	return line + 1
}

// ways are ways to block for ever, and what is then said of the G.
var ways = []struct {
	reason rt.WaitReason
	block  func(*rt.G)
}{
	{rt.WaitChanReceive, func(g *rt.G) { gsync.NewChan[int](g, 0).Recv(g) }},
	{rt.WaitChanSend, func(g *rt.G) { gsync.NewChan[int](g, 0).Send(g, 1) }},
	{rt.WaitMutex, func(g *rt.G) {
		var mu gsync.Mutex
		mu.Lock(g)
		mu.Lock(g)
	}},
	{rt.WaitWaitGroup, func(g *rt.G) {
		var wg gsync.WaitGroup
		wg.Add(g, 1)
		wg.Wait(g)
	}},
	{rt.WaitOther, forEver},
}

func TestDeadlockListsEveryG(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		s := open(rt.Config{})
		begin := host.Nanotime()
		const each = 3
		ids, ms := make([]uint64, len(ways)*each), make([]int16, len(ways)*each)
		err := s.Run(func(g *rt.G) {
			for i := range ids {
				g.Go(func(g *rt.G) {
					ids[i], ms[i] = g.ID(), -1
					if i%each == 0 {
						g.LockM()
						ms[i] = int16(g.MID())
					}
					g.Yield()
					g.Syscall(func() {})
					ways[i/each].block(g)
				})
			}
		})
		of := map[uint64]rt.BlockedG{}
		last := uint64(0)
		for _, b := range deadlockOf(t, err).Gs {
			require.Greater(t, b.ID, last, "order")
			require.GreaterOrEqual(t, b.For, int64(0))
			require.LessOrEqual(t, b.For, 2*(host.Nanotime()-begin))
			last, b.For, b.Site = b.ID, 0, 0
			of[b.ID] = b
		}
		for i, id := range ids {
			require.Equal(t, rt.BlockedG{
				ID: id, M: ms[i], Locked: i%each == 0,
				Status: rt.Waiting, Reason: ways[i/each].reason,
			}, of[id])
		}
		require.NoError(t, s.Close())
	})
}

func TestDeadlockTellsWhoHasWaitedLonger(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		s := open(rt.Config{})
		var ids [5]uint64
		gs := deadlockOf(t, s.Run(func(g *rt.G) {
			for i := range ids {
				var waits atomic.Bool
				g.Go(func(g *rt.G) {
					ids[i] = g.ID()
					g.Parker().Park(rt.WaitOther, func(*rt.G) bool {
						waits.Store(true)
						return true
					})
				})
				for !waits.Load() {
					g.Yield()
				}
			}
		})).Gs
		for i, b := range gs {
			k := slices.Index(ids[:], b.ID)
			for _, earlier := range gs[:i] {
				require.Equal(t, slices.Index(ids[:], earlier.ID) < k, earlier.For > b.For)
			}
		}
		require.NoError(t, s.Close())
	})
}

// Of a G that has waited, was readied and waits again, the time of the last wait is told. Gs
// are used again here.
func TestDeadlockTellsOfTheLastWait(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		s := open(rt.Config{SampleReady: 1})
		var from int64
		gs := deadlockOf(t, s.Run(func(g *rt.G) {
			for range 10 {
				g.Go(func(*rt.G) {})
			}
			ch := gsync.NewChan[int](g, 0)
			g.Go(func(g *rt.G) {
				ch.Recv(g)
				from = host.Nanotime()
				forEver(g)
			})
			g.Sleep(2e6)
			ch.Send(g, 1)
		})).Gs
		require.Len(t, gs, 1)
		require.LessOrEqual(t, gs[0].For, host.Nanotime()-from+100_000)
		require.NoError(t, s.Close())
	})
}

func TestDeadlockTellsWhereGsWereMade(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		s := open(rt.Config{})
		release := s.Hold()
		outside := nextLine()
		require.NoError(t, s.Go(forEver))
		require.NoError(t, s.Go(func(*rt.G) {})) // another may get its G
		release()
		inside, run := 0, nextLine()
		err := s.Run(func(g *rt.G) {
			inside = nextLine()
			g.Go(forEver)
			forEver(g)
		})
		require.NoError(t, s.Close())

		lines := map[int]string{}
		for _, b := range deadlockOf(t, err).Gs {
			if !b.Site.Known() {
				t.Skip("Gs do not tell on this system")
			}
			f := b.Site.Frame()
			require.Equal(t, "deadlock_test.go", filepath.Base(f.File))
			lines[f.Line] = strings.TrimPrefix(f.Function,
				"schedlab/rt_test.TestDeadlockTellsWhereGsWereMade.")
		}
		require.Len(t, lines, 3)
		require.Equal(t, "func1", lines[outside])
		require.Equal(t, "func1", lines[run])
		require.Contains(t, lines[inside], "func1.", "within that")
	})
}

// What a deferred call at Close makes or blocks is of no interest.
func TestDeadlockAtCloseListsGs(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		s := open(rt.Config{})
		for range 5 {
			require.NoError(t, s.Go(func(g *rt.G) {
				defer forEver(g)
				forEver(g)
			}))
		}
		require.Len(t, deadlockOf(t, s.Close()).Gs, 5)
	})
}

func TestDeadlockTextPutsEqualGsTogether(t *testing.T) {
	gs := []rt.BlockedG{
		{ID: 1, M: -1, Status: rt.Waiting, Reason: rt.WaitMutex, For: 1_234_567},
		{ID: 2, M: 3, Locked: true, Status: rt.Waiting, Reason: rt.WaitMutex, For: 5},
		{ID: 4, M: -1, Status: rt.Waiting, Reason: rt.WaitIO, For: 7_000_000_000},
		{ID: 5, M: -1, Status: rt.Waiting, Reason: rt.WaitIO, For: 17_000_000_000},
		{ID: 6, M: 9, Status: rt.InSyscall},
	}
	text := (&rt.DeadlockError{Blocked: len(gs), Gs: gs}).Error()
	lines := strings.Split(text, "\n\t")
	require.Len(t, lines, 5)
	require.True(t, strings.HasPrefix(lines[0], "deadlock: 5 Gs are blocked"))
	require.Equal(t, []string{
		"2 Gs, the first is G 4: waiting (IO) for 7s to 17s, made by an unknown place",
		"G 1: waiting (mutex) for 1.23ms, made by an unknown place",
		"G 2: waiting (mutex) for 5ns, locked to M 3, made by an unknown place",
		"G 6: in a system call, on M 9, made by an unknown place",
	}, lines[1:])
}

func TestDeadlockTextStaysSmall(t *testing.T) {
	var gs []rt.BlockedG
	for i := range 200_000 {
		gs = append(gs, rt.BlockedG{
			ID: uint64(i + 1), M: -1, Status: rt.Waiting, Reason: rt.WaitReason(i % 10),
			For: math.MaxInt64 - int64(i), Site: rt.Site(i % 7),
		})
	}
	text := (&rt.DeadlockError{Blocked: len(gs), Gs: gs}).Error()
	lines := strings.Split(text, "\n")
	require.Len(t, lines, 22)
	require.Less(t, len(text), 10_000)
	require.Regexp(t, `and \d+ in 50 more groups`, lines[21])
	shown := 0
	for _, line := range lines[1:21] {
		n := 0
		_, err := fmt.Sscanf(strings.TrimSpace(line), "%d Gs", &n)
		require.NoError(t, err, line)
		shown += n
	}
	require.Contains(t, lines[21], fmt.Sprintf("and %d in", len(gs)-shown))
}

// A deadlock is reported as soon as nothing can happen any more. As long as something can, Run
// goes on.
var hopes = map[string]func(t *testing.T, s rt.Scheduler, over *atomic.Bool) func(g *rt.G){
	"a sleeper": func(_ *testing.T, _ rt.Scheduler, over *atomic.Bool) func(*rt.G) {
		return func(g *rt.G) {
			g.Sleep(2e6)
			over.Store(true)
		}
	},
	"a timer": func(_ *testing.T, _ rt.Scheduler, over *atomic.Bool) func(*rt.G) {
		return func(g *rt.G) {
			timer := &rt.Timer{Fire: func(g *rt.G, _ *rt.Timer, _ uint64) {
				g.Go(func(*rt.G) { over.Store(true) })
			}}
			timer.Start(g, host.Nanotime()+2e6)
		}
	},
	"a stopped timer": func(_ *testing.T, _ rt.Scheduler, over *atomic.Bool) func(*rt.G) {
		return func(g *rt.G) {
			timer := &rt.Timer{Fire: func(g *rt.G, _ *rt.Timer, _ uint64) { panic("was stopped") }}
			timer.Start(g, host.Nanotime()+1e15)
			g.Yield()
			over.Store(true)
			timer.Stop(g)
		}
	},
	"a timer that wakes nobody": func(_ *testing.T, _ rt.Scheduler, over *atomic.Bool) func(*rt.G) {
		return func(g *rt.G) {
			timer := &rt.Timer{
				Fire:  func(*rt.G, *rt.Timer, uint64) {},
				Wakes: func() bool { return false },
			}
			timer.Start(g, host.Nanotime()+1e15)
			over.Store(true)
		}
	},
	"a system call": func(_ *testing.T, _ rt.Scheduler, over *atomic.Bool) func(*rt.G) {
		return func(g *rt.G) {
			g.BlockingSyscall(func() { host.Sleep(2e6) })
			over.Store(true)
		}
	},
	"a hold": func(t *testing.T, s rt.Scheduler, over *atomic.Bool) func(*rt.G) {
		release := s.Hold()
		return func(g *rt.G) {
			host.Go(func() {
				host.Sleep(2e6)
				over.Store(true)
				release()
			})
		}
	},
	"a locked G": func(_ *testing.T, _ rt.Scheduler, over *atomic.Bool) func(*rt.G) {
		return func(g *rt.G) {
			g.LockM()
			for range 20 {
				g.Sleep(1e5)
				g.Yield()
			}
			over.Store(true)
		}
	},
	"stops of the world": func(_ *testing.T, _ rt.Scheduler, over *atomic.Bool) func(*rt.G) {
		return func(g *rt.G) {
			for range 3 {
				g.Go(func(g *rt.G) {
					for range 20 {
						g.StopTheWorld()
						g.StartTheWorld()
					}
				})
			}
			over.Store(true)
		}
	},
	"the network": func(t *testing.T, _ rt.Scheduler, over *atomic.Bool) func(*rt.G) {
		if !rt.PollSupported {
			t.Skip("nothing can be waited for on this system")
		}
		r, w, err := os.Pipe()
		require.NoError(t, err)
		return func(g *rt.G) {
			defer r.Close()
			pd, err := g.Parker().OpenPoll(int(r.Fd()))
			if err != nil {
				panic(err)
			}
			host.Go(func() {
				host.Sleep(2e6)
				over.Store(true)
				w.Close()
			})
			if err := pd.Wait(g, rt.PollRead); err != nil {
				panic(err)
			}
			over.Store(true)
			if err := pd.Close(g); err != nil {
				panic(err)
			}
		}
	},
}

func TestDeadlockIsReportedWhenHopeIsGone(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		for name, hope := range hopes {
			t.Run(name, func(t *testing.T) {
				var over atomic.Bool
				s := open(rt.Config{})
				main := hope(t, s, &over)
				deadlock := deadlockOf(t, s.Run(func(g *rt.G) {
					g.Go(forEver)
					main(g)
				}))
				require.True(t, over.Load(), "too early")
				require.Equal(t, 1, deadlock.Blocked)
				require.NoError(t, s.Close())
			})
		}
	})
}

// Many Gs are blocked, each on a stack of its own.
func TestDeadlockOfMany(t *testing.T) {
	const n = 5_000
	overDesigns(t, func(t *testing.T, open opener) {
		s := open(rt.Config{})
		deadlock := deadlockOf(t, s.Run(func(g *rt.G) {
			for range n {
				g.Go(forEver)
			}
		}))
		require.Equal(t, n, deadlock.Blocked)
		require.Contains(t, deadlock.Error(), fmt.Sprintf("%d Gs, the first is G", n))
		require.NoError(t, s.Close())
	})
}
