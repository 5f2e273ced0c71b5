package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"time"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

// crowd is very many Gs that are blocked at the same moment, each on one of a few
// channels, and then get a value each and end.
type crowd struct {
	counts *counts
	chans  []*gsync.Chan[int]
	over   func() bool  // an interrupt
	next   atomic.Int64 // numbers the Gs as they begin
	waits  atomic.Int64 // those that block, or are about to
	ended  atomic.Int64
	got    []uint8 // by value: how often it was received
	lives  []uint8 // by G: 1 it began, 2 it ended

	made, done time.Duration // until all were blocked; from the first value until all had ended
	bytes      uint64        // of heap and stacks that they took
}

const (
	crowdChans = 64
	crowdYield = 1 << 14 // so many Gs are made before they may run
)

// soakBlocked is mode blocked.
func soakBlocked(ctx context.Context, o options, out io.Writer) error {
	c := &crowd{over: interrupts(ctx), counts: &counts{}, got: make([]uint8, o.gs), lives: make([]uint8, o.gs)}
	stats, err := soakOne(ctx, o, out, c.counts, c.main)
	if err = errors.Join(err, c.verify(), fewMs(o, stats)); err != nil {
		return err
	}
	n := float64(max(1, len(c.lives)))
	fmt.Fprintln(out, verdict(ctx, fmt.Sprintf("%d Gs blocked at the same moment, none lost: "+
		"%v to make (%.0f ns each), %v to end (%.0f ns each), %.0f bytes each, %s",
		len(c.lives), c.made.Round(time.Millisecond), float64(c.made)/n, c.done.Round(time.Millisecond), float64(c.done)/n,
		float64(c.bytes)/n, msOf(o, stats))))
	return nil
}

// main makes them, lets them end, and measures both.
func (c *crowd) main(g *rt.G) {
	for range crowdChans {
		c.chans = append(c.chans, gsync.NewChan[int](g, 0))
	}
	before := inUse(g)
	start := time.Now()
	n := c.make(g)
	for c.waits.Load() < int64(n) {
		g.Yield()
	}
	c.made = time.Since(start)
	c.bytes = max(before, inUse(g)) - before
	start = time.Now()
	for v := range n {
		c.chans[v%crowdChans].Send(g, v)
	}
	for c.ended.Load() < int64(n) {
		g.Yield()
	}
	c.done = time.Since(start)
	c.got, c.lives = c.got[:n], c.lives[:n]
}

// make makes all, or as many as there are by an interrupt, and returns how many.
func (c *crowd) make(g *rt.G) int {
	for i := range c.lives {
		if i%crowdYield == 0 {
			if c.over() {
				return i
			}
			g.Yield()
		}
		g.Go(c.wait)
	}
	return len(c.lives)
}

// wait is one of them.
func (c *crowd) wait(g *rt.G) {
	i := int(c.next.Add(1) - 1)
	c.lives[i]++
	c.waits.Add(1)
	c.counts.add(countChans, 1)
	v, _ := c.chans[i%crowdChans].Recv(g)
	c.got[v]++
	c.lives[i]++
	c.ended.Add(1)
	c.counts.add(countGs, 1)
}

// verify: each G has ended once, each value was received once.
func (c *crowd) verify() error {
	for i := range c.lives {
		if c.lives[i] != 2 || c.got[i] != 1 {
			return fmt.Errorf("of %d Gs, number %d is at %d (1: it began, 2: it ended), and value %d was received %d times",
				len(c.lives), i, c.lives[i], i, c.got[i])
		}
	}
	return nil
}

// inUse returns how many bytes heap and stacks take.
func inUse(g *rt.G) (bytes uint64) {
	g.BlockingSyscall(func() {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		bytes = m.HeapInuse + m.StackInuse
	})
	return bytes
}

// fewMs: blocked Gs need no Ms.
func fewMs(o options, stats rt.Stats) error {
	if most := uint64(2*o.procs + 8); stats.Ms > most {
		return fmt.Errorf("%d Ms were made for Gs that were only blocked; with %d procs there should be at most %d", stats.Ms, o.procs, most)
	}
	return nil
}

func msOf(o options, stats rt.Stats) string {
	if _, lacking := o.row.Lacks[rt.Counts]; lacking {
		return "Ms are not told"
	}
	return fmt.Sprintf("%d Ms", stats.Ms)
}

// interrupts says whether ctx is done.
func interrupts(ctx context.Context) func() bool { return func() bool { return ctx.Err() != nil } }

// soakOne is one Run of main on a scheduler that is closed then.
func soakOne(ctx context.Context, o options, out io.Writer, c *counts, main func(*rt.G)) (stats rt.Stats, err error) {
	where := fmt.Sprintf("design %s, mode %s, %d Gs", o.row.Name, o.mode.name, o.gs)
	label(ctx, where)
	w := newWatch(o, out, c)
	w.start()
	defer w.stop()
	before := look()
	s, err := o.row.New(rt.Config{Procs: o.procs, Seed: o.seed})
	if err != nil {
		return stats, err
	}
	w.looksAt(where, 0, s)
	ran := s.Run(main)
	err = errors.Join(ran, s.Close())
	w.looksAt(where, 0, nil)
	if err == nil {
		err = nothingLeft(before, leavePatience)
	}
	return s.Stats(), err
}
