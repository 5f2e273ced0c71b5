package reactor

import (
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
)

// rig is a scheduler that has nothing but a reactor. It has no M that runs Gs: calls of
// Machine that it does not implement panic.
type rig struct {
	rt.Machine
	rt.Core
	t       *testing.T
	reactor Reactor
	actor   rt.M

	lock    sync.Mutex // the design's; guards changes of working
	working host.Bool  // the reactor is between busy and resting
	spells  host.Int32 // times it was
	closing bool       // no M is about any more
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t}
	r.Core.Init(r, rt.Config{Procs: 1})
	r.reactor.Init(&r.Core, &r.actor, r, r.busy, r.resting)
	t.Cleanup(func() {
		// The G that Close injects never runs, and the timers of the tests wake none.
		var deadlock *rt.DeadlockError
		require.ErrorAs(t, r.Close(), &deadlock)
	})
	return r
}

func (r *rig) Timers() *rt.Timers                  { return r.reactor.Timers() }
func (r *rig) TimerFirst(when int64)               { r.reactor.TimerFirst(when) }
func (r *rig) StartPoller(*rt.G)                   { r.reactor.StartPoller() }
func (r *rig) Stop()                               { r.reactor.Stop() }
func (r *rig) AddStats(*rt.Stats)                  {}
func (r *rig) DumpSched(*strings.Builder)          {}
func (r *rig) StopWorld(rt.Machine, int64) bool    { return true }
func (r *rig) StartWorld(by rt.Machine, procs int) {}

func (r *rig) busy() {
	r.lock.Lock()
	defer r.lock.Unlock()
	require.False(r.t, r.working.Swap(true))
}

func (r *rig) resting() {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.spells.Add(1)
	require.True(r.t, r.working.Swap(false))
	r.checkRest()
}

// checkRest needs lock.
func (r *rig) checkRest() {
	if r.closing && !r.working.Load() {
		r.AtRest()
	}
}

// Inject makes the G of Close, which will never run.
func (r *rig) Inject(in rt.Injection) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.InitInjected(new(rt.G), in)
	r.closing = true
	r.checkRest()
}

// g stands for an M of its own, on which timers can be started.
func (r *rig) g() *rt.G {
	mp := &rt.M{}
	r.StartActor(mp, r, func(*rt.G) {})
	return mp.G0()
}

// poll opens a descriptor, so that the reactor waits for the network, too.
func (r *rig) poll(g *rt.G) {
	if !rt.PollSupported {
		r.t.Skip("nothing can be waited for on this system")
	}
	from, to, err := os.Pipe()
	require.NoError(r.t, err)
	r.t.Cleanup(func() {
		_ = from.Close()
		_ = to.Close()
	})
	_, err = g.Parker().OpenPoll(int(from.Fd()))
	require.NoError(r.t, err)
}

// await waits until cond, which it evaluates under the reactor's lock.
func (r *rig) await(cond func() bool) {
	for {
		r.reactor.mu.Lock()
		ok := cond()
		r.reactor.mu.Unlock()
		if ok {
			return
		}
		runtime.Gosched()
	}
}

// asleepUntil waits until the reactor has decided to sleep until when.
func (r *rig) asleepUntil(when int64) {
	r.await(func() bool { return r.reactor.until == when })
}

// signal is a timer that signals a note.
type signal struct {
	rt.Timer
	fired host.Note
}

func newSignal() *signal {
	s := &signal{}
	s.Fire = func(*rt.G, *rt.Timer, uint64) { s.fired.Wakeup() }
	s.Wakes = wakesNone
	return s
}

func wakesNone() bool { return false }

const hour = 3600e9

// The reactor sleeps for a later timer, for none, or for the network as well: each time the M
// that brings an earlier timer must wake it.
func TestReactorIsWokenForAnEarlierTimer(t *testing.T) {
	later := func(r *rig, g *rt.G) {
		when := host.Nanotime() + hour
		newSignal().Start(g, when)
		r.asleepUntil(when)
	}
	none := func(r *rig, g *rt.G) {
		s := newSignal()
		s.Start(g, 1)
		s.fired.Sleep()
		r.asleepUntil(forever)
	}
	polling := func(first func(*rig, *rt.G)) func(*rig, *rt.G) {
		return func(r *rig, g *rt.G) {
			r.poll(g)
			first(r, g)
		}
	}
	for name, prepare := range map[string]func(*rig, *rt.G){
		"later": later, "none": none,
		"polling, later": polling(later), "polling, none": polling(none),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			g := r.g()
			prepare(r, g)
			s := newSignal()
			s.Start(g, host.Nanotime())
			s.fired.Sleep()
		})
	}
}

