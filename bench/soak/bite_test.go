package main

import (
	"errors"
	"io"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
)

// impatient and much are for tests that leave something. They leave so much that what earlier
// tests have left, and what goes away meanwhile, does not make up for it.
const (
	impatient = 50 * time.Millisecond
	much      = 100
)

// soakOf runs one program of two parts, k and a harmless one, with an ending. What has ended
// may take as long as leave to be gone.
func soakOf(
	t *testing.T, k, ending kind, wrap func(rt.Scheduler) rt.Scheduler, leave time.Duration,
) error {
	o := small(t, "gpm")
	open := o.row.New
	o.row.New = func(cfg rt.Config) (rt.Scheduler, error) {
		s, err := open(cfg)
		if err == nil && wrap != nil {
			s = wrap(s)
		}
		return s, err
	}
	m := newMix(o, io.Discard)
	m.leave = leave
	calm := kind{name: "calm", work: func(x *actor) {
		x.crew(4, func(x *actor, _ int) { x.lull() })
	}}
	return m.program(&plan{
		cfg:    rt.Config{Procs: 2},
		runs:   [][]part{{{&calm, 1}, {&k, 1}}},
		ending: &ending, times: 1, divide: 1,
	}, "test")
}

// noKind does nothing.
var noKind = kind{name: "nothing", work: func(*actor) {}}

func TestGoodProgramsPass(t *testing.T) {
	for _, ending := range endings {
		require.NoError(t, soakOf(t, noKind, ending, nil, leavePatience), ending.name)
	}
}

// twice is a G that runs two times.
func twice(x *actor) {
	body := x.p.body(x.p.ledger.issue(1), 1, func(*actor) {})
	x.p.spawned.Add(1)
	x.g.Go(func(g *rt.G) { body(g); body(g) })
}

// runsOn makes a G seem to run while x has stopped the world: a known one or, with issue, one
// that is submitted meanwhile.
func runsOn(x *actor, issue bool) {
	var over host.Bool
	var done sync.WaitGroup
	tok := x.p.ledger.issue(0)
	done.Go(func() {
		for !over.Load() {
			if issue {
				tok = x.p.ledger.issue(0)
			}
			tok.want.Add(1)
			tok.starts.Add(1)
			tok.ends.Add(1)
			time.Sleep(time.Microsecond)
		}
	})
	for len(x.p.faultsNow()) == 0 {
		x.g.StopTheWorld()
		x.beSilent()
		x.g.StartTheWorld()
		x.g.Yield()
	}
	over.Store(true)
	done.Wait()
}

func (p *program) faultsNow() []error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.faults
}

func TestChecksBite(t *testing.T) {
	release := make(chan struct{})
	var left sync.WaitGroup
	defer left.Wait()
	defer close(release)
	for name, bad := range map[string]struct {
		work func(x *actor)
		want string
	}{
		"a G that runs twice": {twice,
			"was to run 1 times; it began 2 times and ended 2 times"},
		"a G that is lost": {func(x *actor) { x.p.ledger.issue(1) },
			"was to run 1 times; it began 0 times"},
		"a G that does not end": {func(x *actor) { x.p.ledger.issue(1).starts.Add(1) },
			"began 1 times and ended 0 times"},
		"a wrong answer": {func(x *actor) { x.check(false, "sum is %d", 4) },
			"sum is 4"},
		"a G that runs in the stopped world": {func(x *actor) { runsOn(x, false) },
			"in the stopped world"},
		"a G that begins in the stopped world": {func(x *actor) { runsOn(x, true) },
			"in the stopped world"},
		"too many at once": {func(x *actor) { x.p.inside.Add(2); x.did(countGs) },
			"Gs ran at the same moment; there should be fewer"},
		"a panic": {func(*actor) { panic("bang") },
			"the program returns, but Run says panic in G"},
		"a deadlock": {func(x *actor) { (&stuck{}).block(x) },
			"the program returns, but Run says deadlock: 2 Gs"},
		"goroutines that are left": {
			func(*actor) { repeat(much, func() { left.Go(func() { <-release }) }) },
			"left are"},
		"Gs that Stats does not know": {func(x *actor) { x.p.spawned.Add(9) },
			"stats: Spawned is"},
		"stops that Stats does not know": {func(x *actor) { x.did(countStops) },
			"stats: stops: 1 of 0"},
		"calls that Stats does not know": {func(x *actor) { x.did(countSyscalls) },
			"stats: system calls: 1 of 0"},
		"timers that Stats does not know": {func(x *actor) { x.didMany(countTicks, 1e6) },
			"stats: timers that fired: 1000000 of"},
	} {
		err := soakOf(t, kind{name: name, work: bad.work}, endings[0], nil, impatient)
		require.ErrorContains(t, err, bad.want, name)
	}
}

