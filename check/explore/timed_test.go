package explore

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// timedOps are what threads of timedPrograms do with two notes and a variable; each
// appends what it has seen to the thread's own story.
var timedOps = []struct {
	name string
	do   func(w *timedWorld, seen *string)
}{
	{"n.SleepFor(10)", func(w *timedWorld, seen *string) { *seen += fmt.Sprint(w.n.SleepFor(10), " ") }},
	{"m.SleepFor(20)", func(w *timedWorld, seen *string) { *seen += fmt.Sprint(w.m.SleepFor(20), " ") }},
	{"n.Wakeup()", func(w *timedWorld, _ *string) { w.n.Wakeup() }},
	{"m.Wakeup()", func(w *timedWorld, _ *string) { w.m.Wakeup() }},
	{"x.Add(1)", func(w *timedWorld, seen *string) { *seen += fmt.Sprint(w.x.Add(1), " ") }},
	{"x.Load()", func(w *timedWorld, seen *string) { *seen += fmt.Sprint(w.x.Load(), " ") }},
	{"n.Sleep()", func(w *timedWorld, _ *string) { w.n.Sleep() }},
}

type timedWorld struct {
	n, m Note
	x    Int32
}

// timedProgram is what its threads do: numbers of timedOps.
type timedProgram [][]int

func randomTimed(r *rand.Rand) (p timedProgram) {
	for range 2 + r.IntN(2) {
		var thread []int
		for range 1 + r.IntN(3) {
			thread = append(thread, r.IntN(len(timedOps)))
		}
		p = append(p, thread)
	}
	return p
}

func (p timedProgram) String() string {
	var threads []string
	for _, thread := range p {
		var ops []string
		for _, o := range thread {
			ops = append(ops, timedOps[o].name)
		}
		threads = append(threads, strings.Join(ops, "; "))
	}
	return strings.Join(threads, " | ")
}

// legal says whether no note is woken twice.
func (p timedProgram) legal() bool {
	text := p.String()
	return strings.Count(text, "n.Wakeup") <= 1 && strings.Count(text, "m.Wakeup") <= 1
}

// outcomes returns what the threads can see, by strategy, with so many early
// timeouts.
func (p timedProgram) outcomes(t *testing.T, strategy string, timeouts int) (map[string]bool, Result) {
	all := map[string]bool{}
	r, err := Run(func() {
		w, seen, threads := &timedWorld{}, make([]string, len(p)), make([]*Thread, len(p))
		for i, ops := range p {
			threads[i] = Go(func() {
				for _, o := range ops {
					timedOps[o].do(w, &seen[i])
				}
			})
		}
		for _, th := range threads {
			th.Join()
		}
		all[strings.Join(seen, "| ")] = true
	}, Strategy(strategy), Timeouts(timeouts), KeepGoing(), Executions(20_000))
	require.NoError(t, err)
	return all, r
}

// TestExhaustiveSeesWhatTimeLimitsAllow compares the reduction with every
// interleaving, where waits end early, late, or by a wakeup.
func TestExhaustiveSeesWhatTimeLimitsAllow(t *testing.T) {
	programs := uint64(1200)
	if testing.Short() || raceDetector {
		programs = 150
	}
	compared := 0
	for seed := range programs {
		r := rand.New(rand.NewPCG(seed, 7))
		p, timeouts := randomTimed(r), r.IntN(3)
		if !p.legal() {
			continue
		}
		want, all := p.outcomes(t, "naive", timeouts)
		if all.Verdict == Unknown && all.Complete > 10_000 {
			continue // too large
		}
		got, some := p.outcomes(t, "exhaustive", timeouts)
		require.Equal(t, want, got, "%s, %d early timeouts", p, timeouts)
		require.Equal(t, all.Stuck > 0, some.Stuck > 0, "stuck: %s, %d early timeouts", p, timeouts)
		if v := some.Violation; v != nil {
			require.NotEqual(t, Nondeterminism, v.Property, "%s, %d early timeouts", p, timeouts)
		}
		compared++
	}
	require.Greater(t, compared, int(programs/3))
}
