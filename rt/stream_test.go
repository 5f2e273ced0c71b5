package rt_test

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/event"
	"schedlab/rt/gsync"
)

// lives follows each G through the events, which must be in an order that its status allows.
type lives struct {
	t      *testing.T
	status map[uint64]rt.Status
	mOf    map[uint64]int16
}

var eventStatus = map[event.Kind]struct {
	from []rt.Status
	to   rt.Status
}{
	event.Spawn:       {[]rt.Status{rt.Idle}, rt.Runnable},
	event.Run:         {[]rt.Status{rt.Runnable}, rt.Running},
	event.Ready:       {[]rt.Status{rt.Waiting}, rt.Runnable},
	event.Park:        {[]rt.Status{rt.Running}, rt.Waiting},
	event.End:         {[]rt.Status{rt.Running}, rt.Dead},
	event.Yield:       {[]rt.Status{rt.Running}, rt.Runnable},
	event.Preempted:   {[]rt.Status{rt.Running}, rt.Runnable},
	event.Syscall:     {[]rt.Status{rt.Running}, rt.InSyscall},
	event.SyscallEnd:  {[]rt.Status{rt.InSyscall}, rt.Running},
	event.SyscallSlow: {[]rt.Status{rt.InSyscall}, rt.Runnable},
}

func (l *lives) see(e event.Event) {
	change, concerns := eventStatus[e.What]
	if !concerns {
		return
	}
	from := l.status[e.G]
	refused := e.What == event.Run && from == rt.Waiting && l.mOf[e.G] == e.M // its commit said no
	require.True(l.t, refused || slices.Contains(change.from, from), "%v, but the G is %v", e, from)
	l.status[e.G], l.mOf[e.G] = change.to, e.M
}

// The stream agrees with the counters. Each M's events are in order, and so are each G's,
// sorted by time.
func TestEventStreamTellsWhatHappened(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		log := &event.Log{}
		s := open(rt.Config{Events: log})
		require.NoError(t, s.Run(everything))
		require.NoError(t, s.Go(func(*rt.G) {}))
		require.NoError(t, s.Close())
		require.Zero(t, log.Dropped())

		l := &lives{t, map[uint64]rt.Status{}, map[uint64]int16{}}
		count := map[event.Kind]int{}
		last := int64(0)
		for _, e := range log.Events() {
			require.GreaterOrEqual(t, e.When, last)
			last = e.When
			count[e.What]++
			l.see(e)
		}
		for id, status := range l.status {
			// Gs of the design's own may be left.
			mayBe := []rt.Status{rt.Dead, rt.InSyscall, rt.Running, rt.Waiting}
			require.Contains(t, mayBe, status, "G %d", id)
		}
		st := s.Stats()
		require.EqualValues(t, st.Spawned+st.Injected, count[event.Spawn])
		require.EqualValues(t, st.Executed, count[event.Run])
		require.EqualValues(t, st.Ended, count[event.End])
		require.EqualValues(t, st.Readied, count[event.Ready])
		require.EqualValues(t, st.Yields, count[event.Yield]+count[event.Preempted])
		require.EqualValues(t, st.Syscalls, count[event.Syscall])
		require.EqualValues(t, st.SyscallsSlow, count[event.SyscallSlow])
		require.EqualValues(t, st.TimersFired, count[event.Timer])
		require.EqualValues(t, st.Stops, count[event.Stopped])
		require.Equal(t, count[event.StopWorld], count[event.StartWorld])
		require.InDelta(t, st.Ms, count[event.MStart], 1, "one may be a thread that runs no Gs")
		require.Positive(t, st.TimersFired)
		require.Positive(t, st.Stops)
	})
}

