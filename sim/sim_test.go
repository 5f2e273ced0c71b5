package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/sim"
)

func named(t testing.TB, name string, cpus int) sim.Config {
	cfg, err := sim.Named(name)
	require.NoError(t, err)
	return cfg.With(cpus)
}

// counting starts n threads that each add to one counter, and reports.
func counting(t testing.TB, cpus, threads, each int) sim.Report {
	var sum sim.Int64
	r, err := sim.Run(named(t, "mesh128", cpus), func() {
		for range threads {
			sim.Go(func() {
				for range each {
					sum.Add(1)
				}
			})
		}
	})
	require.NoError(t, err)
	require.EqualValues(t, threads*each, sum.Load())
	return r
}

func TestRunsAreTheSameToTheDigit(t *testing.T) {
	for _, cpus := range []int{1, 2, 8, 128} {
		first := counting(t, cpus, 8, 1000)
		t.Logf("%+v", first)
		require.Equal(t, first, counting(t, cpus, 8, 1000))
	}
}

func TestDeadlock(t *testing.T) {
	var w, x sim.Uint32
	_, err := sim.Run(named(t, "server64", 8), func() {
		sim.Go(func() { x.Wait(0, -1) })
		w.Wait(0, -1)
	})
	t.Log(err)
	require.Error(t, err)
}

func TestLivelock(t *testing.T) {
	var w sim.Uint32
	cfg := named(t, "server64", 8)
	cfg.Limit = 1e6
	_, err := sim.Run(cfg, func() {
		sim.Go(func() {
			for w.Load() == 0 {
			}
		})
		for w.Load() == 0 {
			sim.Pause(1)
		}
	})
	t.Log(err)
	require.Error(t, err)
}

func TestStacks(t *testing.T) {
	r, err := sim.Run(named(t, "server64", 8), func() {
		var s, base sim.Stack
		n := 0
		s.Init(func() {
			for s.Switch(&base) {
				n++
			}
		})
		for range 10 {
			base.Switch(&s)
		}
		s.Destroy()
		require.Equal(t, 9, n)
	})
	require.NoError(t, err)
	t.Logf("%+v", r)
}
