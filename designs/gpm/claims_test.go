package gpm

import (
	"os"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/event"
	"schedlab/rt/gsync"
)

// The tests of this file: what texts about Go's scheduler say happens to a goroutine,
// as the event stream shows it. What each idea buys is in signature_test.go.

// traced runs main and returns what happened.
func traced(t *testing.T, procs int, main func(*rt.G)) ([]event.Event, rt.Stats) {
	t.Helper()
	return tracedOn(t, procs, Options{}, func(_ *sched, g *rt.G) { main(g) })
}

func tracedOn(
	t *testing.T, procs int, opt Options, main func(*sched, *rt.G),
) ([]event.Event, rt.Stats) {
	t.Helper()
	log := &event.Log{}
	s, err := build(rt.Config{Procs: procs, Seed: 1, Events: log}, opt)
	require.NoError(t, err)
	require.NoError(t, s.Run(func(g *rt.G) { main(s.(*sched), g) }))
	require.NoError(t, s.Close())
	require.Zero(t, log.Dropped())
	return log.Events(), s.Stats()
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// of returns the kinds of the events of a G, in order.
func of(events []event.Event, g uint64) (kinds []event.Kind) {
	for _, e := range events {
		if e.G == g && e.What <= event.SyscallSlow {
			kinds = append(kinds, e.What)
		}
	}
	return kinds
}

// find returns the index of the first event from from on that is such. It fails the
// test if there is none.
func find(t *testing.T, events []event.Event, from int, such func(event.Event) bool) int {
	t.Helper()
	i := slices.IndexFunc(events[from:], such)
	require.NotEqual(t, -1, i, "no such event")
	return from + i
}

// is says whether an event is of that kind and that G.
func is(what event.Kind, g uint64) func(event.Event) bool {
	return func(e event.Event) bool { return e.What == what && e.G == g }
}

// A preempted G goes to the global queue, from which it comes back.
func TestAPreemptedGGoesToTheGlobalQueue(t *testing.T) {
	var hog uint64
	events, st := traced(t, 1, func(g *rt.G) {
		hog = g.ID()
		ran := false
		g.Go(func(g *rt.G) { ran = true })
		for !ran { // ends only if the other G runs meanwhile
			g.Checkpoint()
		}
	})
	require.Positive(t, st.Preempted)
	i := find(t, events, 0, is(event.Preempted, hog))
	get := find(t, events, i, func(e event.Event) bool { return e.What == event.GlobalGet })
	run := find(t, events, i, is(event.Run, hog))
	require.Less(t, get, run)
}

// The queues of other Ps come last.
func TestStealingComesLast(t *testing.T) {
	s := &sched{}
	ps := []*p{s.newP(0), s.newP(1)}
	s.setPs(ps)
	mp := &m{sched: s}
	mp.acquirep(ps[0])
	ps[1].status.Store(pRunning)
	gs := make([]rt.G, 3)
	ps[1].runq.Put(&gs[0], s)
	s.runq.Put(&gs[1])
	ps[0].runq.Put(&gs[2], s)
	ps[0].tick = 1
	for i := len(gs) - 1; i >= 0; i-- {
		gp, _ := mp.findRunnable()
		require.Same(t, &gs[i], gp)
	}
}

// A G that waits is detached from its M, which schedules on. A G that is readied runs
// on whatever M is free.
func TestAWaitingGLeavesItsM(t *testing.T) {
	var waiter, other uint64
	events, _ := traced(t, 1, func(g *rt.G) {
		c := gsync.NewChan[int](g, 0)
		g.Go(func(g *rt.G) {
			other = g.ID()
			c.Send(g, 1)
		})
		waiter = g.ID()
		c.Recv(g)
	})
	park := find(t, events, 0, is(event.Park, waiter))
	require.Equal(t, rt.WaitChanReceive, events[park].Reason)
	run := find(t, events, park, func(e event.Event) bool { return e.What == event.Run })
	require.Equal(t, other, events[run].G)
	require.Equal(t, events[park].M, events[run].M)
	ready := find(t, events, run, is(event.Ready, waiter))
	require.Equal(t, other, events[ready].By)
}

// A G whose wait is over before it has begun goes on running: commit says no.
func TestAGWhoseWaitIsOverGoesOn(t *testing.T) {
	var id uint64
	events, st := traced(t, 1, func(g *rt.G) {
		id = g.ID()
		g.Go(func(*rt.G) {})
		g.Parker().Park(rt.WaitOther, func(*rt.G) bool { return false })
	})
	require.Zero(t, st.Readied)
	park := find(t, events, 0, is(event.Park, id))
	run := find(t, events, park, func(e event.Event) bool { return e.What == event.Run })
	require.Equal(t, id, events[run].G, "nobody ran in between")
}

// A receiver takes the value from the sender that waits, and readies that: one park
// and one ready a message.
func TestAReceiverTakesFromTheWaitingSender(t *testing.T) {
	const messages = 100
	_, st := traced(t, 1, func(g *rt.G) {
		c := gsync.NewChan[int](g, 0)
		for i := range messages {
			g.Go(func(g *rt.G) { c.Send(g, i) })
		}
		g.Yield() // all senders wait now
		for range messages {
			c.Recv(g)
		}
	})
	require.EqualValues(t, messages, st.Readied)
}

// Only the last Done readies the G that waits.
func TestTheLastDoneReadies(t *testing.T) {
	var waiter, last uint64
	events, st := traced(t, 1, func(g *rt.G) {
		waiter = g.ID()
		var wg gsync.WaitGroup
		wg.Add(g, 10)
		for range 10 {
			g.Go(func(g *rt.G) {
				last = g.ID()
				wg.Done(g)
			})
		}
		wg.Wait(g)
	})
	require.EqualValues(t, 1, st.Readied)
	ready := find(t, events, 0, func(e event.Event) bool { return e.What == event.Ready })
	require.Equal(t, waiter, events[ready].G)
	require.Equal(t, last, events[ready].By)
}

// A readied G goes to the queue of the P that readied it, and an M with an idle P is
// woken for it. That M steals it, if the first P is busy.
func TestAReadiedGWakesAnIdleP(t *testing.T) {
	events, _ := traced(t, 2, func(g *rt.G) {
		var parked, ran atomic.Bool
		var waiter *rt.G
		g.Go(func(g *rt.G) {
			waiter = g
			g.Parker().Park(rt.WaitOther, func(*rt.G) bool { parked.Store(true); return true })
			ran.Store(true)
		})
		for !parked.Load() {
			g.Yield()
		}
		g.Parker().Ready(waiter)
		for !ran.Load() { // busy, without a safe point
			host.Pause(1)
		}
	})
	ready := find(t, events, 0, func(e event.Event) bool { return e.What == event.Ready })
	find(t, events, ready, func(e event.Event) bool {
		return e.What == event.Steal && e.M != events[ready].M
	})
}

// After a system call a G goes on if its P is still there, and otherwise queues. The
// monitor, which may take a short call for a long one, is told to take no P.
func TestASystemCallEndsInOneOfTwoWays(t *testing.T) {
	var fast, slow uint64
	events, st := tracedOn(t, 1, Options{NoRetake: true}, func(s *sched, g *rt.G) {
		fast = g.ID()
		g.Syscall(func() {})
		r, w, err := os.Pipe()
		must(err)
		defer r.Close()
		defer w.Close()
		g.Go(func(g *rt.G) {
			slow = g.ID()
			g.BlockingSyscall(func() { r.Read(make([]byte, 1)) })
		})
		g.Yield() // back here when the other has given up the P
		w.Write([]byte{1})
		for s.runq.Empty() { // no safe point: the P stays here until the other has queued
			host.Pause(1)
		}
	})
	require.Equal(t, []event.Kind{event.Syscall, event.SyscallEnd}, of(events, fast)[2:4])
	require.Equal(t, []event.Kind{event.Syscall, event.SyscallSlow, event.Run},
		of(events, slow)[2:5])
	require.EqualValues(t, 1, st.SyscallsSlow)
}

// An M is made when a P is idle and no M is, and not otherwise: Ms that came back from
// the kernel serve the next round. An M that has given up its P and is not listed as
// idle yet does not count as idle. So some more may be made than are needed, but not
// more with every round.
func TestMsAreMadeOnDemand(t *testing.T) {
	const blocked, rounds = 10, 30
	_, st := traced(t, 1, func(g *rt.G) {
		for range rounds {
			blockTogether(g, blocked)
		}
	})
	require.GreaterOrEqual(t, st.Ms, uint64(blocked))
	require.Less(t, st.Ms, uint64(blocked*rounds/3))
}

// blockTogether blocks n Gs in the kernel until all are there.
func blockTogether(g *rt.G, n int64) {
	var in atomic.Int64
	all := make(chan struct{})
	var back gsync.WaitGroup
	for range n {
		back.Go(g, func(g *rt.G) {
			g.BlockingSyscall(func() {
				if in.Add(1) == n {
					close(all)
				}
				<-all
			})
		})
	}
	back.Wait(g)
}
