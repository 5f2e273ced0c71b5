package conform

import (
	"slices"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/event"
)

// change is one of a G's status.
type change struct{ from, to rt.Status }

// reachedBy names, for each change of status that is legal, a property that brings
// it about nearly always: a thread that is kept off its CPU for long may come too
// late for it.
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

// reachTries is how often changesReached lets a property run for a change.
const reachTries = 10

// changesReached: what reachedBy says, by the events of each run. A property that
// does not apply to the design is left out.
func changesReached(t *trial) {
	reached := map[string]map[change]int{}
	for c, name := range reachedBy {
		if c.from == rt.Dead && !t.promises(rt.Reuses) {
			continue
		}
		i := slices.IndexFunc(t.all, func(p property) bool { return p.name == name })
		p := t.all[i]
		if slices.ContainsFunc(p.needs, func(need rt.Promise) bool { return !t.promises(need) }) {
			continue
		}
		for range reachTries {
			if reached[name][c] == 0 {
				reached[name] = changesIn(t, &p)
			}
		}
		require.Positivef(t, reached[name][c], "times that a G goes from %s to %s in %s", c.from, c.to, name)
	}
}

// changesIn counts those in the schedulers that p makes.
func changesIn(t *trial, p *property) map[change]int {
	watched := &trial{T: t.T, procs: t.procs, open: t.open, lacks: t.lacks, variant: t.variant, opened: t.opened, watched: true}
	p.check(watched)
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

// eventChanges are the changes of status that events tell of, but for those of who
// was made: one cannot tell whether the G was used before.
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

// biography follows each G through the events of a scheduler.
type biography struct {
	t       *trial
	status  map[uint64]rt.Status // by ID
	mOf     map[uint64]int16     // the M of its last event
	changes map[change]int
	count   map[event.Kind]uint64
}

func newBiography(t *trial) *biography {
	return &biography{t, map[uint64]rt.Status{}, map[uint64]int16{}, map[change]int{}, map[event.Kind]uint64{}}
}

func (b *biography) readAll(log *event.Log) {
	require.Zero(b.t, log.Dropped(), "events that the log has no room for")
	for _, e := range log.Events() {
		b.read(e)
	}
}

func (b *biography) read(e event.Event) {
	b.count[e.What]++
	if e.What == event.Spawn {
		require.Zerof(b.t, b.status[e.G], "%v: there is a G with that ID already", e)
		b.status[e.G], b.mOf[e.G] = rt.Runnable, e.M
	}
	if e.What == event.Run && b.status[e.G] == rt.Waiting && b.mOf[e.G] == e.M {
		b.become(e, change{rt.Waiting, rt.Runnable}) // its commit said no
	}
	for _, c := range eventChanges[e.What] {
		b.become(e, c)
	}
}

func (b *biography) become(e event.Event, c change) {
	require.Equalf(b.t, c.from.String(), b.status[e.G].String(), "what G %d was when: %v", e.G, e)
	b.status[e.G], b.mOf[e.G] = c.to, e.M
	b.changes[c]++
}

// eventsTellLives: each G's events are a life as its status allows it, from one
// spawn to one end, and there are as many as the counters say.
func eventsTellLives(t *trial) {
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
			live++ // the design's own; it ends with the scheduler
		}
	}
	require.LessOrEqual(t, live, 2)
	stats := s.Stats()
	for what, n := range map[event.Kind]uint64{
		event.Spawn: stats.Spawned + stats.Injected, event.Run: stats.Executed, event.End: stats.Ended,
		event.Ready: stats.Readied, event.Yield: stats.Yields - b.count[event.Preempted],
		event.Syscall: stats.Syscalls, event.SyscallSlow: stats.SyscallsSlow,
		event.Timer: stats.TimersFired, event.Stopped: stats.Stops,
	} {
		require.Equalf(t, n, b.count[what], "events of kind %d", what)
	}
}
