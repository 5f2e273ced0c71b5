package workloads

import (
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// fanOutIn has one G give out items, 8 workers transform them, and one G collect the results. Both
// channels are unbuffered.
//
// Stresses wakeups from one G to many and from many to one: the source wakes a worker an item, and
// all workers queue up at the sink. There is work for three threads at best. So it shows what a
// design makes of more: whether they park, or go on waking and stealing for nothing.
//
// Not stressed: the CPU. An item costs some ns, so the scheduler is all that shows.
//
// Source: the fan-out, fan-in of "Go Concurrency Patterns: Pipelines and cancellation"
// (go.dev/blog/pipelines).
var fanOutIn = Workload{
	Name:    "fan_out_in",
	Doc:     "a source, 8 workers and a sink: wakeups from one to many and back",
	Prepare: prepareFanOutIn,
}

const fanWorkers = 8

var fanOutInItems = [...]int{Small: 400, Normal: 50_000, Large: 1_000_000}

type fanOutInRun struct {
	items            []uint64
	todo, done       *gsync.Chan[uint64]
	source, transfer func(*rt.G)
	sum, want        uint64 // of the results

	// ended counts workers: if one is missing, the others do its work. Atomic: each adds to it.
	ended host.Int64
}

func prepareFanOutIn(p Params) (*Instance, error) {
	w := newFanOutIn(p)
	return &Instance{Ops: len(w.items), Op: "item", Run: w.run}, nil
}

func newFanOutIn(p Params) *fanOutInRun {
	var r host.Rand
	r.Seed(p.Seed, inputStream)
	w := &fanOutInRun{items: randomNumbers(&r, fanOutInItems[p.Size])}
	for _, item := range w.items {
		w.want += scramble(item)
	}
	w.source, w.transfer = w.giveOut, w.work
	return w
}

// scramble is a bijection (the finalizer of MurmurHash3), so that no two items have the same
// result.
func scramble(x uint64) uint64 {
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

func (w *fanOutInRun) run(s rt.Scheduler) error {
	w.sum = 0
	w.ended.Store(0)
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify()
}

// main is the sink. It takes as many results as there are items, so a worker with one too many
// would wait for ever.
func (w *fanOutInRun) main(g *rt.G) {
	w.todo = gsync.NewChan[uint64](g, 0)
	w.done = gsync.NewChan[uint64](g, 0)
	for range fanWorkers {
		g.Go(w.transfer)
	}
	g.Go(w.source)
	for range w.items {
		result, _ := w.done.Recv(g)
		w.sum += result
	}
}

func (w *fanOutInRun) giveOut(g *rt.G) {
	for _, item := range w.items {
		w.todo.Send(g, item)
	}
	w.todo.Close(g)
}

func (w *fanOutInRun) work(g *rt.G) {
	for {
		item, ok := w.todo.Recv(g)
		if !ok {
			w.ended.Add(1)
			return
		}
		result := scramble(item)
		computed(1, scramblePs)
		w.done.Send(g, result)
	}
}

func (w *fanOutInRun) verify() error {
	if w.sum != w.want {
		return wrong("fan_out_in", w.sum, w.want)
	}
	return checkCount("fan_out_in", w.ended.Load(), fanWorkers)
}
