package explore

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/strategy"
)

// These tests prove that an execution which is too long does not end the search.

// choosesToSpin has a loop without Pause beside what breaks a property.
func choosesToSpin() {
	var f Bool
	if Choose(2) == 0 {
		for !f.Load() {
		}
	}
	Assert(false, "beyond")
}

// spinner starts a thread that loops for ever, and takes steps as soon as it can.
func spinner() *Bool {
	f := new(Bool)
	Go(func() {
		for !f.Load() {
		}
	})
	return f
}

// Each of these breaks an assertion in an execution that only few of those before lead to.
var beyond = map[string]func(){
	"a choice": choosesToSpin,
	"a thread beside the loop": func() {
		spinner()
		Go(func() { Assert(false, "beyond") })
	},
	"a race beside the loop": func() {
		var x Int32
		spinner()
		add := func() { x.Store(x.Load() + 1) }
		Go(add)
		Go(func() { add(); Assert(x.Load() != 1 || Choose(2) == 1, "beyond") })
	},
	"the end of the loop": func() {
		var f Bool
		Go(func() {
			rounds := 0
			for !f.Load() {
				rounds++
			}
			Assert(rounds != 37, "beyond")
		})
		Go(func() { f.Store(true) })
	},
	"a loop that is not alike in each round": func() {
		var f [2]Bool
		var done Bool
		Go(func() {
			for i := 0; !f[i%2].Load(); i++ {
			}
			Assert(!done.Load(), "beyond")
		})
		Go(func() { f[1].Store(true); done.Store(true); f[0].Store(true) })
	},
	"a loop that holds a lock": func() {
		var m Mutex
		var f Bool
		Go(func() {
			m.Lock()
			for !f.Load() {
			}
		})
		Go(func() { m.Lock(); Assert(false, "beyond") })
	},
	"a loop that takes a lock": func() {
		var m Mutex
		ready, rounds := false, 0
		Go(func() {
			for end := false; !end; {
				m.Lock()
				end = ready
				m.Unlock()
				rounds++
			}
			Assert(rounds != 5, "beyond")
		})
		Go(func() { m.Lock(); ready = true; m.Unlock() })
	},
	"a second loop": func() {
		spinner()
		f := spinner()
		Go(func() { f.Store(true); Assert(false, "beyond") })
	},
	"a loop that writes": func() {
		var s Uint32
		Go(func() {
			for s.Add(2)&1 == 0 {
				s.Add(^uint32(1))
			}
			Assert(s.Load() != 3, "beyond")
		})
		Go(func() { s.Add(1) })
	},
	"a loop that never does the same": func() {
		var f Bool
		Go(func() {
			for !f.Load() {
				new(Int32).Store(1)
			}
		})
		Go(func() { f.Store(true); Assert(false, "beyond") })
	},
	"a wait with a limit": func() {
		var n Note
		spinner()
		Go(func() { Assert(n.SleepFor(10), "beyond") })
	},
	"two threads that keep each other going": func() {
		var n, m Note
		Go(func() {
			for {
				n.Wakeup()
				m.Sleep()
				m.Clear()
			}
		})
		Go(func() {
			for {
				n.Sleep()
				n.Clear()
				m.Wakeup()
			}
		})
		Go(func() { Assert(false, "beyond") })
	},
}

func TestWhatLiesBeyondALoopIsSearched(t *testing.T) {
	for name, program := range beyond {
		for how, opts := range map[string][]Option{
			"exhaustive": nil,
			"workers":    {Workers(3)},
			"KeepGoing":  {KeepGoing()},
			"few steps":  {Steps(200)},
			"bounded":    {Preemptions(2)},
			"naive":      {Strategy("naive")},
		} {
			if how == "naive" && name == "a race beside the loop" {
				continue // the orders of the loop's steps and the others' alone are too many
			}
			t.Run(name+"/"+how, func(t *testing.T) {
				r, err := Run(program, opts...)
				require.NoError(t, err)
				require.Equal(t, Violated, r.Verdict, "%v", r)
				require.Equal(t, Assertion, r.Violation.Property)
			})
		}
	}
}

func TestEveryStrategySearchesBeyondALoop(t *testing.T) {
	for name := range strategies {
		if reserved[name] {
			continue
		}
		r, err := Run(choosesToSpin, Strategy(name))
		require.NoError(t, err)
		require.Equal(t, Violated, r.Verdict, "%s: %v", name, r)
		require.Contains(t, r.Violation.Message, "beyond")
	}
}

// The verdict says how much was given up, and names the loop.
func TestTheVerdictCountsWhatWasGivenUp(t *testing.T) {
	for _, opts := range [][]Option{
		nil, {Workers(2)}, {KeepGoing()}, {Strategy("naive")}, {Preemptions(1)},
	} {
		r, err := Run(spins, opts...)
		require.NoError(t, err)
		require.Equal(t, Unknown, r.Verdict)
		require.EqualValues(t, 1, r.TooLong)
		require.Greater(t, r.Complete, uint64(50))
		require.Less(t, r.Complete, uint64(200), "the loop is looked at for some rounds only")
		require.Regexp(t, `^1 execution was given up after 10000 steps: thread 1 goes round `+
			`run_test\.go:\d+\. If it waits for another thread, call explore\.Pause`, r.Why)
		require.Contains(t, r.String(), "complete, 1 too long")
	}
	r, err := Run(spins, Executions(20))
	require.NoError(t, err)
	require.Regexp(t, "^1 execution was given up .*; the budget of 20 executions is spent", r.Why)
	r, err = Run(choosesToSpin, Search())
	require.NoError(t, err)
	require.Equal(t, Violated, r.Verdict)
	require.EqualValues(t, 1, r.TooLong)
}

