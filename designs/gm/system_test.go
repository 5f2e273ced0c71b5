package gm

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
)

const hour = 3600e9

// record returns a timer that notes its name when it fires.
func record(order *[]string, name string) *rt.Timer {
	return &rt.Timer{Fire: func(*rt.G, *rt.Timer, uint64) { *order = append(*order, name) }}
}

// sleepsUntil says that the timer G sleeps until when. It needs the lock.
func (s *sched) sleepsUntil(when int64) bool { return s.timers.sleeping && s.timers.until == when }

func TestTimersFireInTheOrderOfTheirTimes(t *testing.T) {
	s := open(t, 1)
	var order []string
	require.NoError(t, s.Run(func(g *rt.G) {
		g.StopTheWorld() // until all are started
		now := host.Nanotime()
		record(&order, "last").Start(g, now+3000)
		record(&order, "first").Start(g, now+1000)
		record(&order, "second").Start(g, now+2000)
		g.StartTheWorld()
		s.yieldUntil(g, func() bool { return len(order) == 3 })
	}))
	require.Equal(t, []string{"first", "second", "last"}, order)
}

func TestAnEarlierTimerWakesTheTimerG(t *testing.T) {
	s := open(t, 2)
	var order []string
	require.NoError(t, s.Run(func(g *rt.G) {
		late, next := host.Nanotime()+2*hour, host.Nanotime()+hour
		lateTimer, nextTimer, last := record(&order, ""), record(&order, ""), record(&order, "")
		lateTimer.Start(g, late)
		s.yieldUntil(g, func() bool { return s.sleepsUntil(late) })
		nextTimer.Start(g, next)
		check(look(s, func() bool { return !s.sleepsUntil(late) }), "it sleeps on, too long")
		s.yieldUntil(g, func() bool { return s.sleepsUntil(next) })
		lateTimer.Stop(g)
		nextTimer.Stop(g)
		last.Start(g, late)
		check(look(s, func() bool { return s.sleepsUntil(next) }),
			"it was woken for nothing: it looks again in time")
		last.Stop(g)
		record(&order, "now").Start(g, 1)
		s.yieldUntil(g, func() bool { return s.sleepsUntil(0) }) // the timer has fired
		g.Sleep(1)                                               // ends a sleep without end
	}))
	require.Equal(t, []string{"now"}, order)
}

// The M of the timer G is the only one, and sleeps for long.
func TestTheTimerGMayBeTheLastToRest(t *testing.T) {
	s := open(t, 1)
	require.NoError(t, s.Run(func(g *rt.G) {
		record(nil, "never").Start(g, host.Nanotime()+hour)
	}))
	require.Len(t, s.allm, 1)
}

// pipe returns the end of a pipe that Gs can wait for, and the other.
func pipe(t *testing.T) (fd int, w *os.File) {
	t.Helper()
	if !rt.PollSupported {
		t.Skip("Gs cannot wait for descriptors on this system")
	}
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { r.Close(); w.Close() })
	conn, err := r.SyscallConn() // Fd would make it blocking
	require.NoError(t, err)
	require.NoError(t, conn.Control(func(n uintptr) { fd = int(n) }))
	return fd, w
}

func mustOpen(g *rt.G, fd int) *rt.PollDesc {
	pd, err := g.Parker().OpenPoll(fd)
	check(err == nil, "OpenPoll")
	return pd
}

// All Ms wait, but one of them waits in the kernel for what comes from outside.
func TestAGThatWaitsForADescriptorIsNoDeadlock(t *testing.T) {
	fd, w := pipe(t)
	s := open(t, 2)
	done := make(chan error)
	for range 3 { // the poll server stays
		go func() {
			done <- s.Run(func(g *rt.G) {
				pd := mustOpen(g, fd)
				check(pd.Wait(g, rt.PollRead) == nil, "Wait")
				n, err := host.Read(fd, make([]byte, 2))
				check(n == 1 && err == nil, "Read")
				check(pd.Close(g) == nil, "Close")
			})
		}()
		s.await(func() bool { return s.quiet() && s.poll.waiting && s.Net().Waiters() })
		_, err := w.Write([]byte{1})
		require.NoError(t, err)
		require.NoError(t, <-done)
	}
}

func TestSystemGsKeepNobodyFromEnding(t *testing.T) {
	fd, _ := pipe(t)
	s := open(t, 2)
	goroutines := runtime.NumGoroutine()
	for range 3 {
		require.NoError(t, s.Run(func(g *rt.G) {
			g.Sleep(1)
			check(mustOpen(g, fd).Close(g) == nil, "Close")
			(&rt.Timer{Fire: func(*rt.G, *rt.Timer, uint64) {}}).Start(g, host.Nanotime()+hour)
		}))
	}
	s.await(func() bool { return s.quiet() && s.poll.waiting && s.timers.sleeping })
	require.NoError(t, s.Close())
	s.await(func() bool { return runtime.NumGoroutine() <= goroutines })
	stats := s.Stats()
	require.EqualValues(t, 3+1+2, stats.Injected+stats.Spawned,
		"three mains, the nudge of Close, two of the scheduler's")
}

func TestADeadlockIsSeenBesideSystemGs(t *testing.T) {
	fd, _ := pipe(t)
	s := open(t, 2)
	var deadlock *rt.DeadlockError
	require.ErrorAs(t, s.Run(func(g *rt.G) {
		g.Sleep(1)
		mustOpen(g, fd)
		g.LockM()
		g.Parker().Park(rt.WaitOther, func(*rt.G) bool { return true })
	}), &deadlock)
}

// A G that the network has readied in a stopped world waits for its start.
func TestThePollServerStandsStillToo(t *testing.T) {
	fd, w := pipe(t)
	s := open(t, 4)
	ran := false
	require.NoError(t, s.Run(func(g *rt.G) {
		g.Go(func(g *rt.G) {
			check(mustOpen(g, fd).Wait(g, rt.PollRead) == nil, "Wait")
			ran = true
		})
		s.yieldUntil(g, func() bool { return s.poll.waiting && s.Net().Waiters() })
		g.StopTheWorld()
		_, err := w.Write([]byte{1})
		check(err == nil, "Write")
		// The poll server has come back, and was refused.
		s.await(func() bool { return !s.poll.waiting && (s.runq.Len() == 1 || ran) })
		check(!ran && look(s, func() bool { return s.runq.Len() == 1 }), "it ran, or did not queue")
		g.StartTheWorld()
	}))
	require.True(t, ran)
}

func TestDumpTellsWhatThereIs(t *testing.T) {
	fd, _ := pipe(t)
	s := open(t, 3)
	ran := false
	require.NoError(t, s.Run(func(g *rt.G) {
		g.Sleep(1)
		check(mustOpen(g, fd).Close(g) == nil, "Close")
		locked := parkLocked(g, s, &ran)
		s.yieldUntil(g, func() bool { return s.timers.sleeping && s.poll.waiting })
		g.StopTheWorld()
		g.Go(func(*rt.G) {})
		var w strings.Builder
		s.DumpSched(&w)
		g.StartTheWorld()
		g.Parker().Ready(locked)
		lines := strings.Split(w.String(), "\n")
		const begin = " mcpu=1 mcpumax=1 gwaiting=true waitstop=false threads="
		check(strings.HasPrefix(lines[0], begin), lines[0])
		check(strings.Contains(lines[0], " lockedthreads=1 runqueue=1 "), lines[0])
		check(lines[1] == "  timer G: sleeping=true", lines[1])
		check(lines[2] == "  poll server G: waiting=true", lines[2])
	}))
}
