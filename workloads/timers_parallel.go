package workloads

import (
	"fmt"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// timersParallel: a G that keeps its P busy starts a timer of 1 ms for each other P, and waits,
// spinning. Each timer starts a G that spins, too, until all of them have begun. So every P must
// fire one.
//
// Stresses the timers of a P that is busy: another must look at them. The metrics late-mean-ns,
// late-p50-ns and late-max-ns are the times from when a timer was due until its G ran. The G that
// started them passes safe points but does not give way. So they fire on its own P only if the
// monitor takes the P from it, after 10 ms.
//
// Where no P fires a timer or steals the G that it made, all would spin for ever. So a G that has
// spun for 10 ms after the timers were due begins to yield. The metric impatient is how many did,
// and lateness is cut off there. With one P there is no other, so the G that starts the timer
// yields from the beginning. Lateness is then what a P needs that looks at timers between two Gs.
//
// Not stressed: many timers, or the cost of one.
//
// Source: Go's BenchmarkParallelTimerLatency (time/sleep_test.go), which leaves out one P. Go issue
// 38860.
var timersParallel = Workload{
	Name:    "timers_parallel",
	Doc:     "timers of a busy P, one for each other P: who fires them, and how late",
	Prepare: prepareTimersParallel,
}

const (
	parallelDelayNs = 1_000_000
	// Between rounds the others go idle.
	parallelPauseNs    = 1_000_000
	parallelPatienceNs = 10_000_000
)

var timersParallelRounds = [...]int{Small: 2, Normal: 20, Large: 500}

type timersParallelRun struct {
	rounds   int
	patience int64 // of a G that spins
	timers   []parallelTimer
	pause    func(*rt.G)

	// fired counts the timers that have fired, in all rounds. All Gs spin until it is all, which
	// is what it comes to in this round. main writes all before it starts the timers, and their
	// Gs read it before they count.
	fired     host.Int64
	all       int64
	impatient host.Int64 // Gs that have lost patience
}

// parallelTimer is one timer. It belongs to its G and, between rounds, to main.
type parallelTimer struct {
	w     *timersParallelRun
	timer *gsync.Timer
	body  func(*rt.G)
	due   int64
	fired int
	early int
	stale int // how often it had not fired when it was to be started
	late  rt.Latencies
	_     [128 - 64]byte // no two on one pair of cache lines
}

func prepareTimersParallel(p Params) (*Instance, error) {
	if err := (rt.Config{Procs: p.Procs}).Check(); err != nil {
		return nil, err
	}
	return newTimersParallel(p, parallelPatienceNs).instance(), nil
}

func newTimersParallel(p Params, patience int64) *timersParallelRun {
	w := &timersParallelRun{
		rounds:   timersParallelRounds[p.Size],
		patience: patience,
		timers:   make([]parallelTimer, max(p.Procs-1, 1)),
		pause:    spinFor(parallelPauseNs),
	}
	if p.Procs == 1 {
		w.patience = 0
	}
	for i := range w.timers {
		w.timers[i].body = w.timers[i].main
	}
	return w
}

func (w *timersParallelRun) instance() *Instance {
	return &Instance{Ops: w.rounds * len(w.timers), Op: "timer", Run: w.run, Metrics: w.metrics}
}

func (w *timersParallelRun) run(s rt.Scheduler) error {
	w.fired.Store(0)
	w.impatient.Store(0)
	w.all = 0
	for i := range w.timers {
		w.timers[i] = parallelTimer{w: w, body: w.timers[i].body, late: rt.NewLatencies()}
	}
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify()
}

func (w *timersParallelRun) main(g *rt.G) {
	for range w.rounds {
		w.all += int64(len(w.timers))
		for i := range w.timers {
			w.timers[i].set(g)
		}
		w.spin(g, w.all, parallelDelayNs)
		w.pause(g)
	}
}

// noGrace is the grace of timers that are due at once.
const noGrace = 0

// spin keeps the P busy until all timers have fired. grace is added to patience, if there is any.
func (w *timersParallelRun) spin(g *rt.G, all, grace int64) {
	start, patient := host.Nanotime(), w.patience > 0
	for w.fired.Load() < all {
		if !patient {
			g.Yield()
			continue
		}
		g.Checkpoint()
		if host.Nanotime()-start > w.patience+grace {
			patient = false
			w.impatient.Add(1)
		}
	}
}

func (t *parallelTimer) set(g *rt.G) {
	t.due = host.Nanotime() + parallelDelayNs
	if t.timer == nil {
		t.timer = gsync.AfterFunc(g, parallelDelayNs, t.body)
	} else if t.timer.Reset(g, parallelDelayNs) {
		t.stale++
	}
}

// main is the G that the timer starts.
func (t *parallelTimer) main(g *rt.G) {
	late := host.Nanotime() - t.due
	if late < 0 {
		t.early++
	}
	t.late.Record(late)
	t.fired++
	all := t.w.all
	t.w.fired.Add(1)
	t.w.spin(g, all, noGrace)
}

func (w *timersParallelRun) verify() error {
	for i := range w.timers {
		if t := &w.timers[i]; t.fired != w.rounds || t.early != 0 || t.stale != 0 {
			got := fmt.Sprintf("timer %d: fired %d times, %d too early, %d times still active",
				i, t.fired, t.early, t.stale)
			return wrong("timers_parallel", got,
				fmt.Sprintf("%d times, each after its time and before the next", w.rounds))
		}
	}
	return nil
}

func (w *timersParallelRun) metrics() []Metric {
	late := rt.NewLatencies()
	for i := range w.timers {
		late.Merge(w.timers[i].late)
	}
	list := append([]Metric{{"late-mean-ns", late.Mean()}}, percentiles("late", late, 50)...)
	return append(list,
		Metric{"late-max-ns", float64(late.Max())},
		Metric{"impatient", float64(w.impatient.Load())})
}
