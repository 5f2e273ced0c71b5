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

// goal is what a big mode counts up to a number, and its verb.
type goal struct {
	count count
	verb  string
}

// watch shows progress, and ends the process when there is none.
type watch struct {
	out      io.Writer
	counts   *counts
	began    time.Time
	end      time.Time     // zero: when the goals are reached
	goals    []goal        // of a big mode, one after the other
	number   int64         // of Gs, for each
	every    time.Duration // between two lines
	patience time.Duration // without progress
	hangs    func()        // what then; exits

	over chan struct{}
	gone sync.WaitGroup
	once sync.Once

	shown time.Time // the last time, and what had been counted then
	had   [numCounts]int64

	mu    sync.Mutex // guards all below
	where string
	round int
	s     rt.Scheduler // the one at work, or nil
}

const (
	watchEvery    = 10 * time.Second
	watchPatience = time.Minute
	dumpPatience  = 10 * time.Second
)

func newWatch(o options, out io.Writer, c *counts) *watch {
	w := &watch{out: out, counts: c, began: time.Now(), every: watchEvery, patience: watchPatience, over: make(chan struct{})}
	w.hangs = func() { os.Exit(exitHangs) }
	w.shown, w.goals, w.number = w.began, o.mode.goals, int64(o.gs)
	if o.mode.gs == 0 {
		w.end = w.began.Add(o.time)
	}
	return w
}

func (w *watch) start() { w.gone.Go(w.main) }

// stop ends it. It may be called more than once.
func (w *watch) stop() {
	w.once.Do(func() { close(w.over) })
	w.gone.Wait()
}

// looksAt says what is at work.
func (w *watch) looksAt(where string, round int, s rt.Scheduler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.where, w.round, w.s = where, round, s
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

// pulse tells at how many looks in a row a number was the same. It counts looks,
// not time, in which the whole process may have been stopped.
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

// show prints how far it is.
func (w *watch) show(now time.Time) {
	w.mu.Lock()
	round := w.round
	w.mu.Unlock()
	if w.end.IsZero() {
		fmt.Fprintf(w.out, "%s gone, %s\n", progress.Short(now.Sub(w.began)), w.towards(now))
		return
	}
	fmt.Fprintf(w.out, "%s left, round %d\n%s", progress.Short(max(0, w.end.Sub(now))), round, lines(w.counts))
}

// towards says how far the goal at work is and, at the rate since the last time, how
// long it will take.
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

// report prints all that helps to find out why nothing goes on.
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
