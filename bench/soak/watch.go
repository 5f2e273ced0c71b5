package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"

	"schedlab/designs"
)

// watch shows progress, and ends the process when there is none.
type watch struct {
	out      io.Writer
	counts   *counts
	began    time.Time
	end      time.Time     // zero: when all is done
	every    time.Duration // between two lines
	patience time.Duration // without progress
	hangs    func()        // what then; exits

	over chan struct{}
	gone sync.WaitGroup
	once sync.Once

	mu    sync.Mutex // guards all below
	where string
	round int
	s     designs.Scheduler // the one at work, or nil
}

const (
	watchEvery    = 10 * time.Second
	watchPatience = time.Minute
	dumpPatience  = 10 * time.Second
)

func newWatch(o options, out io.Writer, c *counts) *watch {
	w := &watch{out: out, counts: c, began: time.Now(), every: watchEvery, patience: watchPatience, over: make(chan struct{})}
	w.hangs = func() { os.Exit(exitHangs) }
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
func (w *watch) looksAt(where string, round int, s designs.Scheduler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.where, w.round, w.s = where, round, s
}

func (w *watch) main() {
	ticks := time.NewTicker(min(w.every, w.patience) / 10)
	defer ticks.Stop()
	var p pulse
	shown := time.Now()
	for {
		select {
		case <-w.over:
			return
		case <-ticks.C:
		}
		now := time.Now()
		if p.still(now, w.counts.progress()) >= w.patience {
			w.report()
			w.hangs()
			return
		}
		if now.Sub(shown) >= w.every {
			shown = now
			w.show(now)
		}
	}
}

// pulse tells how long a number has been the same.
type pulse struct {
	last  int64
	since time.Time
}

func (p *pulse) still(now time.Time, n int64) time.Duration {
	if n != p.last || p.since.IsZero() {
		p.last, p.since = n, now
	}
	return now.Sub(p.since)
}

// show prints how far it is.
func (w *watch) show(now time.Time) {
	w.mu.Lock()
	round := w.round
	w.mu.Unlock()
	if gone := now.Sub(w.began); w.end.IsZero() {
		rate := float64(w.counts.get(countGs)) / gone.Seconds()
		fmt.Fprintf(w.out, "%v gone, %s Gs a second ended\n%s", gone.Round(time.Second), si(int64(rate)), lines(w.counts))
		return
	}
	fmt.Fprintf(w.out, "%v left, round %d\n%s", max(0, w.end.Sub(now)).Round(time.Second), round, lines(w.counts))
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