func repeat(n int, f func()) {
	for range n {
		f()
	}
}

func TestDescriptorsThatAreLeftAreSeen(t *testing.T) {
	if descriptors() == 0 {
		t.Skip("this system does not list descriptors")
	}
	var files []*os.File
	err := soakOf(t, kind{name: "open", work: func(x *actor) {
		repeat(much, func() {
			file, err := os.Open(os.DevNull)
			x.noError(err, "open")
			files = append(files, file)
		})
	}}, endings[0], nil, impatient)
	require.ErrorContains(t, err, "left are")
	for _, file := range files {
		require.NoError(t, file.Close())
	}
}

func TestAChangedGOMAXPROCSIsSeen(t *testing.T) {
	before := look()
	n := runtime.GOMAXPROCS(before.maxprocs + 1)
	defer runtime.GOMAXPROCS(n)
	require.ErrorContains(t, nothingLeft(before, time.Millisecond), "GOMAXPROCS")
}

// liar is a scheduler that does not tell the truth.
type liar struct {
	rt.Scheduler
	run   func(error) error
	close func(error) error
	stats func(*rt.Stats)
	dump  func(string) string
}

func (l *liar) Run(main func(*rt.G)) error {
	err := l.Scheduler.Run(main)
	if l.run != nil {
		err = l.run(err)
	}
	return err
}

func (l *liar) Close() error {
	err := l.Scheduler.Close()
	if l.close != nil {
		err = l.close(err)
	}
	return err
}

func (l *liar) Stats() rt.Stats {
	s := l.Scheduler.Stats()
	if l.stats != nil {
		l.stats(&s)
	}
	return s
}

func (l *liar) Dump() string {
	if l.dump != nil {
		return l.dump(l.Scheduler.Dump())
	}
	return l.Scheduler.Dump()
}

var (
	errNone  = func(error) error { return nil }
	errOther = func(error) error { return errors.New("something else") }
)

// changed returns a function that applies change to an error of type E.
func changed[E error](change func(E)) func(error) error {
	return func(err error) error {
		var e E
		if errors.As(err, &e) {
			change(e)
		}
		return err
	}
}

func findEnding(t *testing.T, name string) kind {
	for _, e := range endings {
		if e.name == name {
			return e
		}
	}
	require.Fail(t, "there is no such ending", name)
	return kind{}
}

