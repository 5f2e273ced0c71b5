package workloads

import (
	"fmt"
	"time"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// timersSleep is many Gs that sleep for short random times. Each has a deadline of an hour that it
// puts off before each sleep and at times takes back, as a server does with the timeouts of its
// connections.
//
// Stresses what timers cost: to start, move, stop and fire one, and to ready the G. There are so
// many Gs that some sleep is always over. So time per operation is the work of the scheduler, not
// the times asked for.
//
// Not stressed: how late a timer fires; see timersParallel.
var timersSleep = Workload{
	Name:    "timers_sleep",
	Doc:     "1000 Gs a P that sleep for some 100 µs and put off a deadline: what timers cost",
	Prepare: prepareTimersSleep,
}

const (
	maxSleepNs = 500_000
	// A deadline is taken back in one of this many sleeps.
	stopsDeadline = 8
)

var (
	timersSleepGs = [...]int{Small: 20, Normal: 1000, Large: 1000} // a P
	timersSleeps  = [...]int{Small: 4, Normal: 20, Large: 500}     // of each
)

type timersSleepRun struct {
	sleeps int
	gs     []timedSleeper
	bodies []func(*rt.G)
	missed host.Int64 // deadlines missed: 0, or the answer is wrong
}

// timedSleeper is a G; the fields are its own.
type timedSleeper struct {
	w     *timersSleepRun
	state uint64
	slept int
	early int
	lost  int            // how often the deadline was not what it should be
	_     [128 - 40]byte // no two Gs on one pair of cache lines
}

func prepareTimersSleep(p Params) (*Instance, error) {
	if err := (rt.Config{Procs: p.Procs}).Check(); err != nil {
		return nil, err
	}
	w := newTimersSleep(p)
	return &Instance{Ops: w.sleeps * len(w.gs), Op: "sleep", Run: w.run}, nil
}

func newTimersSleep(p Params) *timersSleepRun {
	w := &timersSleepRun{
		sleeps: timersSleeps[p.Size],
		gs:     make([]timedSleeper, timersSleepGs[p.Size]*p.Procs),
	}
	for i := range w.gs {
		w.gs[i] = timedSleeper{w: w, state: scramble(p.Seed + uint64(i) + 1)}
		w.bodies = append(w.bodies, w.gs[i].main)
	}
	return w
}

func (w *timersSleepRun) run(s rt.Scheduler) error {
	w.missed.Store(0)
	for i := range w.gs {
		w.gs[i] = timedSleeper{w: w, state: w.gs[i].state}
	}
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify()
}

func (w *timersSleepRun) main(g *rt.G) {
	for _, body := range w.bodies {
		g.Go(body)
	}
}

func (t *timedSleeper) main(g *rt.G) {
	deadline, active := gsync.AfterFunc(g, time.Hour, t.w.miss), true
	for t.slept < t.w.sleeps {
		t.expect(deadline.Reset(g, time.Hour), active)
		active = t.slept%stopsDeadline != 0
		if !active {
			t.expect(deadline.Stop(g), true)
		}
		t.sleep(g)
	}
	t.expect(deadline.Stop(g), active)
}

func (w *timersSleepRun) miss(*rt.G) { w.missed.Add(1) }

func (t *timedSleeper) expect(got, want bool) {
	if got != want {
		t.lost++
	}
}

func (t *timedSleeper) sleep(g *rt.G) {
	t.state = scramble(t.state)
	ns := int64(1 + t.state%maxSleepNs)
	start := host.Nanotime()
	gsync.Sleep(g, time.Duration(ns))
	if host.Nanotime()-start < ns {
		t.early++
	}
	t.slept++
}

func (w *timersSleepRun) verify() error {
	for i := range w.gs {
		if t := &w.gs[i]; t.slept != w.sleeps || t.early != 0 || t.lost != 0 {
			got := fmt.Sprintf("G %d slept %d times, %d too short; "+
				"its deadline was %d times wrongly active or not", i, t.slept, t.early, t.lost)
			return wrong("timers_sleep", got, fmt.Sprintf("%d sleeps", w.sleeps))
		}
	}
	if n := w.missed.Load(); n != 0 {
		return wrong("timers_sleep", fmt.Sprintf("%d deadlines missed", n), "none")
	}
	return nil
}
