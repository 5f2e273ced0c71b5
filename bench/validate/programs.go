//go:build sim

package main

import (
	"time"

	"schedlab/bench"
	"schedlab/designs/all"
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
	"schedlab/sim"
	"schedlab/sim/micro"
	"schedlab/workloads"
)

// program returns a figure of a curve, in the curve's unit.
type program func(at int, seed uint64) (float64, error)

// programs are those of the curves, by name.
var programs = map[string]program{
	"folly-futex":        folly(func() micro.Lock { return &micro.Futex{} }),
	"folly-spin":         folly(func() micro.Lock { return &microSpin{} }),
	"folly-queue":        folly(func() micro.Lock { return &micro.Queue{} }),
	"chan-contended":     relative(contended("xeon32", 20)),
	"chan-contended-20":  contended("xeon32", 20),
	"chan-contended-arm": contended("arm80", 80),
	"chan-contended-25":  relative(contendedAt(25)),
	"one-channel":        oneChannel,
	"select":             selectShared,
	"mutex-collapse":     mutexCollapse,
	"lock-share":         lockShare,
	"inject":             inject("server64", 64, 1, 350),
	"inject-sharded":     inject("server64", 64, 8, 350),
	"inject-m1":          inject("arm80", 10, 1, 50),
	"fork-join-gpm":      speedUp("gpm", workloads.Large),
	"fork-join-global":   speedUp("global", workloads.Normal),
}

// simulated returns a machine of a name with other sizes.
func simulated(name string, cpus, socket, cluster int, seed uint64) sim.Config {
	cfg, err := sim.Named(name)
	if err != nil {
		panic(err)
	}
	cfg.CPUs, cfg.Socket, cfg.Cluster, cfg.Seed = cpus, socket, cluster, seed
	return cfg
}

// relative returns the figures of p over that at 1, with the same seed.
func relative(p program) program {
	return func(at int, seed uint64) (float64, error) {
		one, err := p(1, seed)
		if err != nil || at == 1 {
			return 1, err
		}
		v, err := p(at, seed)
		return v / one, err
	}
}

func folly(newLock func() micro.Lock) program {
	return func(at int, seed uint64) (float64, error) {
		cfg := simulated("xeon2x32", 56, 28, 28, seed)
		cfg.Costs.Pause = 4 // 10 cycles before Skylake
		threads := max(cfg.CPUs, at)
		p := micro.Passage{
			Threads: threads, Locks: threads / at, Lines: 1, Inside: 60, Outside: 600, Each: 150,
		}
		return p.Time(cfg, newLock)
	}
}

// microSpin is MicroSpinLock: its waiters look 4000 times, and then sleep 500 us at a time.
type microSpin struct{ word, never sim.Uint32 }

func (l *microSpin) Lock(*micro.Node) {
	for !l.word.AwaitSwap(0, 1, 4000, 1) {
		l.never.Wait(0, 500_000)
	}
}

func (l *microSpin) Unlock(*micro.Node) { l.word.Store(0) }

// cell runs a workload and returns ns an operation.
func cell(cfg sim.Config, c bench.Cell, size workloads.Size) (float64, error) {
	r, err := bench.Simulate(bench.Simulation{
		Cell: c, Machine: cfg, Size: size, Seed: cfg.Seed + 1,
	})
	return float64(r.Ns) / float64(max(r.Ops, 1)), err
}

func contended(name string, cpus int) program {
	return func(at int, seed uint64) (float64, error) {
		c := bench.Cell{Workload: "chan_contended", Design: "gpm", Procs: at}
		return cell(simulated(name, cpus, 0, 0, seed), c, workloads.Small)
	}
}

// contendedAt is contended on xeon32 with 20 CPUs and another latency, in ns.
func contendedAt(latency float64) program {
	return func(at int, seed uint64) (float64, error) {
		cfg := simulated("xeon32", 20, 0, 0, seed)
		cfg.Costs.Near, cfg.Costs.Far = latency, latency
		c := bench.Cell{Workload: "chan_contended", Design: "gpm", Procs: at}
		return cell(cfg, c, workloads.Small)
	}
}

