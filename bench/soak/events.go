package main

import (
	"fmt"
	"slices"

	"schedlab/rt"
	"schedlab/rt/event"
)

// maxEvents is how many events are kept. If there are more, they are not checked.
const maxEvents = 3e6

// lives is what the events have said so far: which G runs where, and what may happen to each
// G next.
type lives struct {
	gs   map[uint64]*life
	runs map[int16]uint64 // the G on each M
	made uint64
}

// life is what has become of one G.
type life struct {
	state lifeState
	m     int16 // where it runs
	ended int
}

type lifeState int

const (
	lifeNone lifeState = iota
	lifeRunnable
	lifeRunning
	lifeWaiting
	lifeInSyscall
	lifeEnded
)

func (s lifeState) String() string {
	return [...]string{"not made", "runnable", "running", "waiting", "in a system call", "ended"}[s]
}

// lifeSteps has, for each event, the states from which it may come, and the one after it.
var lifeSteps = map[event.Kind]struct {
	from []lifeState
	to   lifeState
}{
	event.Spawn: {from: []lifeState{lifeNone}, to: lifeRunnable},
	// A G runs on from waiting if what it waited for had already happened.
	event.Run:         {from: []lifeState{lifeRunnable, lifeWaiting}, to: lifeRunning},
	event.Ready:       {from: []lifeState{lifeWaiting}, to: lifeRunnable},
	event.Park:        {from: []lifeState{lifeRunning}, to: lifeWaiting},
	event.Yield:       {from: []lifeState{lifeRunning}, to: lifeRunnable},
	event.Preempted:   {from: []lifeState{lifeRunning}, to: lifeRunnable},
	event.Syscall:     {from: []lifeState{lifeRunning}, to: lifeInSyscall},
	event.SyscallEnd:  {from: []lifeState{lifeInSyscall}, to: lifeRunning},
	event.SyscallSlow: {from: []lifeState{lifeInSyscall}, to: lifeRunnable},
	event.End:         {from: []lifeState{lifeRunning}, to: lifeEnded},
}

// checkEvents returns an error if events, in the order of their times, cannot all have
// happened. stats are those of the scheduler; least and most limit how many Gs have not ended.
func checkEvents(events []event.Event, stats rt.Stats, least, most int64) error {
	l := lives{gs: map[uint64]*life{}, runs: map[int16]uint64{}}
	for i, e := range events {
		if err := l.happens(e); err != nil {
			return fmt.Errorf("event %d of %d: %v: %w", i, len(events), e, err)
		}
	}
	if made := stats.Spawned + stats.Injected; l.made != made {
		return fmt.Errorf("events: %d Gs were made; Stats tells of %d", l.made, made)
	}
	unended := int64(0)
	for _, g := range l.gs {
		if g.ended == 0 {
			unended++
		}
	}
	if unended < least || unended > most {
		return fmt.Errorf("events: %d Gs have not ended; %d to %d are to be left",
			unended, least, most)
	}
	return nil
}

// happens applies the next event.
func (l *lives) happens(e event.Event) error {
	step, ok := lifeSteps[e.What]
	if !ok {
		return nil
	}
	g := l.gs[e.G]
	if g == nil {
		g = &life{}
		l.gs[e.G] = g
	}
	if !slices.Contains(step.from, g.state) {
		return fmt.Errorf("the G is %v, which must be one of %v", g.state, step.from)
	}
	if err := l.onItsM(e, g); err != nil {
		return err
	}
	g.state, g.m = step.to, e.M
	switch step.to {
	case lifeEnded:
		g.ended++
	case lifeRunnable:
		if e.What == event.Spawn {
			l.made++
		}
	}
	return nil
}

// onItsM checks that at most one G is on an M, from EventRun until it leaves the M.
func (l *lives) onItsM(e event.Event, g *life) error {
	switch {
	case e.What == event.Spawn || e.What == event.Ready:
		return nil
	case e.What == event.Run:
		if other := l.runs[e.M]; other != 0 {
			return fmt.Errorf("the M still has G %d", other)
		}
		l.runs[e.M] = e.G
		return nil
	case g.m != e.M || l.runs[e.M] != e.G:
		return fmt.Errorf("the G was on M %d, and on this M is G %d", g.m, l.runs[e.M])
	case e.What != event.Syscall && e.What != event.SyscallEnd:
		delete(l.runs, e.M)
	}
	return nil
}
