package workloads

import (
	"fmt"
	"time"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// timersStaggered: several tickers a P of 3 ms each, which are started one after the other at even
// distances. Each has a G that computes for a time after every tick.
//
// Stresses how soon a tick is noticed and its G gets a P while others compute, with P to spare. A
// first phase has eight tickers a P with 300 µs of work (P are busy for 80% of the time). A second
// one has one a P with 2 ms (67%). A design that looks at timers between two Gs only must get them
// done by another P. The metrics late-300us-mean-ns and so on are the times from when a tick was
// due until its G ran. Ticks for which there was no room are dropped. The metric dropped-ticks
// counts them: the next one that comes is then late since the first that did not.
//
// Not stressed with one P: there is no other to help out, and it is the sum of the work that is
// before a tick. Nor where other programs want the CPUs.
//
// Source: Go's BenchmarkStaggeredTickerLatency (time/sleep_test.go), two of its configurations.
// There the starts are 3 ms / P apart, so that every P-th ticker has the same phase. Go issue
// 38860.
var timersStaggered = Workload{
	Name:    "timers_staggered",
	Doc:     "tickers with staggered starts beside computing Gs: how late they are noticed",
	Prepare: prepareTimersStaggered,
}

const staggeredInterval = 3 * time.Millisecond

var timersStaggeredTicks = [...]int{Small: 2, Normal: 10, Large: 400} // of each ticker

type timersStaggeredRun struct {
	ticks  int
	phases []staggeredPhase
}

// staggeredPhase is a number of tickers with the same work.
type staggeredPhase struct {
	name     string
	tickers  []staggeredTicker
	stagger  func(*rt.G)
	watchers latch
}

// staggeredTicker belongs to the G that receives its ticks.
type staggeredTicker struct {
	ph    *staggeredPhase
	ticks int // expected
	work  func(*rt.G)

	received, early, disorder int
	dropped                   int64
	late                      rt.Latencies
}

func prepareTimersStaggered(p Params) (*Instance, error) {
	if err := (rt.Config{Procs: p.Procs}).Check(); err != nil {
		return nil, err
	}
	w := newTimersStaggered(p)
	tickers := 0
	for i := range w.phases {
		tickers += len(w.phases[i].tickers)
	}
	return &Instance{Ops: w.ticks * tickers, Op: "tick", Run: w.run, Metrics: w.metrics}, nil
}

func newTimersStaggered(p Params) *timersStaggeredRun {
	w := &timersStaggeredRun{
		ticks:  timersStaggeredTicks[p.Size],
		phases: make([]staggeredPhase, 2),
	}
	w.phases[0].init("300us", 300*time.Microsecond, 8*p.Procs)
	w.phases[1].init("2ms", 2*time.Millisecond, p.Procs)
	return w
}

func (ph *staggeredPhase) init(name string, work time.Duration, tickers int) {
	ph.name = name
	ph.tickers = make([]staggeredTicker, tickers)
	ph.stagger = spinFor(int64(staggeredInterval) / int64(tickers))
	for i := range ph.tickers {
		ph.tickers[i].work = spinFor(int64(work))
	}
}

func (w *timersStaggeredRun) run(s rt.Scheduler) error {
	for i := range w.phases {
		ph := &w.phases[i]
		ph.watchers.reset()
		for j := range ph.tickers {
			ph.tickers[j] = staggeredTicker{
				ph:    ph,
				ticks: w.ticks,
				work:  ph.tickers[j].work,
				late:  rt.NewLatencies(),
			}
		}
	}
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify()
}

func (w *timersStaggeredRun) main(g *rt.G) {
	for i := range w.phases {
		ph := &w.phases[i]
		ph.watchers.expect(g, len(ph.tickers))
		for j := range ph.tickers {
			ph.stagger(g)
			start := now()
			ticker := gsync.NewTicker(g, staggeredInterval)
			g.Go(func(g *rt.G) { ph.tickers[j].watch(g, ticker, start) })
		}
		ph.watchers.wait(g)
	}
}

// now is the time by the clock that stamps ticks.
func now() time.Time { return host.Epoch().Add(time.Duration(host.Nanotime())) }

// watch receives the ticks, the first of which is due an interval after start.
func (t *staggeredTicker) watch(g *rt.G, ticker *gsync.Ticker, start time.Time) {
	due, last := start.Add(staggeredInterval), start
	for t.received < t.ticks {
		tick, _ := ticker.C.Recv(g)
		now := now()
		t.received++
		if now.Sub(start) < time.Duration(t.received)*staggeredInterval {
			t.early++
		}
		// Go stamps a tick with the time now, less by how much it is late, and reads the clock
		// for each. A thread that sleeps between the two readings disorders the stamps.
		if !tick.After(last) && !g.Native() {
			t.disorder++
		}
		last = tick
		t.late.Record(int64(now.Sub(due)))
		dropped := max(tick.Sub(due)/staggeredInterval, 0)
		t.dropped += int64(dropped)
		due = due.Add((1 + dropped) * staggeredInterval)
		t.work(g)
	}
	ticker.Stop(g)
	t.ph.watchers.pass(g)
}

func (w *timersStaggeredRun) verify() error {
	for i := range w.phases {
		ph := &w.phases[i]
		for j := range ph.tickers {
			if t := &ph.tickers[j]; t.received != w.ticks || t.early != 0 || t.disorder != 0 {
				got := fmt.Sprintf("%d ticks of ticker %d (work of %s), %d too early, "+
					"%d out of order", t.received, j, ph.name, t.early, t.disorder)
				want := fmt.Sprintf("%d ticks at their time", w.ticks)
				return wrong("timers_staggered", got, want)
			}
		}
		passed, all := ph.watchers.passed.Load(), int64(len(ph.tickers))
		if err := checkCount("timers_staggered", passed, all); err != nil {
			return err
		}
	}
	return nil
}

func (w *timersStaggeredRun) metrics() (list []Metric) {
	dropped := int64(0)
	for i := range w.phases {
		ph := &w.phases[i]
		late := rt.NewLatencies()
		for j := range ph.tickers {
			late.Merge(ph.tickers[j].late)
			dropped += ph.tickers[j].dropped
		}
		name := "late-" + ph.name
		list = append(list, Metric{name + "-mean-ns", late.Mean()})
		list = append(list, percentiles(name, late, 50)...)
		list = append(list, Metric{name + "-max-ns", float64(late.Max())})
	}
	return append(list, Metric{"dropped-ticks", float64(dropped)})
}
