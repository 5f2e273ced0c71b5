package explore

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// The benchmarks behind 'What it costs', and a test that steps allocate nothing.

// steps is a program of threads that each take k steps on one shared variable.
func steps(threads, k int) func() {
	return func() {
		var x Int32
		for range threads {
			Go(func() {
				for range k {
					x.Add(1)
				}
			})
		}
	}
}

// apart is a program of two threads that each take k steps. The last 4 are on a shared
// variable, the others on one of the thread's own. It has 70 traces.
func apart(k int) func() {
	return func() {
		var x Int32
		for range 2 {
			Go(func() {
				var own Int32
				for range k - 4 {
					own.Add(1)
				}
				for range 4 {
					x.Add(1)
				}
			})
		}
	}
}

// cpuTime is the CPU time of this process in nanoseconds; 0 if the system does not tell it.
// On a busy machine it says more than the clock.
var cpuTime = func() int64 { return 0 }

// measure explores program again and again on one engine.
func measure(b *testing.B, cfg *config, program func()) {
	cfg.KeepGoing = true
	e := newEngine(cfg, program, nil)
	defer e.Close()
	executions := uint64(0)
	var before, after runtime.MemStats
	cpu := cpuTime()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		e.Control, e.Strategy = nil, strategies[cfg.Strategy].make(cfg)
		r := explore(e, nil)
		executions += r.Complete + r.Stuck
	}
	runtime.ReadMemStats(&after)
	steps := float64(e.Steps)
	b.ReportMetric(float64(executions)/b.Elapsed().Seconds(), "exec/s")
	b.ReportMetric(float64(executions)/float64(b.N), "exec/op")
	if cpu = cpuTime() - cpu; cpu > 0 {
		b.ReportMetric(float64(cpu)/float64(executions), "cpu-ns/exec")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/steps, "ns/step")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/steps, "allocs/step")
}

// BenchmarkStrategies runs every strategy on two threads of 8 steps, which have 12870
// interleavings and as many traces.
func BenchmarkStrategies(b *testing.B) {
	for _, name := range append([]string{"exhaustive", "naive", "bounded"}, randomStrategies...) {
		b.Run("strategy="+name, func(b *testing.B) {
			cfg := defaults()
			cfg.Strategy = name
			measure(b, cfg, steps(2, 8))
		})
	}
}

// BenchmarkExhaustive runs programs whose number of traces is known.
func BenchmarkExhaustive(b *testing.B) {
	for _, c := range []struct {
		name    string
		program func()
	}{
		{"lastzero10", lastZero(10).started()},
		{"mutex3x2", sections(3, 2).started()},
		{"casw5", casW(5).started()},
		{"fib5", fib(5).started()},
		{"chaselev2", chaseLev(2).started()},
		{"chaselev3", chaseLev(3).started()},
	} {
		b.Run("program="+c.name, func(b *testing.B) { measure(b, defaults(), c.program) })
	}
}

// BenchmarkLength shows what a step costs in executions of 50, 500 and 5000 steps.
func BenchmarkLength(b *testing.B) {
	for _, name := range append([]string{"exhaustive", "naive"}, randomStrategies...) {
		for _, length := range []int{50, 500, 5000} {
			b.Run(fmt.Sprintf("strategy=%s/steps=%d", name, length), func(b *testing.B) {
				cfg := defaults()
				cfg.Strategy = name
				if name != "exhaustive" {
					cfg.Executions = 20
				}
				measure(b, cfg, apart(length/2))
			})
		}
	}
}

// TestStepsAllocateNothing: a long execution allocates no more than a short one, once there
// is room for it. The strategy bounded is left out: it gives executions up, which costs new
// coroutines, and not always as many.
func TestStepsAllocateNothing(t *testing.T) {
	for _, name := range append([]string{"exhaustive", "naive"}, randomStrategies...) {
		allocs := func(k int) float64 {
			cfg := defaults()
			cfg.Strategy = name
			s := strategies[name].make(cfg)
			e := newEngine(cfg, apart(k), s)
			defer e.Close()
			once := func() {
				if !s.Begin(e) {
					s = strategies[name].make(cfg)
					e.Strategy = s
					s.Begin(e)
				}
				e.Execute()
				s.End(e)
			}
			for range 30 {
				once()
			}
			return testing.AllocsPerRun(30, once) // of 70 executions
		}
		short, long := allocs(20), allocs(400)
		require.InDelta(t, short, long, 1, "%s: allocations of 40 and of 800 steps", name)
		t.Logf("%s: %v, %v", name, short, long)
	}
}