func TestLiesAreSeen(t *testing.T) {
	dumps := kind{name: "dump", beside: dump}
	reads := kind{name: "stats", beside: readStats}
	deadlock := func(change func(*rt.DeadlockError)) liar { return liar{run: changed(change)} }
	panicked := func(change func(*rt.PanicError)) liar { return liar{run: changed(change)} }
	stats := func(change func(*rt.Stats)) liar { return liar{stats: change} }
	for _, lie := range []struct {
		name   string
		ending string
		kind   kind
		liar   liar
		want   string
	}{
		{"an error from nowhere", "returns", noKind,
			liar{run: errOther}, "Run says something else"},
		{"an error of Close", "returns", noKind,
			liar{close: errOther}, "Close says something else"},
		{"no deadlock", "deadlocks", noKind,
			liar{run: errNone}, "are blocked for ever, but Run says <nil>"},
		{"another error than the deadlock", "deadlocks", noKind,
			liar{run: errOther}, "but Run says something else"},
		{"two deadlocks", "deadlocks", noKind,
			liar{close: errOther}, "Run says so, but Close says something else"},
		{"a G too few in a deadlock", "deadlocks", noKind,
			deadlock(func(e *rt.DeadlockError) { e.Gs = e.Gs[1:] }), "Run tells of"},
		{"a wrong number of Gs", "deadlocks", noKind,
			deadlock(func(e *rt.DeadlockError) { e.Blocked++ }), "Run tells of"},
		{"a wrong G", "deadlocks", noKind,
			deadlock(func(e *rt.DeadlockError) { e.Gs[0].ID = 1e9 }), "Run tells of"},
		{"a wrong reason", "deadlocks", noKind,
			deadlock(func(e *rt.DeadlockError) { e.Gs[0].Reason = rt.WaitIO }), "Run tells of"},
		{"a wrong lock", "deadlocks", noKind,
			deadlock(func(e *rt.DeadlockError) { e.Gs[0].Locked = !e.Gs[0].Locked }),
			"Run tells of"},
		{"no deadlock at Close", "deadlocks at Close", noKind,
			liar{close: errNone}, "are blocked for ever, but Close says <nil>"},
		{"no panic", "panics", noKind,
			liar{run: errNone}, "Run says <nil>"},
		{"another panic", "panics", noKind,
			panicked(func(e *rt.PanicError) { e.Value = "x" }), "Run tells of G"},
		{"a panic of another G", "panics amid", noKind,
			panicked(func(e *rt.PanicError) { e.G++ }), "Run tells of G"},
		{"a panic reported twice", "panics amid", noKind,
			liar{close: errOther}, "Close says something else"},
		{"a G too few ended", "returns", noKind,
			stats(func(s *rt.Stats) { s.Ended-- }), "Gs were made and"},
		{"a G too many ended", "returns", noKind,
			stats(func(s *rt.Stats) { s.Ended++ }), "stats: Gs that ended"},
		{"a G too many spawned", "returns", noKind,
			stats(func(s *rt.Stats) { s.Spawned += 9 }), "stats: Spawned is"},
		{"more migrated than executed", "returns", noKind,
			stats(func(s *rt.Stats) { s.Migrated += 1e9 }), "stats: Migrated of Executed"},
		{"more retaken than handed off", "returns", noKind,
			stats(func(s *rt.Stats) { s.Retakes += 1e9 }), "stats: Retakes of Handoffs"},
		{"a Stats that shrinks", "returns", reads,
			stats(shrinking()), "before that"},
		{"a Dump of nothing", "returns", dumps,
			liar{dump: func(string) string { return "" }}, "dump: the text must begin with SCHED"},
		{"events that Stats does not know", "returns, watched", noKind,
			stats(func(s *rt.Stats) { s.Injected++; s.Ended++ }), "events: "},
	} {
		err := soakOf(t, lie.kind, findEnding(t, lie.ending), func(s rt.Scheduler) rt.Scheduler {
			l := lie.liar
			l.Scheduler = s
			return &l
		}, impatient)
		require.ErrorContains(t, err, lie.want, lie.name)
	}
}

// shrinking makes Executed fall from one reading to the next.
func shrinking() func(*rt.Stats) {
	n := uint64(1e9)
	return func(s *rt.Stats) {
		n--
		s.Executed = n
	}
}

func TestAFailureNamesItsRound(t *testing.T) {
	o := small(t, "gpm")
	open := o.row.New
	o.row.New = func(cfg rt.Config) (rt.Scheduler, error) {
		s, err := open(cfg)
		return &liar{Scheduler: s, close: errOther}, err
	}
	o.seed = 3
	m := newMix(o, io.Discard)
	err := m.round(t.Context(), 5)
	require.ErrorContains(t, err, "design gpm, procs 2, seed 3, round 5 ("+draw(o, 5).String()+")")
	require.ErrorContains(t, err, "Close says something else")
	require.ErrorContains(t, err, "go run ./bench/soak -design gpm -procs 2 -seed 3 -round 5")
	require.ErrorContains(t, m.run(t.Context()), "round 0 ")
}

func TestMarksTellWhatWasLostOrDoubled(t *testing.T) {
	for times, want := range []string{
		"value 1 was received 0 times", "", "value 1 was received 2 times",
	} {
		p := newProgram(&plan{ending: &endings[0]}, nil, new(counts))
		got := make(marks, 3)
		for v := range got {
			got[v].Store(1)
		}
		got[1].Store(int32(times))
		got.check(&actor{p: p}, "test")
		if want == "" {
			require.Empty(t, p.faults)
			continue
		}
		require.Len(t, p.faults, 1)
		require.ErrorContains(t, p.faults[0], want)
	}
}

func TestFilledSeesEachByte(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 100} {
		data := make([]byte, n)
		fill(data, 5)
		require.True(t, filled(data, 5))
		for i := range data {
			data[i]++
			require.False(t, filled(data, 5))
			data[i]--
		}
	}
}
