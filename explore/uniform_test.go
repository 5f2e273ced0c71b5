package explore

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// These tests prove what urw and surw promise: that they draw interleavings, or the orders of
// the steps on one object, uniformly. What there is to be drawn is what naive executes.

// uneven is a program of threads that take so many steps, on one variable if conflicting, else
// each on its own.
func uneven(conflicting bool, steps ...int) func() {
	return func() {
		xs := make([]Int32, len(steps))
		for i, n := range steps {
			x := &xs[i]
			if conflicting {
				x = &xs[0]
			}
			Go(func() {
				for range n {
					x.Add(1)
				}
			})
		}
	}
}

// nested is a program in which threads make threads, at their beginning and between steps.
func nested() {
	var x Int32
	add := func(n int) {
		for range n {
			x.Add(1)
		}
	}
	Go(func() {
		Go(func() { add(1) })
		add(1)
		Go(func() {
			add(1)
			Go(func() { add(2) })
		})
		add(1)
	})
	Go(func() { add(1) })
}

// private adds steps on variables of their own to threads that meet at one variable: before,
// between and after.
func private() {
	var x Int32
	Go(func() {
		var own Int32
		for range 3 {
			own.Add(1)
		}
		x.Add(1)
	})
	Go(func() {
		x.Add(1)
		var own Int32
		own.Add(1)
		x.Add(1)
		Go(func() {
			var own Int32
			own.Add(1)
			x.Load()
		})
		x.Add(1)
		own.Add(1)
	})
	Go(func() { x.Load() })
}

// waiting is a program in which the first thread waits for the others and takes steps besides.
func waiting() {
	var x, y Int32
	a := Go(func() { x.Add(1) })
	b := Go(func() { x.Add(1); x.Add(1); x.Add(1) })
	a.Join()
	y.Add(1)
	b.Join()
	y.Add(1)
}

// byThread names an interleaving: by the threads that take the steps.
func byThread(e *engine.Engine) string {
	var ids []int32
	for _, ev := range e.Events {
		ids = append(ids, ev.Thread)
	}
	return fmt.Sprint(ids)
}

// orderOnShared names the order of the steps on the one object that several threads touch. If
// the first thread waits for others, its steps are left out.
func orderOnShared(e *engine.Engine) string {
	users := map[int32]map[int32]bool{}
	for _, ev := range e.Events {
		if users[ev.Obj] == nil {
			users[ev.Obj] = map[int32]bool{}
		}
		users[ev.Obj][ev.Thread] = true
	}
	var ids []int32
	for _, ev := range e.Events {
		if ev.Obj != engine.NoObject && len(users[ev.Obj]) > 1 {
			ids = append(ids, ev.Thread)
		}
	}
	return fmt.Sprint(ids)
}

// distribution returns how often executions of program have which name, and how many there
// are.
func distribution(
	t *testing.T, strategy string, program func(), name func(*engine.Engine) string, n uint64,
) map[string]int {
	cfg := defaults()
	cfg.Executions, cfg.Seed = n, 11
	seen := map[string]int{}
	exploreWith(t, strategy, cfg, program, func(e *engine.Engine) { seen[name(e)]++ })
	return seen
}

// notUniform returns how far seen is from a uniform distribution over the names of all: the
// number of standard deviations by which chi-square is off its mean.
func notUniform(t *testing.T, seen, all map[string]int) float64 {
	t.Helper()
	total := 0
	for name, n := range seen {
		require.Contains(t, all, name)
		total += n
	}
	expected := float64(total) / float64(len(all))
	chi := 0.0
	for name := range all {
		d := float64(seen[name]) - expected
		chi += d * d / expected
	}
	freedom := float64(len(all) - 1)
	return (chi - freedom) / math.Sqrt(2*freedom)
}

// uniformPrograms are programs with what urw or surw draw uniformly of them.
var uniformPrograms = []struct {
	strategy string
	name     string
	program  func()
	of       func(*engine.Engine) string
	want     int // how many there are
}{
	{"urw", "independent steps", uneven(false, 3, 3), byThread, 20},
	{"urw", "conflicting steps", uneven(true, 3, 3), byThread, 20},
	{"urw", "one step beside six", uneven(true, 1, 6), byThread, 7},
	{"urw", "three threads", uneven(true, 1, 2, 4), byThread, 105},
	{"urw", "threads that make threads", nested, byThread, 168},
	{"urw", "threads that one waits for", waiting, orderOnShared, 4},
	{"surw", "conflicting steps", uneven(true, 3, 3), orderOnShared, 20},
	{"surw", "one step beside six", uneven(true, 1, 6), orderOnShared, 7},
	{"surw", "three threads", uneven(true, 1, 2, 4), orderOnShared, 105},
	{"surw", "threads that make threads", nested, orderOnShared, 168},
	{"surw", "other steps besides", private, orderOnShared, 60},
	{"surw", "threads that one waits for", waiting, orderOnShared, 4},
}