func speedUp(design string, size workloads.Size) program {
	slower := relative(func(at int, seed uint64) (float64, error) {
		c := bench.Cell{Workload: "fib", Design: design, Procs: at}
		return cell(simulated("xeon2x32", 32, 16, 16, seed), c, size)
	})
	return func(at int, seed uint64) (float64, error) {
		v, err := slower(at, seed)
		return 1 / v, err
	}
}

// onDesign runs main as the first G of a design, and returns the time from the call of begin to
// that of end by it, and what the scheduler did in all.
func onDesign(
	cfg sim.Config, design string, procs int, main func(g *rt.G, begin, end func()),
) (ns float64, stats rt.Stats, err error) {
	row, err := all.Find(design)
	if err != nil {
		return 0, rt.Stats{}, err
	}
	var began, ended int64
	var failure error
	_, err = sim.Run(cfg, func() {
		s, err := row.New(rt.Config{Procs: procs, Seed: cfg.Seed + 1})
		if err != nil {
			failure = err
			return
		}
		failure = s.Run(func(g *rt.G) {
			main(g, func() { began = host.Nanotime() }, func() { ended = host.Nanotime() })
		})
		stats = s.Stats()
		if err := s.Close(); failure == nil {
			failure = err
		}
	})
	if err == nil {
		err = failure
	}
	return float64(ended - began), stats, err
}

// spread runs f in n Gs, and returns when all have ended.
func spread(g *rt.G, n int, f func(g *rt.G, i int)) {
	var left gsync.WaitGroup
	left.Add(g, n)
	for i := range n {
		g.Go(func(g *rt.G) {
			f(g, i)
			left.Done(g)
		})
	}
	left.Wait(g)
}

func oneChannel(at int, seed uint64) (float64, error) {
	cfg := simulated("epyc2x64", 48, 12, 6, seed)
	each := max(8000/at, 250)
	ns, _, err := onDesign(cfg, "gpm", at, func(g *rt.G, begin, end func()) {
		c := gsync.NewChan[int](g, 128)
		spread(g, at, func(g *rt.G, _ int) { host.Sleep(100_000) }) // the Ps have started
		begin()
		spread(g, at, func(g *rt.G, i int) {
			for range each {
				c.Send(g, i)
				c.Recv(g)
			}
		})
		end()
	})
	return ns / float64(each*at), err
}

func selectShared(at int, seed uint64) (float64, error) {
	cfg := simulated("xeon32", 8, 0, 0, seed)
	each := max(8000/at, 200)
	ns, _, err := onDesign(cfg, "gpm", at, func(g *rt.G, begin, end func()) {
		own, done := gsync.NewChan[int](g, 0), gsync.NewChan[int](g, 0)
		g.Go(func(g *rt.G) {
			for gsync.Select(g, done.OnRecv(nil, nil), own.OnRecv(nil, nil)) == 1 {
			}
		})
		begin()
		spread(g, at, func(g *rt.G, i int) {
			for range each {
				own.Send(g, i)
			}
		})
		end()
		done.Close(g)
	})
	return ns / float64(each*at), err
}

func mutexCollapse(at int, seed uint64) (float64, error) {
	cfg := simulated("xeon2x32", 96, 48, 48, seed)
	const inside, outside = 3540, 350_000
	const each = 40
	ns, _, err := onDesign(cfg, "gpm", 96, func(g *rt.G, begin, end func()) {
		var mu gsync.Mutex
		begin()
		spread(g, at, func(g *rt.G, i int) {
			host.Work(int64(i) * outside / int64(at))
			for range each {
				mu.Lock(g)
				host.Work(inside)
				mu.Unlock(g)
				host.Work(outside)
			}
		})
		end()
	})
	return ns / float64(each*at), err
}

func lockShare(at int, seed uint64) (float64, error) {
	cfg := simulated("xeon2x32", 88, 44, 44, seed)
	const each = 60
	ns, stats, err := onDesign(cfg, "gpm", at, func(g *rt.G, begin, end func()) {
		begin()
		spread(g, 4*at, func(g *rt.G, i int) {
			for range each {
				gsync.Sleep(g, 50*time.Microsecond)
				host.Work(5000)
			}
		})
		end()
	})
	return 100 * float64(stats.Locks[rt.LockSched].WaitNs) / (ns * float64(at)), err
}
