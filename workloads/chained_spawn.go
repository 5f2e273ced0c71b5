package workloads

import (
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// chainedSpawn is a chain of 1000 Gs, each of which spawns the next and ends. The last one wakes
// the G that waits for the chain, which begins the next chain.
//
// Stresses the latency of a spawn, since there is never more than one G to run, and what a design
// gains by running a new G next on the same P. A run that is warm allocates nothing on a design
// that reuses its Gs.
//
// Not stressed: parallelism. A second P cannot help. It can only do harm, by taking links away.
//
// Source: tokio, benches/rt_multi_threaded.rs, chained_spawn; Go's BenchmarkCreateGoroutines is the
// same without rounds.
var chainedSpawn = Workload{
	Name:    "chained_spawn",
	Doc:     "each G spawns the next: latency of a spawn",
	Prepare: prepareChainedSpawn,
}

var chainedSpawnRounds = [...]int{Small: 3, Normal: 100, Large: 1000}

const chainLength = 1000

func prepareChainedSpawn(p Params) (*Instance, error) {
	rounds := chainedSpawnRounds[p.Size]
	n := rounds * chainLength
	// Plain memory: only one G at a time is awake, and a spawn publishes what was written before
	// it, as does a signal.
	var links, until int
	var last gsync.WaitGroup
	var link func(*rt.G)
	link = func(g *rt.G) {
		links++
		if links == until {
			last.Done(g)
			return
		}
		g.Go(link)
	}
	main := func(g *rt.G) {
		for range rounds {
			until += chainLength
			last.Add(g, 1)
			g.Go(link)
			last.Wait(g)
		}
	}
	return &Instance{
		Ops: n,
		Op:  "spawn",
		Run: func(s rt.Scheduler) error {
			links, until = 0, 0
			if err := s.Run(main); err != nil {
				return err
			}
			return checkCount("chained_spawn", int64(links), int64(n))
		},
	}, nil
}