func TestURWAndSURWDrawUniformly(t *testing.T) {
	const perName = 60
	for _, c := range uniformPrograms {
		if raceDetector && c.want > 20 {
			continue // one goroutine runs at a time: there are no races to find
		}
		t.Run(c.strategy+"/"+c.name, func(t *testing.T) {
			all := distribution(t, "naive", c.program, c.of, 0)
			require.Len(t, all, c.want)
			n := uint64(perName * len(all))
			off := notUniform(t, distribution(t, c.strategy, c.program, c.of, n), all)
			require.Less(t, off, 4.0, "standard deviations of chi-square")
			walk := notUniform(t, distribution(t, "random", c.program, c.of, n), all)
			t.Logf("chi-square is off by %.1f standard deviations; by %.1f with random", off, walk)
			require.Greater(t, walk, 4.0, "the test can fail")
		})
	}
}

// twoObjects is a program of two objects: two threads take 2 and 3 steps on the first, the
// second of them and a third thread 2 and 1 on the other. Which object a thread comes to
// first, and so which number it has in the engine, differs between executions. The first two
// wait before, in a loop that some executions leave at once.
func twoObjects() {
	var gate Bool
	var x, z, own Int32
	pass := func() {
		for !gate.Load() {
			Pause()
		}
	}
	Go(func() {
		own.Add(1)
		gate.Store(true)
		z.Add(1)
	})
	Go(func() { pass(); x.Add(1); x.Add(1) })
	Go(func() {
		pass()
		x.Add(1)
		x.Add(1)
		x.Add(1)
		z.Add(1)
		z.Add(1)
	})
}

func TestSURWDrawsOneOfSeveralObjects(t *testing.T) {
	orders := map[string]map[string]int{} // by the threads that take the steps
	cfg := defaults()
	cfg.Executions, cfg.Seed = 4000, 5
	exploreWith(t, "surw", cfg, twoObjects, func(e *engine.Engine) {
		object := e.Strategy.(*spy).Strategy.(*strategy.SURW).Object()
		if object == engine.NoObject {
			return
		}
		var ids []int32
		for _, ev := range e.Events {
			if ev.Obj == object {
				ids = append(ids, ev.Thread)
			}
		}
		threads := fmt.Sprint(slices.Compact(slices.Sorted(slices.Values(ids))))
		if orders[threads] == nil {
			orders[threads] = map[string]int{}
		}
		orders[threads][fmt.Sprint(ids)]++
	})
	require.Len(t, orders, 3) // the gate, x and z
	for threads, want := range map[string]int{"[2 3]": 10, "[1 3]": 3} {
		require.Len(t, orders[threads], want)
		require.Less(t, notUniform(t, orders[threads], orders[threads]), 4.0, orders[threads])
	}
}

// TestURWAndSURWInventAndLoseNothing: on random programs with locks, waits, numbers and
// threads, they meet every trace that there is, and no other.
func TestURWAndSURWInventAndLoseNothing(t *testing.T) {
	programs := 20
	if raceDetector || testing.Short() {
		programs = 1
	}
	for _, pf := range profiles {
		t.Run(pf.name, func(t *testing.T) {
			for seed, left := *bruteSeed, programs; left > 0; seed++ {
				p := pf.random(rand.New(rand.NewPCG(seed, 3)))
				all, small := enumerate(p, 60)
				if !small {
					continue
				}
				left--
				for _, name := range []string{"urw", "surw"} {
					cfg := defaults()
					cfg.Executions, cfg.Seed = 2000, seed
					f := p.explored(strategies[name].make(cfg))
					require.Empty(t, all.compare(f, false), "%s, seed %d:\n%s", name, seed, p)
					require.Zero(t, f.TooLong)
				}
			}
		})
	}
}

// A thread that spins without Pause until a held one goes on does not spin for ever.
func TestSURWGivesUpAnIntentThatDoesNotCome(t *testing.T) {
	cfg := defaults()
	cfg.Executions = 300
	r := exploreWith(t, "surw", cfg, func() {
		var x, flag Int32
		Go(func() { x.Add(1); flag.Store(1) })
		Go(func() {
			for flag.Load() == 0 {
			}
			x.Add(1)
		})
	}, ignore)
	require.EqualValues(t, 300, r.Complete, "%v", &r)
	require.Less(t, r.Steps, uint64(300*60))
}

// differing is a program whose executions make other threads, and take other steps.
func differing() {
	var x Int32
	for range 1 + Choose(2) {
		Go(func() {
			for range 1 + Choose(2) {
				x.Add(1)
			}
			if x.Load() == 2 {
				Go(func() { Sleep(10); x.Add(1) })
			}
		})
	}
}

// Some interleavings are rare, and not met.
func TestURWAndSURWExploreProgramsWhoseExecutionsDiffer(t *testing.T) {
	if raceDetector {
		t.Skip("one goroutine runs at a time: there are no races to find")
	}
	schedule := func(e *engine.Engine) string { return fmt.Sprint(e.Schedule) }
	all := distribution(t, "naive", differing, schedule, 0)
	for _, name := range []string{"urw", "surw"} {
		seen := distribution(t, name, differing, schedule, 20_000)
		for s := range seen {
			require.Contains(t, all, s, name)
		}
		require.Greater(t, len(seen), len(all)*9/10, name)
	}
}
