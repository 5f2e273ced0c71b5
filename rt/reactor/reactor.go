// Package reactor is a thread beside a pool of them that waits for timers and for the
// network, and hands over what became runnable: the arrangement of libuv and of many thread
// pools. It is for designs that have nothing of their own for that.
package reactor

import (
	"fmt"
	"math"
	"strings"
	"time"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/rank"
)

// Reactor is the thread and what it knows. It is started by the first timer or descriptor.
//
// A design embeds one, calls Init before there is an M, and answers with it: Machine.Timers
// of every M with Timers, TimerFirst with TimerFirst, Impl.StartPoller with StartPoller;
// Impl.Stop calls Stop, AddStats AddStats and DumpSched Dump.
//
// # Sleeping until the first timer
//
//	reactor                                  an M that starts a timer
//	1. lock                                  1. put the timer into the set
//	2. until = when the first timer of       2. if it is the first now (TimerFirst):
//	   the set fires                            lock
//	3. unlock                                3. is it before until? then wake the
//	4. sleep until then, or until woken         reactor, and until = awake
//	5. lock; until = awake; unlock           4. unlock
//	6. fire what is due; go to 1
//
// Proof sketch. One of the two locks comes first. If it is the M's at step 2, the M's step 1
// came before the reactor's step 2, which sees the timer. If it is the reactor's at step 1,
// the M's step 3 sees what the reactor sleeps until, or that it is awake and will look again.
// A signal that comes before the sleep ends it at once. A timer that is not the first has one
// before it: the reactor wakes for that one, or is told of it likewise. Only the first M that
// finds the reactor asleep for too long wakes it: the others find it awake.
//
// # Rest
//
// While the thread rests it touches nothing of the scheduler's but the set's First. The
// design gives two functions to Init, which run under the lock under which it calls
// Core.AtRest. busy: from here on, there is no rest. resting: the reactor has done its work.
// If no M is about and nothing is queued then, the design must call AtRest anew, since what
// fired need not have made anything runnable. The reactor begins as resting: the M that
// starts the thread is at work.
//
// It works while the world stands still, too: what it readies waits in the queues.
type Reactor struct {
	core          *rt.Core
	mp            *rt.M
	impl          rt.Machine
	busy, resting func()
	timers        rt.Timers
	events        rt.PollEvents // the thread's own

	mu      host.CountedMutex // guards all below
	started bool
	polls   bool // there is a descriptor to wait for
	// until is when the sleep ends that the reactor is in or about to begin. awake: it
	// will look at the timers and at polls before the next sleep.
	until int64
	// note ends a sleep without polls. It is cleared under mu, so no thread is about to
	// signal it then.
	note host.Note
}

const (
	awake   = 0 // before every timer
	forever = math.MaxInt64
)

// Init prepares the reactor of c. impl, which embeds mp, is the design's machine for it: its
// Newproc, Ready, ReadyList, Timers, TimerFirst and Cache must work on the reactor's thread.
// See 'Rest' for the other two.
func (r *Reactor) Init(c *rt.Core, mp *rt.M, impl rt.Machine, busy, resting func()) {
	r.core, r.mp, r.impl, r.busy, r.resting = c, mp, impl, busy, resting
	r.mu.SetRank(rank.Reactor)
	r.timers.Init(c)
}

// Timers returns the set of all timers.
func (r *Reactor) Timers() *rt.Timers { return &r.timers }

// TimerFirst tells the reactor that the first timer now fires at when. Executed by any M,
// whose G may hold locks; the design's lock must not be held.
func (r *Reactor) TimerFirst(when int64) {
	r.mu.Lock()
	r.start()
	if when < r.until {
		r.wake()
	}
	r.mu.Unlock()
}

// StartPoller makes the reactor wait for the network as well. Like TimerFirst.
func (r *Reactor) StartPoller() {
	r.mu.Lock()
	r.start()
	r.wake()
	r.polls = true
	r.mu.Unlock()
}

// Stop wakes the reactor to end, now that Core.Stopping is true. The design's lock may be
// held.
func (r *Reactor) Stop() {
	r.mu.Lock()
	r.wake()
	r.mu.Unlock()
}

// AddStats adds what the reactor's lock has cost.
func (r *Reactor) AddStats(s *rt.Stats) { s.Locks[rt.LockReactor].Add(r.mu.Count()) }

// Dump adds a line about the reactor to what DumpSched writes.
func (r *Reactor) Dump(w *strings.Builder) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !r.started:
		w.WriteString("  reactor: not started\n")
	case r.until == awake:
		fmt.Fprintf(w, "  reactor: awake polling=%t\n", r.polls)
	case r.until == forever:
		fmt.Fprintf(w, "  reactor: sleeping polling=%t\n", r.polls)
	default:
		left := time.Duration(r.until - host.Nanotime()).Round(time.Microsecond)
		fmt.Fprintf(w, "  reactor: sleeping polling=%t first timer in %v\n", r.polls, left)
	}
}

// start starts the thread, once. Needs mu.
func (r *Reactor) start() {
	if !r.started {
		r.started = true
		r.core.StartActor(r.mp, r.impl, r.main)
	}
}

// wake ends a sleep, or the one about to begin. It needs mu, which decides how the reactor
// sleeps and which of several Ms wakes it.
func (r *Reactor) wake() {
	if r.until == awake {
		return
	}
	r.until = awake
	if r.polls {
		r.core.Net().Break()
	} else {
		r.note.Wakeup()
	}
}

// main is what the thread runs.
func (r *Reactor) main(g0 *rt.G) {
	for {
		until, polls, ok := r.fallAsleep()
		if !ok {
			return
		}
		some := r.sleep(until, polls)
		r.wakeUp()
		if some || r.timers.Due(host.Nanotime()) {
			r.work(g0, some)
		}
	}
}

// fallAsleep is steps 1 to 3 of 'Sleeping until the first timer'. It returns until when to
// sleep, and whether to wait for the network as well. Not ok: the thread is to end. A Stop
// that came before the lock is seen as Stopping; a later one finds the reactor asleep.
func (r *Reactor) fallAsleep() (until int64, polls, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.core.Stopping() {
		return 0, false, false
	}
	if r.until = r.timers.First(); r.until == 0 {
		r.until = forever
	}
	return r.until, r.polls, true
}

// sleep is step 4 of 'Sleeping until the first timer'. It says whether the network has
// something to deliver.
func (r *Reactor) sleep(until int64, polls bool) (some bool) {
	ns := int64(rt.NoLimit)
	if until != forever {
		ns = max(until-host.Nanotime(), 0)
	}
	switch {
	case polls:
		return r.core.Net().Wait(ns, &r.events)
	case ns == rt.NoLimit:
		r.note.Sleep()
	default:
		r.note.SleepFor(ns)
	}
	return false
}

// wakeUp is step 5 of 'Sleeping until the first timer'.
func (r *Reactor) wakeUp() {
	r.mu.Lock()
	r.until = awake
	r.note.Clear()
	r.mu.Unlock()
}

// work delivers what the network has, if anything, and fires what is due.
func (r *Reactor) work(g0 *rt.G, some bool) {
	r.busy()
	if some {
		r.core.Net().Deliver(g0, &r.events)
	}
	r.timers.Run(g0, host.Nanotime())
	r.resting()
}
