package workloads

import (
	"schedlab/host"
	"schedlab/rt"
)

// createSingle has one G that spawns many trivial ones while all other Ps have nothing to do but to
// take them away. Before it starts, every P is given a G to spin in, so that no thread has to be
// woken.
//
// Stresses stealing. It is not spawn_many_local, whose producer stops to wait: here the queue never
// runs dry before the end.
//
// Not stressed: wakeups; and, on one P, stealing: the queue then grows to its full length.
//
// Source: BenchmarkCreateGoroutinesSingle of Go's runtime.
var createSingle = Workload{
	Name:    "create_single",
	Doc:     "one G spawns, all other Ps steal",
	Prepare: prepareCreateSingle,
}

var createSingleSpawns = [...]int{Small: 3_000, Normal: 100_000, Large: 1_000_000}

func prepareCreateSingle(p Params) (*Instance, error) {
	if err := (rt.Config{Procs: p.Procs}).Check(); err != nil {
		return nil, err
	}
	n := createSingleSpawns[p.Size]
	var l latch
	task := l.pass
	warm := newWarmup(p.Procs)
	main := func(g *rt.G) {
		warm.run(g)
		l.expect(g, n)
		for range n {
			g.Go(task)
		}
		l.wait(g)
	}
	in := l.spawns("create_single", n, main)
	spawn := in.Run
	in.Run = func(s rt.Scheduler) error {
		if err := spawn(s); err != nil {
			return err
		}
		warmed := int64(warm.arrived.Load())
		return checkCount("create_single", warmed, int64(p.Procs))
	}
	return in, nil
}

// warmup gets all Ps of a scheduler running: as many Gs as it has Ps, among them the one that calls
// run, spin until all have been seen running.
type warmup struct {
	procs   int32
	arrived host.Int32 // Gs that spin or have spun; all of them read it
	giveUp  int64      // when; written before the others are spawned
	spin    func(*rt.G)
}

// warmupNs is how long that lasts at most. A design that cannot start the others by then, because
// it does not steal, say, goes on cold.
const warmupNs = 1e6

func newWarmup(procs int) *warmup {
	w := &warmup{procs: int32(procs)}
	w.spin = func(g *rt.G) {
		w.arrived.Add(1)
		for w.arrived.Load() < w.procs && host.Nanotime() < w.giveUp {
			host.Pause(1)
			g.Checkpoint()
		}
	}
	return w
}

func (w *warmup) run(g *rt.G) {
	w.arrived.Store(0)
	w.giveUp = host.Nanotime() + warmupNs
	for range w.procs - 1 {
		g.Go(w.spin)
	}
	w.spin(g)
}
