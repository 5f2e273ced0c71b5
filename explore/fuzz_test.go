package explore

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/engine"
)

func FuzzCriticalSections(f *testing.F) { Fuzz(f, sections(3, 2).started()) }

// FuzzLostUpdate must find an assertion: its corpus in testdata holds an input that does.
func FuzzLostUpdate(f *testing.F) { Fuzz(f, addsByHand, MustViolate(Assertion)) }

// byBytes executes program as bytes say, and returns its schedule.
func byBytes(t testing.TB, program func(), bytes []byte) (schedule string, r Result) {
	cfg := defaults()
	cfg.Bytes = bytes
	r = exploreWith(t, "fuzz", cfg, program,
		func(e *engine.Engine) { schedule = fmt.Sprint(e.Schedule) })
	return schedule, r
}

func TestBytesReachEveryInterleaving(t *testing.T) {
	for name, program := range map[string]func(){
		"steps": steps(2, 3), "three threads": steps(3, 2), "locks": philosophers(2).started(),
		"numbers": func() {
			var x Int32
			Go(func() { x.Store(int32(Choose(3))) })
			Go(func() { x.Load() })
		},
	} {
		all, reached := map[string]bool{}, map[string]bool{}
		for _, s := range schedules(t, "naive", defaults(), program) {
			all[s] = true
		}
		var try func(prefix []byte)
		try = func(prefix []byte) {
			s, _ := byBytes(t, program, prefix)
			reached[s] = true
			if len(prefix) < 6 {
				for b := range byte(3) {
					try(append(prefix, b))
				}
			}
		}
		try(nil)
		require.Equal(t, all, reached, name)
	}
}

func TestNoBytesAreNoPreemptions(t *testing.T) {
	cfg := defaults()
	exploreWith(t, "fuzz", cfg, steps(3, 4),
		func(e *engine.Engine) { require.Zero(t, preemptionsOf(e)) })
	cfg.Bytes = []byte{0, 0, 1}
	exploreWith(t, "fuzz", cfg, steps(2, 4),
		func(e *engine.Engine) { require.Equal(t, 1, preemptionsOf(e)) })
}

func TestTheSameBytesDoTheSame(t *testing.T) {
	failing := []byte{0, 1}
	a, r := byBytes(t, addsByHand, failing)
	require.Equal(t, Violated, r.Verdict)
	require.Equal(t, Assertion, r.Violation.Property)
	b, _ := byBytes(t, addsByHand, failing)
	require.Equal(t, a, b)
	b, _ = byBytes(t, addsByHand, append(failing, 0, 0, 0, 0, 0, 0))
	require.Equal(t, a, b, "zeros at the end change nothing")
}

func TestSeedsFindBugsOfOnePreemption(t *testing.T) {
	found := 0
	for _, seed := range fuzzSeeds() {
		_, r := byBytes(t, addsByHand, seed)
		found += int(r.Violations)
	}
	require.NotZero(t, found)
}

func BenchmarkFuzzInput(b *testing.B) {
	cfg := defaults()
	cfg.Strategy = "fuzz"
	program := steps(2, 8)
	b.ReportAllocs()
	for b.Loop() {
		fuzzOnce(b, *cfg, program, []byte{0, 1, 0, 1})
	}
}
