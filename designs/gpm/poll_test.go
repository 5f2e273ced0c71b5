package gpm

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
)

const farAway = int64(1) << 60

// withTimer starts a timer of pp that fires at when.
func (s *sched) withTimer(pp *p, when int64) *rt.Timer {
	mp := &m{sched: s}
	s.StartActor(&mp.M, mp, func(*rt.G) {}) // gives it a g0
	mp.p = pp
	t := &rt.Timer{Fire: func(*rt.G, *rt.Timer, uint64) {}}
	t.Start(mp.G0(), when)
	return t
}

// brokenBefore says whether a poller would return before ns have passed, because
// of a Break.
func (s *sched) brokenBefore(ns int64) bool {
	start := host.Nanotime()
	s.Net().Wait(ns, &rt.PollEvents{})
	return host.Nanotime()-start < ns
}

// handoffp must see all that findRunnable would find (Go issues 5216, 13645).
func TestHandoffpSeesAllWork(t *testing.T) {
	type want struct{ started, spinning bool }
	for name, c := range map[string]struct {
		work func(s *sched, pp *p)
		want want
	}{
		"nothing":        {func(*sched, *p) {}, want{}},
		"a G of its own": {func(_ *sched, pp *p) { pp.put(1) }, want{started: true}},
		"a G in runnext": {
			func(s *sched, pp *p) { pp.runq.PutNext(new(rt.G), s) },
			want{started: true}},
		"a G on the global queue": {
			func(s *sched, _ *p) { s.runq.Put(new(rt.G)) },
			want{started: true}},
		"a timer of its own": {
			func(s *sched, pp *p) { s.withTimer(pp, farAway) },
			want{started: true}},
		"a timer of another P": {
			func(s *sched, _ *p) { s.withTimer(s.ps()[0], farAway) },
			want{started: true}},
		"a timer that a poller awaits": {
			func(s *sched, pp *p) { s.poll.by = &m{}; s.withTimer(pp, farAway) },
			want{}},
		"no M that looks for work": {
			func(s *sched, _ *p) { s.idle.pidleget() },
			want{started: true, spinning: true}},
		"a submitter that has asked for an M to look": {
			func(s *sched, _ *p) { s.idle.needspinning.Store(true) },
			want{started: true, spinning: true}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newRig(3, 1)
			pp := s.ps()[1]
			s.idle.pidleput(s.ps()[2])
			idle := s.idleMs()
			s.idle.nmspinning.Store(1) // TimerFirst wakes no M
			c.work(s, pp)
			s.idle.nmspinning.Store(0)

			s.handoffp(pp)

			to := started(idle)
			require.Equal(t, c.want.started, len(to) == 1)
			if !c.want.started {
				require.EqualValues(t, pIdle, pp.status.Load())
				require.EqualValues(t, 2, s.idle.npidle.Load())
				return
			}
			require.Equal(t, pp.id, idle[0].nextp.id)
			require.True(t, idle[0].note.SleepFor(0), "woken")
			require.Equal(t, c.want.spinning, idle[0].spinning)
			require.Equal(t, c.want.spinning, s.idle.nmspinning.Load() == 1)
			require.False(t, c.want.spinning && s.idle.asked(), "the request has been answered")
		})
	}
}

// The poller is woken for timers that it would sleep through, and for no others.
func TestWakePoller(t *testing.T) {
	const ms = 1e6
	for name, c := range map[string]struct {
		until, when    int64
		exists, broken bool
	}{
		"no M polls":                   {0, farAway, false, false},
		"it has not looked yet":        {forever, farAway, true, true},
		"it waits for a later timer":   {farAway + 1, farAway, true, true},
		"it waits for the same moment": {farAway, farAway, true, false},
		"it waits for an earlier one":  {farAway - 1, farAway, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newRig(1, 0)
			s.poll.until.Store(c.until)
			require.Equal(t, c.exists, s.wakePoller(c.when))
			if !c.broken {
				require.False(t, s.brokenBefore(ms))
				return
			}
			s.Net().Wait(-1, &rt.PollEvents{}) // hangs if it was not broken
		})
	}
}

// Go issue 38860. If there is no poller, an M is woken, which then becomes the poller.
func TestAnEarlierTimerIsToldOf(t *testing.T) {
	for _, polled := range []bool{true, false} {
		s := newRig(2, 1)
		s.idle.pidleput(s.ps()[1])
		idle := s.idleMs()
		if polled {
			s.poll.until.Store(farAway + 1)
		}
		s.withTimer(s.ps()[0], farAway)
		require.Equal(t, !polled, idle[0].nextp == s.ps()[1])
		require.Equal(t, !polled, idle[0].spinning)
		if polled {
			s.Net().Wait(-1, &rt.PollEvents{})
		}
	}
}