// The M put its timer into the set and was delayed before TimerFirst: the reactor saw it, and
// must not be signaled for what it knows.
func TestReactorIsNotWokenForWhatItSleepsUntil(t *testing.T) {
	r := newRig(t)
	g, when := r.g(), host.Nanotime()+hour
	newSignal().Start(g, when)
	r.asleepUntil(when)
	r.TimerFirst(when)
	r.TimerFirst(when + 1)
	r.reactor.mu.Lock()
	defer r.reactor.mu.Unlock()
	require.Equal(t, when, r.reactor.until, "it sleeps on")
}

// Of several Ms that find the reactor asleep one wakes it: a second signal to its note would
// panic.
func TestReactorIsWokenOncePerSleep(t *testing.T) {
	r := newRig(t)
	g, when := r.g(), host.Nanotime()+hour
	newSignal().Start(g, when)
	r.asleepUntil(when)
	r.reactor.mu.Lock()
	r.reactor.wake()
	r.reactor.wake()
	require.EqualValues(t, awake, r.reactor.until)
	r.reactor.mu.Unlock()
	r.asleepUntil(when)
}

func TestReactorBeginsToPollInTheMiddleOfASleep(t *testing.T) {
	r := newRig(t)
	g, when := r.g(), host.Nanotime()+hour
	newSignal().Start(g, when)
	r.asleepUntil(when)
	r.poll(g)
	r.asleepUntil(when) // anew, in the poller
	s := newSignal()
	s.Start(g, host.Nanotime())
	s.fired.Sleep()
}

// Each thread starts a timer that is now the first, now not, as the reactor goes to sleep and
// wakes up, and waits for it: a timer that is missed hangs the test.
func TestReactorMissesNoTimer(t *testing.T) {
	const threads, rounds = 3, 300
	r := newRig(t)
	far := newSignal()
	far.Start(r.g(), host.Nanotime()+hour)
	var all sync.WaitGroup
	for range threads {
		g := r.g()
		all.Go(func() {
			for range rounds {
				s := newSignal()
				s.Start(g, host.Nanotime()+rand.Int64N(50_000))
				s.fired.Sleep()
			}
		})
	}
	all.Wait()
}

// What the reactor does with Gs and counters lies between busy and resting. When there was
// nothing to do, it calls neither.
func TestReactorSaysWhenItIsBusy(t *testing.T) {
	r := newRig(t)
	g := r.g()
	s := newSignal()
	busy := host.Bool{}
	s.Fire = func(*rt.G, *rt.Timer, uint64) {
		busy.Store(r.working.Load())
		s.fired.Wakeup()
	}
	s.Start(g, host.Nanotime())
	s.fired.Sleep()
	require.True(t, busy.Load())
	r.asleepUntil(forever)
	require.EqualValues(t, 1, r.spells.Load())

	r.reactor.mu.Lock()
	r.reactor.wake()
	r.reactor.mu.Unlock()
	r.asleepUntil(forever)
	require.EqualValues(t, 1, r.spells.Load(), "woken for nothing")
}

// A design stops its reactor wherever that is; newRig's cleanup waits for its end.
func TestReactorStops(t *testing.T) {
	for name, prepare := range map[string]func(*rig, *rt.G){
		"never started": func(*rig, *rt.G) {},
		"just started":  func(r *rig, g *rt.G) { newSignal().Start(g, host.Nanotime()+hour) },
		"asleep for a timer": func(r *rig, g *rt.G) {
			when := host.Nanotime() + hour
			newSignal().Start(g, when)
			r.asleepUntil(when)
		},
		"asleep for the network": func(r *rig, g *rt.G) {
			r.poll(g)
			r.asleepUntil(forever)
		},
		"at work": func(r *rig, g *rt.G) {
			t := &rt.Timer{Fire: func(*rt.G, *rt.Timer, uint64) {}, Wakes: wakesNone}
			t.StartPeriodic(g, 1, 1000)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			prepare(r, r.g())
		})
	}
}

func TestReactorDump(t *testing.T) {
	r := newRig(t)
	dump := func() string {
		var w strings.Builder
		r.reactor.Dump(&w)
		return w.String()
	}
	require.Equal(t, "  reactor: not started\n", dump())
	when := host.Nanotime() + hour
	newSignal().Start(r.g(), when)
	r.asleepUntil(when)
	require.Regexp(t, `^  reactor: sleeping polling=false first timer in \d.*s\n$`, dump())
}
