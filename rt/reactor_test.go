package rt

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
)

// rig is a scheduler that has nothing but a reactor.
type rig struct {
	graveyard // but for what a Timer needs
	Core
	reactor Reactor
	actor   M

	working host.Bool  // the reactor is between busy and resting
	spells  host.Int32 // times it was
}

func newRig(t *testing.T) *rig {
	r := &rig{}
	r.Core.Init(r, Config{Procs: 1})
	r.reactor.Init(&r.Core, &r.actor, r,
		func() { require.False(t, r.working.Swap(true)) },
		func() {
			r.spells.Add(1)
			require.True(t, r.working.Swap(false))
		})
	t.Cleanup(func() {
		r.stop()
		r.join()
		r.net.close()
		r.release()
	})
	return r
}

func (r *rig) Timers() *Timers                  { return r.reactor.Timers() }
func (r *rig) TimerFirst(when int64)            { r.reactor.TimerFirst(when) }
func (r *rig) StartPoller(*G)                   { r.reactor.StartPoller() }
func (r *rig) Stop()                            { r.reactor.Stop() }
func (r *rig) Inject(Injection)                 {}
func (r *rig) AddStats(*Stats)                  {}
func (r *rig) DumpSched(*strings.Builder)       {}
func (r *rig) StopWorld(Machine, int64) bool    { return true }
func (r *rig) StartWorld(by Machine, procs int) {}

// g is a running G on an M of its own, with which timers can be started.
func (r *rig) g() *G { return &G{m: &M{core: &r.Core, impl: r}, status: Running} }

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
	Timer
	fired host.Note
}

func newSignal() *signal {
	s := &signal{}
	s.Fire = func(*G, *Timer, uint64) { s.fired.Wakeup() }
	return s
}

const hour = 3600e9

// Asleep for a later timer, for none, or with an ear to the network: each time the
// M that brings an earlier one must wake the reactor.
func TestReactorIsWokenForAnEarlierTimer(t *testing.T) {
	later := func(r *rig, g *G) {
		when := host.Nanotime() + hour
		newSignal().Start(g, when, 0)
		r.asleepUntil(when)
	}
	none := func(r *rig, g *G) {
		s := newSignal()
		s.Start(g, 1, 0)
		s.fired.Sleep()
		r.asleepUntil(forever)
	}
	polling := func(first func(*rig, *G)) func(*rig, *G) {
		return func(r *rig, g *G) {
			if !PollSupported {
				t.Skip("nothing can be waited for on this system")
			}
			require.NoError(t, r.net.open(g))
			first(r, g)
		}
	}
	for name, prepare := range map[string]func(*rig, *G){
		"later": later, "none": none, "polling, later": polling(later), "polling, none": polling(none),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			g := r.g()
			prepare(r, g)
			s := newSignal()
			s.Start(g, host.Nanotime(), 0)
			s.fired.Sleep()
		})
	}
}

// The M put its timer into the set and was delayed before TimerFirst: the
// reactor saw it, and must not be signaled for what it knows.
func TestReactorIsNotWokenForWhatItSleepsUntil(t *testing.T) {
	r := newRig(t)
	g, when := r.g(), host.Nanotime()+hour
	newSignal().Start(g, when, 0)
	r.asleepUntil(when)
	r.TimerFirst(when)
	r.TimerFirst(when + 1)
	r.reactor.mu.Lock()
	defer r.reactor.mu.Unlock()
	require.Equal(t, when, r.reactor.until, "it sleeps on")
}

// Of several Ms that find the reactor asleep one wakes it: a second signal to its
// note would panic.
func TestReactorIsWokenOncePerSleep(t *testing.T) {
	r := newRig(t)
	g, when := r.g(), host.Nanotime()+hour
	newSignal().Start(g, when, 0)
	r.asleepUntil(when)
	r.reactor.mu.Lock()
	r.reactor.wake()
	r.reactor.wake()
	require.EqualValues(t, awake, r.reactor.until)
	r.reactor.mu.Unlock()
	r.asleepUntil(when)
}

func TestReactorBeginsToPollInTheMiddleOfASleep(t *testing.T) {
	if !PollSupported {
		t.Skip("nothing can be waited for on this system")
	}
	r := newRig(t)
	g, when := r.g(), host.Nanotime()+hour
	newSignal().Start(g, when, 0)
	r.asleepUntil(when)
	require.NoError(t, r.net.open(g))
	r.asleepUntil(when) // anew, in the poller
	s := newSignal()
	s.Start(g, host.Nanotime(), 0)
	s.fired.Sleep()
}

// Each thread starts a timer that is now the first, now not, as the reactor goes
// to sleep and wakes up, and waits for it: a timer that is missed hangs the test.
func TestReactorMissesNoTimer(t *testing.T) {
	const threads, rounds = 3, 300
	r := newRig(t)
	far := newSignal()
	far.Start(r.g(), host.Nanotime()+hour, 0)
	var all sync.WaitGroup
	for range threads {
		g := r.g()
		all.Go(func() {
			for range rounds {
				s := newSignal()
				s.Start(g, host.Nanotime()+rand.Int64N(50_000), 0)
				s.fired.Sleep()
			}
		})
	}
	all.Wait()
}

// What the reactor does with Gs and counters lies between busy and resting; and
// it disturbs nobody when there was nothing to do.
func TestReactorSaysWhenItIsBusy(t *testing.T) {
	r := newRig(t)
	g := r.g()
	var s signal
	busy := host.Bool{}
	s.Fire = func(*G, *Timer, uint64) {
		busy.Store(r.working.Load())
		s.fired.Wakeup()
	}
	s.Start(g, host.Nanotime(), 0)
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
	for name, prepare := range map[string]func(*rig, *G){
		"never started": func(*rig, *G) {},
		"just started":  func(r *rig, g *G) { newSignal().Start(g, host.Nanotime()+hour, 0) },
		"asleep for a timer": func(r *rig, g *G) {
			when := host.Nanotime() + hour
			newSignal().Start(g, when, 0)
			r.asleepUntil(when)
		},
		"asleep for the network": func(r *rig, g *G) {
			if PollSupported {
				require.NoError(t, r.net.open(g))
				r.asleepUntil(forever)
			}
		},
		"at work": func(r *rig, g *G) {
			t := &Timer{Fire: func(*G, *Timer, uint64) {}}
			t.Start(g, 1, 1000)
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
	newSignal().Start(r.g(), when, 0)
	r.asleepUntil(when)
	require.Regexp(t, `^  reactor: sleeping polling=false first timer in \d.*s\n$`, dump())
}