// goIdle makes mp, which has no P, poll or sleep. The result is closed when it is back.
func (mp *m) goIdle() (back chan bool) {
	back = make(chan bool)
	go func() {
		mp.pollOrStop()
		close(back)
	}()
	return back
}

func TestAnIdleMWithoutTimersSleeps(t *testing.T) {
	s := newRig(1, 0)
	s.makeIdle(0)
	mp := &m{sched: s}
	back := mp.goIdle()
	s.until(func() bool { return s.listed(mp) })
	require.True(t, s.poll.by == nil)
	mp.note.Wakeup()
	<-back
}

// The poller awaits the first timer of all Ps. When an earlier one is started, it takes
// an idle P, if there is one, and fires what is due, on all Ps.
func TestThePollerComesBack(t *testing.T) {
	for _, someIdle := range []bool{true, false} {
		s := newRig(2, 0)
		mp := &m{sched: s}
		s.StartActor(&mp.M, mp, func(*rt.G) {}) // gives it a g0
		s.withTimer(s.ps()[1], farAway+1)
		s.withTimer(s.ps()[0], farAway)
		if someIdle {
			s.makeIdle(1)
		}
		back := mp.goIdle()
		s.until(func() bool { return s.poll.by == mp && s.poll.until.Load() == farAway })

		s.withTimer(s.ps()[0], 1)

		<-back
		require.True(t, s.poll.by == nil)
		require.Zero(t, s.poll.until.Load())
		if !someIdle {
			require.True(t, mp.p == nil)
			require.EqualValues(t, 1, s.ps()[0].timers.First(), "left to the Ms that have the Ps")
			continue
		}
		require.Equal(t, 1, mp.p.id)
		require.True(t, mp.spinning, "it found no G")
		require.Equal(t, farAway, s.ps()[0].timers.First())
	}
}

// The P that an M gives up may have a timer that the poller does not know of.
func TestASecondIdleMTellsThePoller(t *testing.T) {
	s := newRig(1, 0)
	s.withTimer(s.ps()[0], farAway)
	s.makeIdle(0)
	s.poll.by = &m{}
	s.poll.until.Store(forever)
	mp := &m{sched: s}
	back := mp.goIdle()
	s.until(func() bool { return s.listed(mp) })
	s.Net().Wait(-1, &rt.PollEvents{}) // hangs if it was not broken
	mp.note.Wakeup()
	<-back
}

// When the last P that is not idle is handed off and becomes idle, the monitor sleeps,
// too, and no thread would see what the network brings. It does not help that an M
// sleeps beside it. (Stealing, waking and time slices are off, so that this M has not
// become the poller.)
func TestHandoffpSeesThatSomebodyAwaitsTheNetwork(t *testing.T) {
	if !rt.PollSupported {
		t.Skip("Gs cannot wait for descriptors here")
	}
	opt := Options{NoSteal: true, NoWakeOnReady: true, NoPreempt: true}
	design, err := build(rt.Config{Procs: 2}, opt)
	require.NoError(t, err)
	s := design.(*sched)
	fd, addr, err := host.Listen(netip.MustParseAddrPort("127.0.0.1:0"), 1)
	require.NoError(t, err)
	came := make(chan bool)
	seen, polled := true, false
	require.NoError(t, s.Run(func(main *rt.G) {
		main.Go(func(g *rt.G) {
			pd, err := g.Parker().OpenPoll(fd)
			must(err)
			g.Parker().Ready(main)
			must(pd.Wait(g, rt.PollRead))
			close(came)
			must(pd.Close(g))
		})
		// The M that was woken for that sleeps again.
		s.until(func() bool { return s.idle.midle.Len() == 1 })
		main.Parker().Park(rt.WaitOther, func(*rt.G) bool { return true }) // until the G waits
		polled = s.poll.until.Load() != 0
		main.BlockingSyscall(func() { seen = connectTo(addr, came) })
	}))
	require.NoError(t, s.Close())
	require.NoError(t, host.CloseFD(fd))
	require.False(t, polled, "there was a poller before, so this run tests nothing")
	require.True(t, seen, "the G ran beside the system call")
}

// connectTo connects to addr and says whether came is closed because of that. It takes
// a minute if no thread polls.
func connectTo(addr netip.AddrPort, came chan bool) bool {
	fd, err := host.Connect(addr)
	must(err)
	defer func() { must(host.CloseFD(fd)) }()
	select {
	case <-came:
		return true
	case <-time.After(time.Minute):
		return false
	}
}