// manySpin has more executions that are too long than the search waits for.
func manySpin() {
	var x [3]Int32
	for i := range x {
		Go(func() {
			for x[i].Load() == 0 {
				x[(i+1)%3].Store(0)
			}
		})
	}
}

func TestASearchEndsWhenTooMuchWasGivenUp(t *testing.T) {
	for _, opts := range [][]Option{nil, {Workers(2)}, {KeepGoing()}, {Strategy("naive")}} {
		r, err := Run(manySpin, append(opts, Steps(500))...)
		require.NoError(t, err)
		require.Equal(t, Unknown, r.Verdict)
		require.Regexp(t, `^\d+ executions were given up after 500 steps: in one of them `+
			`thread \d goes round .*; the search ended `+
			`(when there were 1000|10000000 steps after the first)$`, r.Why)
	}
}

// An execution that was given up counts in the file, and the verdict still names the loop.
func TestWhatWasGivenUpIsResumed(t *testing.T) {
	one, err := Run(spins)
	require.NoError(t, err)
	for _, k := range []int{1, 7} {
		for _, workers := range []int{1, 3} {
			file := filepath.Join(t.TempDir(), "f")
			r := resumed(t, spins, file, k, workers, 0, 1)
			require.Equal(t, []uint64{one.Complete, one.TooLong}, []uint64{r.Complete, r.TooLong})
			require.Equal(t, one.Why, r.Why)
		}
	}
}

func TestWhatWasGivenUpIsMerged(t *testing.T) {
	var files []string
	for i := range 2 {
		files = append(files, filepath.Join(t.TempDir(), fmt.Sprint(i)))
		resumed(t, spins, files[i], 1000, 1, i, 2)
	}
	sums, err := Merge(files...)
	require.ErrorContains(t, err, "given up after 10000 steps")
	require.Equal(t, Unknown, sums["x"].Verdict)
	require.NotZero(t, sums["x"].TooLong)
	require.Contains(t, sums["x"].Why, "thread 1 goes round run_test.go")
}

// TestRandomLoopsWithoutPause compares what the strategies execute of random programs whose loops
// have no end with every interleaving up to a few steps. They see all that the threads can see,
// execute no trace twice, and invent none.
func TestRandomLoopsWithoutPause(t *testing.T) {
	const steps = 14
	compared := 0
	for seed := range uint64(randomPrograms() / 20) {
		seed += *bruteSeed
		p := loops.random(rand.New(rand.NewPCG(seed, 5)))
		all := p.exploredTo(strategy.NewNaive(), steps)
		if all.TooLong == 0 || all.Why != all.tooLong(steps) {
			continue // it has no loop, or was not searched to the end
		}
		compared++
		for how, some := range map[string]*found{
			"exhaustive":   p.exploredTo(dpor.New(nil, nil), steps),
			"bounded":      p.exploredTo(strategy.NewBounded(1000), steps),
			"workers":      p.exploredAs(t, division{2, 1, 0}, seed, steps),
			"interrupted":  p.exploredAs(t, division{1, 1, 9}, seed, steps),
			"both":         p.exploredAs(t, division{3, 1, 9}, seed, steps),
			"and in parts": p.exploredAs(t, division{2, 3, 9}, seed, steps),
		} {
			which := fmt.Sprintf("%s, seed %d\n%s", how, seed, p)
			require.Equal(t, Unknown, some.Verdict, which)
			require.NotZero(t, some.TooLong, which)
			require.Equal(t, all.sights(), some.sights(), which)
			for trace, n := range some.times {
				require.Contains(t, all.traces, trace, which)
				require.True(t, n == 1 || how == "bounded", "twice: %s", which)
			}
		}
	}
	t.Log(compared, "programs compared")
	require.NotZero(t, compared)
}

// sights returns all that the threads have seen in the executions that came to an end.
func (f *found) sights() []string {
	set := map[string]bool{}
	for _, tr := range f.traces {
		set[fmt.Sprint(tr.results, tr.final)] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// An execution that is given up belongs to one shard, also if the border is in its loop.
func TestALoopAtABorderIsGivenUpOnce(t *testing.T) {
	for shards := 2; shards < 9; shards++ {
		for _, depth := range []int{1, 50, 200} {
			sum := allShards(func() { spinner() }, shards, depth)
			require.EqualValues(t, 1, sum.TooLong, "%d shards, depth %d", shards, depth)
		}
	}
}

// An execution that is given up leaves its frames on the goroutine, and the next execution begins
// above them. They are not on the stack of what happens then.
func TestStacksHaveNoFramesOfOtherExecutions(t *testing.T) {
	r := once(func() {
		var f Bool
		if Choose(2) == 0 {
			lookForEver(&f)
		}
		panic("on purpose")
	})
	require.Equal(t, Violated, r.Verdict)
	require.EqualValues(t, 1, r.TooLong)
	require.Equal(t, Panic, r.Violation.Property)
	require.Contains(t, r.Violation.Stack, "TestStacksHaveNoFramesOfOtherExecutions")
	require.NotContains(t, r.Violation.Stack, "lookForEver")
}

func lookForEver(f *Bool) {
	for !f.Load() {
	}
}
