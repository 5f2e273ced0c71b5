package workloads

import (
	"fmt"
	"runtime"

	"schedlab/host"
	"schedlab/internal/histogram"
	"schedlab/rt"
)

// stopWorld is a G that stops the world again and again while 10 000 others yield to each other,
// and each time sees that nothing moves.
//
// Stresses how fast Ms that are busy come to a safe point and are stopped, and how fast everything
// is at work again. The metrics stop-p50-ns, stop-p99-ns and stop-max-ns are the times from asking
// for a stop until all stand still.
//
// Not stressed: Gs that reach no safe point for long, which a stop waits for.
//
// Go's own world can be stopped from outside only by what needs that. So the native G calls
// runtime.ReadMemStats, and the times are the runtime's own, of
// /sched/pauses/stopping/other:seconds (each rounded up to its bucket). Go preempts by signal, so
// it need not wait for a safe point.
var stopWorld = Workload{
	Name:    "stop_world",
	Doc:     "stop-the-world beside 10 000 yielding Gs: how long until all stand still",
	Prepare: prepareStopWorld,
}

var (
	stopWorldGs    = [...]int{Small: 200, Normal: 10_000, Large: 10_000}
	stopWorldStops = [...]int{Small: 10, Normal: 30, Large: 1000}
)

type stopWorldRun struct {
	stops   int
	tasks   []stopped
	bodies  []func(*rt.G)
	times   rt.Latencies
	moved   int         // stops in which something moved
	done    host.Bool   // tells the others to end; one writer, all read
	natives goStopTimes // instead of times, for native Gs
}

// stopped is a G that counts, so that it shows when it runs.
type stopped struct {
	w      *stopWorldRun
	yields uint64
	ends   int
}

func prepareStopWorld(p Params) (*Instance, error) {
	w := &stopWorldRun{
		stops: stopWorldStops[p.Size],
		tasks: make([]stopped, stopWorldGs[p.Size]),
		times: rt.NewLatencies(),
	}
	for i := range w.tasks {
		w.bodies = append(w.bodies, w.tasks[i].main)
	}
	return &Instance{Ops: w.stops, Op: "stop", Run: w.run, Metrics: w.metrics}, nil
}

func (w *stopWorldRun) run(s rt.Scheduler) error {
	for i := range w.tasks {
		w.tasks[i] = stopped{w: w}
	}
	w.times.Reset()
	w.done.Store(false)
	w.moved = 0
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify()
}

func (w *stopWorldRun) main(g *rt.G) {
	for _, body := range w.bodies {
		g.Go(body)
	}
	g.Yield()
	if g.Native() {
		w.natives.begin()
	}
	for range w.stops {
		if g.Native() {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
		} else {
			w.stop(g)
		}
		g.Yield()
	}
	if g.Native() {
		w.natives.end()
	}
	w.done.Store(true)
}

func (w *stopWorldRun) stop(g *rt.G) {
	start := host.Nanotime()
	g.StopTheWorld()
	w.times.Record(host.Nanotime() - start)
	if before := w.sum(); w.sum() != before {
		w.moved++
	}
	computed(2*len(w.tasks), stopWorldTaskPs)
	g.StartTheWorld()
}

func (w *stopWorldRun) sum() (sum uint64) {
	for i := range w.tasks {
		sum += w.tasks[i].yields
	}
	return sum
}

func (t *stopped) main(g *rt.G) {
	for !t.w.done.Load() {
		t.yields++
		g.Yield()
	}
	t.ends++
}

func (w *stopWorldRun) verify() error {
	if w.moved > 0 {
		return wrong("stop_world", fmt.Sprintf("%d stops in which a G ran", w.moved), 0)
	}
	for i := range w.tasks {
		if t := &w.tasks[i]; t.ends != 1 {
			return wrong("stop_world", fmt.Sprintf("%d ends of task %d", t.ends, i), 1)
		}
	}
	return w.natives.err
}

func (w *stopWorldRun) metrics() []Metric {
	if len(w.natives.times) > 0 {
		list := percentilesOf("stop", int64(w.natives.times.Total()), w.natives.at, 50, 99)
		return append(list, Metric{"stop-max-ns", w.natives.at(100)})
	}
	list := percentiles("stop", w.times, 50, 99)
	return append(list, Metric{"stop-max-ns", float64(w.times.Max())})
}

// goStopTimes is what Go's runtime reports of the stops between begin and end.
type goStopTimes struct {
	before histogram.Reading
	times  histogram.Buckets // in seconds
	err    error
}

const goStopMetric = "/sched/pauses/stopping/other:seconds"

func (t *goStopTimes) begin() {
	t.times = nil
	if t.before, t.err = histogram.Read(goStopMetric); t.err != nil {
		t.err = fmt.Errorf("workloads: stop_world: %w", t.err)
	}
}

func (t *goStopTimes) end() {
	if t.err == nil {
		t.times, t.err = t.before.Since()
	}
}

// at returns, in ns, the end of the bucket in which the percentile p of the stops lies.
func (t *goStopTimes) at(p float64) float64 { return t.times.At(p) * 1e9 }