// An event says which G readied or spawned another, and why a G waits.
func TestEventsSayWhichGDidIt(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		log := &event.Log{}
		s := open(rt.Config{Events: log})
		var main, child uint64
		require.NoError(t, s.Run(func(g *rt.G) {
			main = g.ID()
			var wg gsync.WaitGroup
			wg.Add(g, 1)
			g.Go(func(g *rt.G) {
				child = g.ID()
				wg.Done(g)
				g.Sleep(1)
			})
			wg.Wait(g)
		}))
		var told []event.Event
		for _, e := range log.Events() {
			told = append(told, event.Event{What: e.What, G: e.G, By: e.By, Reason: e.Reason})
		}
		require.Contains(t, told, event.Event{What: event.Spawn, G: main})
		require.Contains(t, told, event.Event{What: event.Spawn, G: child, By: main})
		require.Contains(t, told, event.Event{What: event.Park, G: child, Reason: rt.WaitSleep})
		park := event.Event{What: event.Park, G: main, Reason: rt.WaitWaitGroup}
		ready := event.Event{What: event.Ready, G: main, By: child}
		require.Equal(t, slices.Contains(told, park), slices.Contains(told, ready))
		require.NoError(t, s.Close())
	})
}

// A G gives way because it is asked to.
func TestEventsTellPreemption(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		log := &event.Log{}
		s := open(rt.Config{Events: log})
		var over atomic.Bool
		var main uint64
		require.NoError(t, s.Run(func(g *rt.G) {
			main = g.ID()
			go func() {
				s.Dump() // wants the world to stand still
				over.Store(true)
			}()
			for !over.Load() {
				g.Checkpoint()
			}
		}))
		var told []event.Kind
		for _, e := range log.Events() {
			if e.G == main {
				told = append(told, e.What)
			}
		}
		require.Contains(t, told, event.Preempted)
		require.NotContains(t, told, event.Yield)
		require.NoError(t, s.Close())
	})
}

// The events tell which Gs the network has readied.
func TestEventsOfTheNetwork(t *testing.T) {
	if !rt.PollSupported {
		t.Skip("nothing can be waited for on this system")
	}
	overDesigns(t, func(t *testing.T, open opener) {
		log := &event.Log{}
		s := open(rt.Config{Events: log})
		polled, readied := 0, 0
		for runs := 0; polled == 0 && runs < 100; runs++ { // it may be over before the first wait
			var over atomic.Bool
			waiter := uint64(0)
			require.NoError(t, s.Run(func(g *rt.G) {
				waiter = g.ID()
				g.Go(func(g *rt.G) {
					g.Sleep(1e6)
					over.Store(true)
				})
				listen(g, &over)
			}))
			polled, readied = 0, 0
			for _, e := range log.Events() {
				switch {
				case e.What == event.Poll:
					polled += e.N
				case e.What == event.Ready && e.G == waiter:
					readied++
				}
			}
			require.Equal(t, readied, polled)
		}
		require.Positive(t, polled)
		require.NoError(t, s.Close())
	})
}

// When Run has returned, all events are there.
func TestEventsAreThereWhenRunReturns(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		log := &event.Log{}
		s := open(rt.Config{Events: log})
		for range 20 {
			var last uint64
			require.NoError(t, s.Run(func(g *rt.G) {
				g.Go(func(g *rt.G) { last = g.ID() })
			}))
			require.True(t, slices.ContainsFunc(log.Events(), func(e event.Event) bool {
				return e.What == event.End && e.G == last
			}))
		}
		require.NoError(t, s.Close())
	})
}

// Gs come and go on all Ms, and fill many buffers.
func TestEventStreamOfMany(t *testing.T) {
	overDesigns(t, func(t *testing.T, open opener) {
		log := &event.Log{}
		s := open(rt.Config{Events: log})
		const n = 2000
		require.NoError(t, s.Run(func(g *rt.G) {
			ch := gsync.NewChan[int](g, 3)
			for range n {
				g.Go(func(g *rt.G) { ch.Send(g, 1) })
				g.Go(func(g *rt.G) { ch.Recv(g) })
			}
		}))
		l := &lives{t, map[uint64]rt.Status{}, map[uint64]int16{}}
		for _, e := range log.Events() {
			l.see(e)
		}
		require.Len(t, l.status, 2*n+1)
		require.NoError(t, s.Close())
	})
}
