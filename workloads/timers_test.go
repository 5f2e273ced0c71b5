package workloads

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/rt"
)

// Each timer workload is run, and its answer must be accepted. Then the answer is falsified in the
// least, which must not pass.
func TestVerificationOfTimersBites(t *testing.T) {
	p := Params{Procs: 2, Seed: 1}
	parallel := newTimersParallel(p, parallelPatienceNs)
	staggered := newTimersStaggered(p)
	sleep := newTimersSleep(p)
	first, ticker, sleeper := &parallel.timers, &staggered.phases[1].tickers, &sleep.gs
	for _, w := range []struct {
		name   string
		run    func(rt.Scheduler) error
		verify func() error
		spoil  map[string]func(by int)
	}{
		{"timers_parallel", parallel.run, parallel.verify, map[string]func(int){
			"fired once more":   func(by int) { (*first)[0].fired += by },
			"once too early":    func(by int) { (*first)[0].early += by },
			"once still active": func(by int) { (*first)[0].stale += by },
		}},
		{"timers_staggered", staggered.run, staggered.verify, map[string]func(int){
			"a tick is missing": func(by int) { (*ticker)[1].received -= by },
			"watched twice": func(by int) {
				staggered.phases[0].watchers.passed.Add(int64(by))
			},
			"once too early": func(by int) { (*ticker)[1].early += by },
			"out of order":   func(by int) { (*ticker)[1].disorder += by },
		}},
		{"timers_sleep", sleep.run, sleep.verify, map[string]func(int){
			"a sleep is missing":      func(by int) { (*sleeper)[7].slept -= by },
			"one was too short":       func(by int) { (*sleeper)[7].early += by },
			"a deadline was lost":     func(by int) { (*sleeper)[7].lost += by },
			"a deadline was not kept": func(by int) { sleep.missed.Add(int64(by)) },
		}},
	} {
		s, err := all.New("native", rt.Config{Procs: 2})
		require.NoError(t, err)
		require.NoError(t, w.run(s))
		for what, spoil := range w.spoil {
			spoil(1)
			require.ErrorContains(t, w.verify(), "workloads: "+w.name+": wrong answer", what)
			spoil(-1)
			require.NoError(t, w.verify(), what)
		}
		require.NoError(t, s.Close())
	}
}

// Where no other P fires the timers of a busy P the workload must end all the same.
func TestImpatientSpinnersLetTimersFire(t *testing.T) {
	designs := []string{"gm", "global", "gpm", "gpm-nosteal", "gpm-nopreempt", "native"}
	for _, design := range designs {
		s, err := all.New(design, rt.Config{Procs: 2, Seed: 1})
		require.NoError(t, err)
		w := newTimersParallel(Params{Procs: 2}, int64(time.Nanosecond))
		w.timers = append(w.timers, make([]parallelTimer, 4)...) // more than there are Ps
		for i := range w.timers {
			w.timers[i].body = w.timers[i].main
		}
		require.NoError(t, w.instance().Run(s), design)
		require.NoError(t, s.Close())
	}
}

// A G that works for four intervals after each tick misses three of them, whether they are dropped
// or never fire.
func TestDroppedTicksAreCounted(t *testing.T) {
	w := newTimersStaggered(Params{Procs: 1})
	w.ticks, w.phases = 4, w.phases[1:]
	ph := &w.phases[0]
	ph.tickers[0].work = spinFor(int64(4 * staggeredInterval))
	s, err := all.New("gpm", rt.Config{Procs: 1, Seed: 1})
	require.NoError(t, err)
	require.NoError(t, w.run(s))
	require.GreaterOrEqual(t, ph.tickers[0].dropped, int64(3))
	require.NoError(t, s.Close())
}
