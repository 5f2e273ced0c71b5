package sim_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/sim"
)

func TestTheNamedMachinesAreGood(t *testing.T) {
	for _, cfg := range sim.Machines {
		require.NoError(t, cfg.Check(), cfg.Name)
		require.NotEmpty(t, cfg.Doc, cfg.Name)
		for cpus := 1; cpus <= cfg.CPUs; cpus *= 2 {
			require.NoError(t, cfg.With(cpus).Check(), "%s with %d CPUs", cfg.Name, cpus)
		}
	}
}

func TestABadMachineIsRefused(t *testing.T) {
	for says, change := range map[string]func(*sim.Config){
		"a machine of 0 CPUs; it must have 1 to 1024":    func(c *sim.Config) { c.CPUs = 0 },
		"a machine of -3 CPUs; it must have 1 to 1024":   func(c *sim.Config) { c.CPUs = -3 },
		"a machine of 1025 CPUs; it must have 1 to 1024": func(c *sim.Config) { c.CPUs = 1025 },
		"64 CPUs in sockets of 48 do not divide":         func(c *sim.Config) { c.Socket = 48 },
		"sockets of 64 CPUs in clusters of 7 do not": func(c *sim.Config) {
			c.Cluster = 7
		},
		"clusters of -1 and sockets of 0 CPUs":  func(c *sim.Config) { c.Cluster = -1 },
		"the limit is -1ns; it must be at most": func(c *sim.Config) { c.Limit = -1 },
		"the limit is 2h0m0s; it must be at most": func(c *sim.Config) {
			c.Limit = 2 * time.Hour
		},
		"the patience is -1ns":                 func(c *sim.Config) { c.Patience = -1 },
		"near is -1 ns; it must be 0 to 1e+09": func(c *sim.Config) { c.Costs.Near = -1 },
		"far is NaN ns; it must be 0 to":       func(c *sim.Config) { c.Costs.Far = math.NaN() },
		"remote is +Inf ns; it must be 0 to": func(c *sim.Config) {
			c.Costs.Remote = math.Inf(1)
		},
		"load-share is 2 1; it must be 0 to 1":     func(c *sim.Config) { c.Costs.LoadShare = 2 },
		"slice is 0 ns; it must be at least 0.001": func(c *sim.Config) { c.Costs.Slice = 0 },
		"code is 0.0001, hit is 0 and pause is 15": func(c *sim.Config) {
			c.Costs.Code, c.Costs.Hit = 0.0001, 0
		},
		"or a loop that waits takes no time": func(c *sim.Config) { c.Costs.Pause = 0 },
	} {
		cfg := machine(t, "server64", 64)
		change(&cfg)
		ran := false
		_, err := sim.Run(cfg, func() { ran = true })
		require.ErrorContains(t, err, says)
		require.False(t, ran)
	}
}

func TestUnknownNamesListTheNearest(t *testing.T) {
	_, err := sim.Named("sever64")
	require.ErrorContains(t, err, `unknown machine "sever64"; nearest: server64`)
	var c sim.Costs
	require.ErrorContains(t, c.Set("wakelatency", 1),
		`unknown parameter "wakelatency"; nearest: wake-latency`)
	_, err = c.Get("wakelatency")
	require.ErrorContains(t, err, "nearest: wake-latency")
	require.ErrorContains(t, c.Set("near", -5), "sim: near is -5 ns; it must be 0 to")
}

// Each row of the table is a cost of its own.
func TestEachParameterIsACost(t *testing.T) {
	var c sim.Costs
	for i, p := range sim.Parameters {
		require.NotEmpty(t, p.Doc, p.Name)
		require.NotEmpty(t, p.Source, p.Name)
		require.NoError(t, c.Set(p.Name, float64(i+1)/100))
	}
	for i, p := range sim.Parameters {
		v, err := c.Get(p.Name)
		require.NoError(t, err)
		require.Equal(t, float64(i+1)/100, v, p.Name)
	}
}
