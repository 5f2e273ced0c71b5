package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/sim"
)

// machine returns the machine of a name with so many CPUs.
func machine(t testing.TB, name string, cpus int) sim.Config {
	t.Helper()
	cfg, err := sim.Named(name)
	require.NoError(t, err)
	return cfg.With(cpus)
}

// run runs main on cfg, and fails the test if that fails.
func run(t testing.TB, cfg sim.Config, main func()) sim.Report {
	t.Helper()
	r, err := sim.Run(cfg, main)
	require.NoError(t, err)
	return r
}

// group is threads that are waited for.
type group struct{ left sim.Uint32 }

func (g *group) start(f func()) {
	g.left.Add(1)
	sim.Go(func() {
		f()
		if g.left.Add(^uint32(0)) == 0 {
			g.left.Wake()
		}
	})
}

func (g *group) wait() {
	for n := g.left.Load(); n != 0; n = g.left.Load() {
		g.left.Wait(n, -1)
	}
}
