package workloads

import "schedlab/rt"

// spawnManyLocal spawns 10 000 tasks that do nothing from one G, which then waits for the last of
// them; and that again and again.
//
// Stresses a local queue that is filled far beyond its capacity at once, and emptied. A run that is
// warm allocates nothing on a design that reuses its Gs.
//
// Not stressed: parallelism. One P shows all there is to see.
//
// Source: tokio, benches/rt_multi_threaded.rs, spawn_many_local.
var spawnManyLocal = Workload{
	Name:    "spawn_many_local",
	Doc:     "one G spawns 10 000 empty ones and waits: local queues and their overflow",
	Prepare: prepareSpawnManyLocal,
}

var spawnManyLocalRounds = [...]int{Small: 1, Normal: 10, Large: 100}

// spawnManyLocalTasks is how many tasks a round has.
const spawnManyLocalTasks = 10_000

func prepareSpawnManyLocal(p Params) (*Instance, error) {
	rounds := spawnManyLocalRounds[p.Size]
	n := rounds * spawnManyLocalTasks
	var l latch
	task := l.pass
	main := func(g *rt.G) {
		for range rounds {
			l.expect(g, spawnManyLocalTasks)
			for range spawnManyLocalTasks {
				g.Go(task)
			}
			l.wait(g)
		}
	}
	return l.spawns("spawn_many_local", n, main), nil
}
