package explore

import (
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// These tests prove that a program that differs from run to run is reported: in the
// rehearsal, and later by the strategies. See 'Rehearsal'.

// outlives counts executions: it is not reset after each.
var outlives int

func TestAProgramThatDiffersFromRunToRunIsReported(t *testing.T) {
	outlives = 0
	var kept []*int32
	for name, program := range map[string]func(){
		"map order": func() {
			var x, y Int32
			vars := map[string]*Int32{"x": &x, "y": &y}
			for k := range 20 {
				vars[string(rune('a'+k))] = new(Int32)
			}
			for k, v := range vars {
				v.Store(int32(k[0]))
			}
		},
		"wall clock": func() {
			var x Int64
			x.Store(time.Now().UnixNano())
		},
		"randomness": func() {
			var x Int64
			x.Store(rand.Int64())
		},
		"a variable that outlives": func() {
			var x Int32
			outlives++
			if outlives%2 == 0 {
				x.Load()
			}
			x.Store(1)
		},
		"addresses": func() {
			var x Uintptr
			kept = append(kept, new(int32))
			if len(kept) > 1 && kept[len(kept)-1] != kept[0] {
				x.Load()
			}
			x.Store(1)
		},
		"more threads from time to time": func() {
			var x Int32
			outlives++
			for range outlives % 3 {
				Go(func() { x.Add(1) })
			}
			Go(func() { x.Load() })
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Run(program)
			require.NoError(t, err)
			require.Equal(t, Violated, r.Verdict)
			require.Equal(t, Nondeterminism, r.Violation.Property)
			require.Regexp(t, `step \d+, which was ".*", is now ".*"`, r.Violation.Message)
		})
	}
}

// TestADivergenceIsReportedWhereItHappens: the rehearsal misses a change that comes later.
// Strategies that repeat a beginning see it.
func TestADivergenceIsReportedWhereItHappens(t *testing.T) {
	for _, strategy := range []string{"exhaustive", "naive", "bounded"} {
		t.Run(strategy, func(t *testing.T) {
			runs := 0
			r, err := Run(func() {
				var x, y Int32
				runs++
				Name(&x, "x")
				Name(&y, "y")
				Go(func() {
					if runs > rehearsals+1 && runs%2 == 0 {
						y.Store(1)
					}
					x.Store(1)
					x.Load()
				})
				Go(func() { x.Store(2); x.Load() })
			}, Strategy(strategy))
			require.NoError(t, err)
			require.Equal(t, Violated, r.Verdict)
			require.Equal(t, Nondeterminism, r.Violation.Property)
			require.Regexp(t, `step \d+: thread \d is about to do store .; after the same steps, `+
				`in an execution before, it did store .$`, r.Violation.Message)
		})
	}
}

// Workers that have nothing to do yet end, too.
func TestANondeterministicProgramEndsAllWorkers(t *testing.T) {
	var runs atomic.Int32
	r, err := Run(func() { var x Int32; x.Store(runs.Add(1)) }, Workers(3))
	require.NoError(t, err)
	require.Equal(t, Nondeterminism, r.Violation.Property)
}

// The difference may come anywhere in the search. Races of earlier executions do not fit
// then.
func TestADivergenceAnywhereEndsTheSearch(t *testing.T) {
	found := 0
	for at := rehearsals + 2; at < rehearsals+12; at++ {
		for _, o := range [][]Option{nil, {KeepGoing()}, {Preemptions(2)}, {Strategy("naive")}} {
			runs := 0
			r, err := Run(func() {
				runs++
				var x, y Int32
				for i := range 3 {
					Go(func() {
						if runs >= at && i == 1 {
							return
						}
						x.Store(int32(i))
						y.Load()
						x.Add(1)
						y.Store(2)
					})
				}
			}, o...)
			require.NoError(t, err)
			if r.Violation != nil { // else it took another turn before it met the difference
				require.Equal(t, Nondeterminism, r.Violation.Property, "at %d: %v", at, r.Violation)
				found++
			}
		}
	}
	require.Greater(t, found, 20)
}

func TestDeterministicProgramsAreNotSuspected(t *testing.T) {
	pointer := func() {
		var p Pointer[int]
		Go(func() { p.Store(new(int)) })
		p.Load()
	}
	futex := func() {
		var x Uint32
		Go(func() { x.Wait(0, -1) })
		Go(func() { x.Store(1); x.Wake(1) })
	}
	for _, p := range []func(){
		storeBuffering, lastZero(4).started(), sections(2, 2).started(), chaseLev(1).started(),
		choices, pointer, futex,
	} {
		r, err := Run(p, KeepGoing())
		require.NoError(t, err)
		if r.Violation != nil {
			require.NotEqual(t, Nondeterminism, r.Violation.Property, r.Violation.Message)
		}
	}
}

func TestHintsAreGivenForNondeterminism(t *testing.T) {
	f, _ := watched(t, func() {
		var x Int64
		x.Store(rand.Int64())
	})
	require.Len(t, f.errors, 1)
	require.Contains(t, f.errors[0], "the order in which a map is ranged over")
}
