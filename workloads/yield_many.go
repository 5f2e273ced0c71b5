package workloads

import (
	"fmt"

	"schedlab/rt"
)

// yieldMany is many Gs that do nothing but give way to each other.
//
// Stresses the way from one G to the next: put at the tail, get at the head, switch stacks. Every G
// stays runnable to its end, so nothing is ever readied and no thread has cause to park.
//
// Not stressed: spawning, blocking, waking. Yield goes to the local tail in one design and to the
// global queue in another. The workload shows that difference; it is no fault of it.
//
// Source: tokio, benches/rt_multi_threaded.rs, yield_many (200 tasks, 1000 yields each), without
// its channel on which each task reports its end.
var yieldMany = Workload{
	Name:    "yield_many",
	Doc:     "200 Gs yield to each other: the way from one G to the next",
	Prepare: prepareYieldMany,
}

type yieldManyRun struct {
	rounds int
	tasks  []yielder
	bodies []func(*rt.G)
}

// yielder counts in memory and not in a variable, so that a task that is lost, or runs on two
// threads at once, miscounts.
type yielder struct {
	rounds int
	yields int
	_      [128 - 16]byte // no two tasks on one pair of cache lines
}

var (
	yieldManyTasks  = [...]int{Small: 20, Normal: 200, Large: 200}
	yieldManyRounds = [...]int{Small: 100, Normal: 1000, Large: 20_000}
)

func prepareYieldMany(p Params) (*Instance, error) {
	tasks, rounds := yieldManyTasks[p.Size], yieldManyRounds[p.Size]
	w := &yieldManyRun{rounds: rounds, tasks: make([]yielder, tasks)}
	for i := range w.tasks {
		w.bodies = append(w.bodies, w.tasks[i].main)
	}
	return &Instance{Ops: tasks * rounds, Op: "yield", Run: w.run}, nil
}

func (w *yieldManyRun) run(s rt.Scheduler) error {
	for i := range w.tasks {
		w.tasks[i] = yielder{rounds: w.rounds}
	}
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify()
}

func (w *yieldManyRun) main(g *rt.G) {
	for _, body := range w.bodies {
		g.Go(body)
	}
}

func (t *yielder) main(g *rt.G) {
	for range t.rounds {
		t.yields++
		g.Yield()
	}
}

func (w *yieldManyRun) verify() error {
	for i := range w.tasks {
		if got := w.tasks[i].yields; got != w.rounds {
			return wrong("yield_many", fmt.Sprintf("%d yields of task %d", got, i), w.rounds)
		}
	}
	return nil
}
