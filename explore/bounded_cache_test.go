package explore

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// These tests prove that the strategy bounded loses nothing by what it remembers. They
// compare it with itself when it remembers nothing. That one is compared with every
// interleaving in TestBoundedExploresEachTraceUpToTheBound.

var boundedTimes = flag.Int("bounded.times", 1,
	"compare so many times as many random programs by the strategy bounded")

// boundedRun is what bounded executes of a program.
type boundedRun struct {
	fewest map[string]int // preemptions, of each trace or outcome
	counts map[string]int // executions
	broken map[Property]bool
	soon   int // the fewest preemptions with which a property is broken; -1: none is
	Result
}

// tooManyBounded: programs with so many executions are left out.
const tooManyBounded = 1500

// boundedTo explores program with at most so many preemptions. The table of what has been
// explored has so many bytes. name names the execution that has just ended.
func boundedTo(
	preemptions, bytes, timeouts int, program func(), name func(e *engine.Engine) string,
) *boundedRun {
	b := &boundedRun{
		fewest: map[string]int{}, counts: map[string]int{}, broken: map[Property]bool{}, soon: -1,
	}
	cfg := defaults()
	cfg.Strategy, cfg.KeepGoing = "bounded", true
	cfg.Timeouts, cfg.Executions = timeouts, tooManyBounded
	s := strategy.NewBounded(preemptions)
	s.Remember(bytes)
	sp := &spy{Strategy: s}
	sp.seen = func(e *engine.Engine) {
		switch e.Outcome {
		case engine.Complete, engine.Stuck:
			which := name(e)
			if _, ok := b.fewest[which]; !ok {
				b.fewest[which] = sp.preemptions
			}
			b.counts[which]++
		case engine.Failed:
			b.broken[e.Failure.Property] = true
			if b.soon < 0 {
				b.soon = sp.preemptions
			}
		}
	}
	e := newEngine(cfg, program, sp)
	defer e.Close()
	b.Result = explore(e, nil)
	return b
}

// small says whether b came to its end.
func (b *boundedRun) small() bool { return b.Complete+b.Cut+b.Violations < tooManyBounded }

const (
	plenty = 64 << 20 // bytes, so that everything is remembered
	little = 8 * 16   // bytes, so that most is forgotten
)

// compareBounded compares what is found with and without a memory. If name tells all traces
// apart (exact), each must be executed once. It says false if the program is too large.
func compareBounded(
	t *testing.T, which string, timeouts, most int,
	program func(), name func(*engine.Engine) string, exact bool,
) bool {
	for bound := range most + 1 {
		want := boundedTo(bound, 0, timeouts, program, name)
		if !want.small() {
			return bound > 0
		}
		for _, bytes := range []int{plenty, little} {
			got := boundedTo(bound, bytes, timeouts, program, name)
			about := fmt.Sprintf("%s, at most %d preemptions, %d bytes", which, bound, bytes)
			require.Equal(t, want.fewest, got.fewest, about)
			require.Equal(t, want.soon, got.soon, about)
			require.Equal(t, want.Verdict, got.Verdict, about)
			if bytes == plenty && exact {
				require.True(t, noneTwice(got.counts), about)
			}
		}
	}
	return true
}

// noneTwice says whether each trace was executed to its end once.
func noneTwice(counts map[string]int) bool {
	for _, n := range counts {
		if n > 1 {
			return false
		}
	}
	return true
}

// TestBoundedLosesNothingByItsMemory compares random programs.
func TestBoundedLosesNothingByItsMemory(t *testing.T) {
	for _, pf := range profiles {
		t.Run(pf.name, func(t *testing.T) {
			compared := 0
			for seed := range seeds(40) {
				p := pf.random(rand.New(rand.NewPCG(seed, 2)))
				m := newMachine(p)
				if compareBounded(t, fmt.Sprintf("seed %d:\n%s", seed, p), 0, 3, m.program,
					func(*engine.Engine) string { return m.trace().canonical() }, true) {
					compared++
				}
			}
			t.Log(compared, "programs")
			require.NotZero(t, compared)
		})
	}
}

// The same for waits with a time limit.
func TestBoundedLosesNothingByItsMemoryWithTimeLimits(t *testing.T) {
	compared := 0
	for seed := range seeds(150) {
		r := rand.New(rand.NewPCG(seed, 8))
		p, timeouts := randomTimed(r), r.IntN(3)
		if !p.legal() {
			continue
		}
		end := ""
		if compareBounded(t, fmt.Sprintf("seed %d: %s, %d early timeouts", seed, p, timeouts),
			timeouts, 2, func() { end = ""; end = p.run() },
			func(e *engine.Engine) string { return end + traceOf(e) }, false) {
			compared++
		}
	}
	t.Log(compared, "programs")
	require.NotZero(t, compared)
}

// seeds yields the seeds of n random programs, or of fewer in a short test.
func seeds(n uint64) func(yield func(uint64) bool) {
	if raceDetector || testing.Short() {
		n /= 15
	}
	n *= uint64(*boundedTimes)
	return func(yield func(uint64) bool) {
		for seed := *bruteSeed; seed < *bruteSeed+n && yield(seed); seed++ {
		}
	}
}

// TestBoundedExecutesEachTraceOnce: without a limit, bounded has as many executions as there
// are traces.
func TestBoundedExecutesEachTraceOnce(t *testing.T) {
	for name, program := range smallPrograms {
		t.Run(name, func(t *testing.T) {
			cfg := defaults()
			cfg.Preempt = 100
			got := exploreWith(t, "bounded", cfg, program, ignore)
			require.EqualValues(t, len(countTraces(program).looks), got.Complete+got.Stuck)
		})
	}
}

// TestBoundedSaysWhenItForgets: with too little memory traces count several times, and the
// bound says so.
func TestBoundedSaysWhenItForgets(t *testing.T) {
	only := func(*engine.Engine) string { return "" }
	all := boundedTo(2, plenty, 0, chaseLev(2).started(), only)
	some := boundedTo(2, little, 0, chaseLev(2).started(), only)
	require.NotContains(t, all.Bound, "remember")
	require.Contains(t, some.Bound, "; some count several times, "+
		"since 128 bytes are too few to remember what has been explored")
	require.Greater(t, some.Complete, all.Complete)
	require.Equal(t, Verified, some.Verdict)
}
