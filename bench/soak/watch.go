package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"

	"schedlab/internal/progress"
	"schedlab/rt"
)

// goal is a count that a mode must bring to a number, with the verb for it.
type goal struct {
	count count
	verb  string
}

// watch shows the progress, and ends the process when there is none.
type watch struct {
	out      io.Writer
	counts   *counts
	began    time.Time
	end      time.Time     // zero: when the goals are reached
	goals    []goal        // of the mode, one after the other
	number   int64         // to which each goal counts
	every    time.Duration // between two lines
	patience time.Duration // how long there may be no progress
	hangs    func()        // called then; ends the process

	over chan struct{}
	gone sync.WaitGroup
	once sync.Once

	shown time.Time        // when the last line was shown
	had   [numCounts]int64 // the counts at that time

	mu    sync.Mutex // guards all below
	where string
	round int
	s     rt.Scheduler // the one that is used, or nil
}

const (
	watchEvery    = 10 * time.Second
	watchPatience = time.Minute
	dumpPatience  = 10 * time.Second
)

func newWatch(o options, out io.Writer, c *counts) *watch {
	w := &watch{
		out: out, counts: c, began: time.Now(), every: watchEvery, patience: watchPatience,
		goals: o.mode.goals, number: int64(o.gs), over: make(chan struct{}),
		hangs: func() { os.Exit(exitHangs) },
	}
	w.shown = w.began
	if o.mode.gs == 0 {
		w.end = w.began.Add(o.time)
	}
	return w
}

func (w *watch) start() { w.gone.Go(w.main) }

// stop ends the watch. It may be called more than once.
func (w *watch) stop() {
	w.once.Do(func() { close(w.over) })
	w.gone.Wait()
}

// noRounds is the round of a soak that has none.
const noRounds = 0

// looksAt says what the soak does now.
func (w *watch) looksAt(where string, round int, s rt.Scheduler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.where, w.round, w.s = where, round, s
}

// looksAway says that what the soak did last has ended, and its scheduler is closed.
func (w *watch) looksAway() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.s = nil
}

func (w *watch) main() {
	tick := min(w.every, w.patience) / 10
	ticks := time.NewTicker(tick)
	defer ticks.Stop()
	var p pulse
	for {
		select {
		case <-w.over:
			return
		case <-ticks.C:
		}
		if time.Duration(p.still(w.counts.progress()))*tick >= w.patience {
			w.report()
			w.hangs()
			return
		}
		if now := time.Now(); now.Sub(w.shown) >= w.every {
			w.show(now)
			w.shown, w.had = now, w.counts.snapshot()
		}
	}
}

// pulse counts the looks in a row at which a number was the same. It counts looks, not time,
// since the whole process may have been stopped for a time.
type pulse struct {
	last  int64
	looks int
}

func (p *pulse) still(n int64) int {
	if n != p.last {
		p.last, p.looks = n, 0
	} else {
		p.looks++
	}
	return p.looks
}

// show prints how far the soak is.
func (w *watch) show(now time.Time) {
	w.mu.Lock()
	round := w.round
	w.mu.Unlock()
	if w.end.IsZero() {
		fmt.Fprintf(w.out, "%s gone, %s\n", progress.Short(now.Sub(w.began)), w.towards(now))
		return
	}
	left := progress.Short(max(0, w.end.Sub(now)))
	fmt.Fprintf(w.out, "%s left, round %d\n%s", left, round, lines(w.counts))
}

// towards says how far the current goal is and, at the rate since the last line, how long it
// will take.
func (w *watch) towards(now time.Time) string {
	i := 0
	for i < len(w.goals)-1 && w.counts.get(w.goals[i].count) >= w.number {
		i++
	}
	n := w.counts.get(w.goals[i].count)
	said := fmt.Sprintf("%s of %s Gs %s", si(n), si(w.number), w.goals[i].verb)
	if more := n - w.had[w.goals[i].count]; more > 0 {
		left := progress.Left(now.Sub(w.shown), more, w.number-n)
		said += fmt.Sprintf(", about %s left", progress.Short(left))
	}
	return said
}

// report prints everything that helps to find out why there is no progress.
func (w *watch) report() {
	w.mu.Lock()
	where, s := w.where, w.s
	w.mu.Unlock()
	fmt.Fprintf(w.out, "soak: %s: nothing has happened for %v\n", where, w.patience)
	if s != nil {
		dumped := make(chan string, 1)
		go func() { dumped <- s.Dump() }()
		select {
		case text := <-dumped:
			fmt.Fprintln(w.out, text)
		case <-time.After(dumpPatience):
			fmt.Fprintf(w.out, "Dump does not return within %v\n", dumpPatience)
		}
	}
	stacks := make([]byte, 64<<20)
	fmt.Fprintf(w.out, "%s\n", stacks[:runtime.Stack(stacks, true)])
}
