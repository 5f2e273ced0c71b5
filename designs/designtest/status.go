package designtest

import (
	"slices"

	"github.com/stretchr/testify/require"

	"schedlab/designs"
)

// change is one of a G's status.
type change struct{ from, to designs.Status }

// reachedBy names, for each change of status that is legal, a property that brings
// it about nearly always: a thread that is kept off its CPU for long may come too
// late for it.
var reachedBy = map[change]string{
	{designs.Idle, designs.Runnable}:      "OnceSpawnedByOne",
	{designs.Dead, designs.Runnable}:      "LockedEnds",
	{designs.Runnable, designs.Running}:   "OnceSpawnedByOne",
	{designs.Running, designs.Dead}:       "OnceSpawnedByOne",
	{designs.Running, designs.Runnable}:   "YieldTakesTurns",
	{designs.Running, designs.Waiting}:    "ParkReadiedInAnyOrder",
	{designs.Waiting, designs.Runnable}:   "ParkReadiedInAnyOrder",
	{designs.Running, designs.InSyscall}:  "SyscallsAlone",
	{designs.InSyscall, designs.Running}:  "SyscallsAlone",
	{designs.InSyscall, designs.Runnable}: "WorldBesideBlocking",
	{designs.Running, designs.Preempted}:  "WorldStopsHogs",
	{designs.Preempted, designs.Runnable}: "WorldStopsHogs",
}

// reachTries is how often changesReached lets a property run for a change.
const reachTries = 10

// changesReached: what reachedBy says, by the events of each run. A property that
// does not apply to the design is left out.
func changesReached(t *trial) {
	reached := map[string]map[change]int{}
	for c, name := range reachedBy {
		if c.from == designs.Dead && !t.promises(designs.Reuses) {
			continue
		}
		i := slices.IndexFunc(t.all, func(p property) bool { return p.name == name })
		p := t.all[i]
		if slices.ContainsFunc(p.needs, func(need designs.Promise) bool { return !t.promises(need) }) {
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
		all[change{designs.Idle, designs.Runnable}] += int(stats.GsMade)
		all[change{designs.Dead, designs.Runnable}] += int(stats.Spawned + stats.Injected - stats.GsMade)
	}
	return all
}

// eventChanges are the changes of status that events tell of, but for those of who
// was made: one cannot tell whether the G was used before.
var eventChanges = map[designs.EventKind][]change{
	designs.EventRun:         {{designs.Runnable, designs.Running}},
	designs.EventReady:       {{designs.Waiting, designs.Runnable}},
	designs.EventPark:        {{designs.Running, designs.Waiting}},
	designs.EventEnd:         {{designs.Running, designs.Dead}},
	designs.EventYield:       {{designs.Running, designs.Runnable}},
	designs.EventPreempted:   {{designs.Running, designs.Preempted}, {designs.Preempted, designs.Runnable}},
	designs.EventSyscall:     {{designs.Running, designs.InSyscall}},
	designs.EventSyscallEnd:  {{designs.InSyscall, designs.Running}},
	designs.EventSyscallSlow: {{designs.InSyscall, designs.Runnable}},
}

// biography follows each G through the events of a scheduler.
type biography struct {
	t       *trial
	status  map[uint64]designs.Status // by ID
	mOf     map[uint64]int16          // the M of its last event
	changes map[change]int
	count   map[designs.EventKind]uint64
}

func newBiography(t *trial) *biography {
	return &biography{t, map[uint64]designs.Status{}, map[uint64]int16{}, map[change]int{}, map[designs.EventKind]uint64{}}
}

func (b *biography) readAll(log *designs.EventLog) {
	require.Zero(b.t, log.Dropped(), "events that the log has no room for")
	for _, e := range log.Events() {
		b.read(e)
	}
}

func (b *biography) read(e designs.Event) {
	b.count[e.What]++
	if e.What == designs.EventSpawn {
		require.Zerof(b.t, b.status[e.G], "%v: there is a G with that ID already", e)
		b.status[e.G], b.mOf[e.G] = designs.Runnable, e.M
	}
	if e.What == designs.EventRun && b.status[e.G] == designs.Waiting && b.mOf[e.G] == e.M {
		b.become(e, change{designs.Waiting, designs.Runnable}) // its commit said no
	}
	for _, c := range eventChanges[e.What] {
		b.become(e, c)
	}
}

func (b *biography) become(e designs.Event, c change) {
	require.Equalf(b.t, c.from.String(), b.status[e.G].String(), "what G %d was when: %v", e.G, e)
	b.status[e.G], b.mOf[e.G] = c.to, e.M
	b.changes[c]++
}

// eventsTellLives: each G's events are a life as its status allows it, from one
// spawn to one end, and there are as many as the counters say.
func eventsTellLives(t *trial) {
	rounds := t.many(30)
	log := &designs.EventLog{}
	s := t.configured(designs.Config{Procs: t.procs, Seed: 1, Events: log})
	require.NoError(t, s.Run(func(g *designs.G) {
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
		if status != designs.Dead {
			live++ // the design's own; it ends with the scheduler
		}
	}
	require.LessOrEqual(t, live, 2)
	stats := s.Stats()
	for what, n := range map[designs.EventKind]uint64{
		designs.EventSpawn: stats.Spawned + stats.Injected, designs.EventRun: stats.Executed, designs.EventEnd: stats.Ended,
		designs.EventReady: stats.Readied, designs.EventYield: stats.Yields - b.count[designs.EventPreempted],
		designs.EventSyscall: stats.Syscalls, designs.EventSyscallSlow: stats.SyscallsSlow,
		designs.EventTimer: stats.TimersFired, designs.EventStopped: stats.Stops,
	} {
		require.Equalf(t, n, b.count[what], "events of kind %d", what)
	}
}
