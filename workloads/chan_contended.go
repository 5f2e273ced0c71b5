package workloads

import (
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// chanContended is a G a P, all on one buffered channel. An operation is 100 sends and then 100
// receives. The channel holds what all Gs can have sent, so no G ever blocks in it.
//
// Stresses the lock of the channel and nothing else: no G is readied, no queue of the scheduler is
// touched. It is there to tell contention in gsync from contention in the scheduler, which the
// other workloads mix.
//
// Not stressed: the scheduler. Designs should differ only by how they treat a thread that spins for
// a lock.
//
// Source: Go's BenchmarkChanContended (runtime/chan_test.go). The operations are shared out
// beforehand here, in equal parts.
var chanContended = Workload{
	Name:    "chan_contended",
	Doc:     "all Ps on one buffered channel that never blocks: lock contention alone",
	Prepare: prepareChanContended,
}

const chanBurst = 100 // messages of a G before it turns to receiving

var chanBursts = [...]int{Small: 40, Normal: 2000, Large: 50_000} // of all Gs

type chanContendedRun struct {
	rounds int // operations of each G
	shared *gsync.Chan[int]
	gs     []burster
	bodies []func(*rt.G)
}

type burster struct {
	w     *chanContendedRun
	first int            // it sends the numbers from first on
	sum   int            // of the numbers it received
	_     [128 - 24]byte // no two Gs on one pair of cache lines
}

func prepareChanContended(p Params) (*Instance, error) {
	if err := (rt.Config{Procs: p.Procs}).Check(); err != nil {
		return nil, err
	}
	w := &chanContendedRun{rounds: max(1, chanBursts[p.Size]/p.Procs), gs: make([]burster, p.Procs)}
	for i := range w.gs {
		w.gs[i] = burster{w: w, first: i * w.rounds * chanBurst}
		w.bodies = append(w.bodies, w.gs[i].main)
	}
	return &Instance{Ops: w.rounds * p.Procs, Op: "burst", Run: w.run}, nil
}

func (w *chanContendedRun) run(s rt.Scheduler) error {
	for i := range w.gs {
		w.gs[i].sum = 0
	}
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify()
}

func (w *chanContendedRun) main(g *rt.G) {
	w.shared = gsync.NewChan[int](g, chanBurst*len(w.gs))
	for _, body := range w.bodies {
		g.Go(body)
	}
}

func (b *burster) main(g *rt.G) {
	next := b.first
	for range b.w.rounds {
		for range chanBurst {
			b.w.shared.Send(g, next)
			next++
		}
		for range chanBurst {
			number, _ := b.w.shared.Recv(g)
			b.sum += number
		}
	}
}

// verify: the numbers 0 to n-1 were sent, once each.
func (w *chanContendedRun) verify() error {
	n, sum := len(w.gs)*w.rounds*chanBurst, 0
	for i := range w.gs {
		sum += w.gs[i].sum
	}
	if want := n * (n - 1) / 2; sum != want {
		return wrong("chan_contended", sum, want)
	}
	return nil
}
