package conform

import (
	"slices"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/event"
)

// change is a change of a G's status.
type change struct{ from, to rt.Status }

// reachedBy names, for each legal change of status, a property in which it happens. It may not
// happen in every run of that property, since a thread without a CPU may come too late.
var reachedBy = map[change]string{
	{rt.Idle, rt.Runnable}:      "OnceSpawnedByOne",
	{rt.Dead, rt.Runnable}:      "LockedEnds",
	{rt.Runnable, rt.Running}:   "OnceSpawnedByOne",
	{rt.Running, rt.Dead}:       "OnceSpawnedByOne",
	{rt.Running, rt.Runnable}:   "YieldTakesTurns",
	{rt.Running, rt.Waiting}:    "ParkReadiedInAnyOrder",
	{rt.Waiting, rt.Runnable}:   "ParkReadiedInAnyOrder",
	{rt.Running, rt.InSyscall}:  "SyscallsAlone",
	{rt.InSyscall, rt.Running}:  "SyscallsAlone",
	{rt.InSyscall, rt.Runnable}: "WorldBesideBlocking",
	{rt.Running, rt.Preempted}:  "WorldStopsHogs",
	{rt.Preempted, rt.Runnable}: "WorldStopsHogs",
}

// reachTries is how often changesReached runs a property until a change has happened.
const reachTries = 10

// changesReached: every legal change of status happens in the property that reachedBy names, by
// the events of its runs. Properties that the design declines are left out.
func changesReached(t *trial) {
	reached := map[string]map[change]int{}
	for c, name := range reachedBy {
		if c.from == rt.Dead && !t.promises(rt.Reuses) {
			continue
		}
		p := t.all[slices.IndexFunc(t.all, func(p property) bool { return p.name == name })]
		declined := func(need rt.Promise) bool { return !t.promises(need) }
		if slices.ContainsFunc(p.needs, declined) {
			continue
		}
		for range reachTries {
			if reached[name][c] == 0 {
				reached[name] = changesIn(t, &p)
			}
		}
		require.Positivef(t, reached[name][c],
			"times that a G went from %s to %s in %s, in one of %d runs",
			c.from, c.to, name, reachTries)
	}
}

// changesIn runs p and counts the changes of status in the schedulers that it opens.
func changesIn(t *trial, p *property) map[change]int {
	watched := *t
	watched.watched, watched.schedulers = true, nil
	p.check(&watched)
	all := map[change]int{}
	for _, w := range watched.schedulers {
		_ = w.Close()
		b := newBiography(t)
		b.readAll(w.log)
		for c, n := range b.changes {
			all[c] += n
		}
		stats := w.Stats()
		all[change{rt.Idle, rt.Runnable}] += int(stats.GsMade)
		all[change{rt.Dead, rt.Runnable}] += int(stats.Spawned + stats.Injected - stats.GsMade)
	}
	return all
}

// eventChanges lists the changes of status that events tell of. Spawns are missing, since an
// event does not tell whether the G was used before, and so was Dead and not Idle.
var eventChanges = map[event.Kind][]change{
	event.Run:         {{rt.Runnable, rt.Running}},
	event.Ready:       {{rt.Waiting, rt.Runnable}},
	event.Park:        {{rt.Running, rt.Waiting}},
	event.End:         {{rt.Running, rt.Dead}},
	event.Yield:       {{rt.Running, rt.Runnable}},
	event.Preempted:   {{rt.Running, rt.Preempted}, {rt.Preempted, rt.Runnable}},
	event.Syscall:     {{rt.Running, rt.InSyscall}},
	event.SyscallEnd:  {{rt.InSyscall, rt.Running}},
	event.SyscallSlow: {{rt.InSyscall, rt.Runnable}},
}

// biography follows each G of a scheduler through its events.
type biography struct {
	t       *trial
	status  map[uint64]rt.Status // by ID
	mOf     map[uint64]int16     // the M of its last event
	changes map[change]int
	count   map[event.Kind]uint64
}

func newBiography(t *trial) *biography {
	return &biography{
		t:      t,
		status: map[uint64]rt.Status{}, mOf: map[uint64]int16{},
		changes: map[change]int{}, count: map[event.Kind]uint64{},
	}
}

func (b *biography) readAll(log *event.Log) {
	require.Zero(b.t, log.Dropped(), "events for which the log had no room")
	for _, e := range log.Events() {
		b.read(e)
	}
}

func (b *biography) read(e event.Event) {
	b.count[e.What]++
	if e.What == event.Spawn {
		require.Zerof(b.t, b.status[e.G], "a second G has the same ID: %v", e)
		b.status[e.G], b.mOf[e.G] = rt.Runnable, e.M
	}
	if e.What == event.Run && b.status[e.G] == rt.Waiting && b.mOf[e.G] == e.M {
		b.become(e, change{rt.Waiting, rt.Runnable}) // its commit has said no
	}
	for _, c := range eventChanges[e.What] {
		b.become(e, c)
	}
}

func (b *biography) become(e event.Event, c change) {
	require.Equalf(b.t, c.from.String(), b.status[e.G].String(),
		"the status of G %d, by its events so far, when: %v", e.G, e)
	b.status[e.G], b.mOf[e.G] = c.to, e.M
	b.changes[c]++
}

// eventsTellLives: the events of each G follow the legal changes of status from its spawn to its
// end, and there are as many events of each kind as the counters say. (I5)
func eventsTellLives(t *trial) {
	const ownGs = 2
	rounds := t.many(30)
	log := &event.Log{}
	s := t.configured(rt.Config{Procs: t.procs, Seed: 1, Events: log})
	require.NoError(t, s.Run(func(g *rt.G) {
		var c crowd
		c.join(g, t.procs)
		for i := range rounds {
			switch i % 3 {
			case 0:
				g.StopTheWorld()
				g.StartTheWorld()
			case 1:
				g.LockM()
				g.Sleep(10_000)
				g.UnlockM()
			case 2:
				_, _ = g.SetProcs(1 + i%(2*t.procs))
			}
		}
		c.end(g)
	}))
	require.NoError(t, s.Close())
	b := newBiography(t)
	b.readAll(log)
	live := 0
	for _, status := range b.status {
		if status != rt.Dead {
			live++
		}
	}
	// The Gs of a design itself end with the scheduler, without an event.
	require.LessOrEqual(t, live, ownGs, "Gs whose events have no end")
	stats := s.Stats()
	for what, n := range map[event.Kind]uint64{
		event.Spawn:       stats.Spawned + stats.Injected,
		event.Run:         stats.Executed,
		event.End:         stats.Ended,
		event.Ready:       stats.Readied,
		event.Yield:       stats.Yields - b.count[event.Preempted],
		event.Syscall:     stats.Syscalls,
		event.SyscallSlow: stats.SyscallsSlow,
		event.Timer:       stats.TimersFired,
		event.Stopped:     stats.Stops,
	} {
		requireCount(t, n, b.count[what], "events like %q: as many as Stats has counted",
			event.Event{What: what})
	}
}
