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

// crowd is a great number of Gs that are blocked at the same moment, each on one of a few
// channels. Then each receives a value, and ends.
type crowd struct {
	counts *counts
	chans  []*gsync.Chan[int]
	over   func() bool  // says whether there was an interrupt
	next   atomic.Int64 // numbers the Gs as they begin
	waits  atomic.Int64 // those that are blocked, or about to be
	ended  atomic.Int64
	got    []uint8 // by value: how often it was received
	lives  []uint8 // by G: 1 when it has begun, 2 when it has ended

	made  time.Duration // from the first G until all were blocked
	done  time.Duration // from the first value until all had ended
	bytes uint64        // of heap and stacks that they took
}

const (
	crowdChans = 64
	crowdYield = 1 << 14 // so many Gs are made before the maker yields to them
)

// soakBlocked is mode blocked.
func soakBlocked(ctx context.Context, o options, out io.Writer) error {
	c := &crowd{
		over:   interrupts(ctx),
		counts: &counts{},
		got:    make([]uint8, o.gs),
		lives:  make([]uint8, o.gs),
	}
	stats, err := soakOne(ctx, o, out, c.counts, c.main)
	if err = errors.Join(err, c.verify(), fewMs(o, stats)); err != nil {
		return err
	}
	n := float64(max(1, len(c.lives)))
	said := fmt.Sprintf("%d Gs blocked at the same moment, none lost: "+
		"%v to make (%.0f ns each), %v to end (%.0f ns each), %.0f bytes each, %s",
		len(c.lives), c.made.Round(time.Millisecond), float64(c.made)/n,
		c.done.Round(time.Millisecond), float64(c.done)/n, float64(c.bytes)/n, msOf(o, stats))
	fmt.Fprintln(out, verdict(ctx, said))
	return nil
}

// main makes the crowd, lets it end, and measures both.
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

// make makes all Gs, or those before an interrupt, and returns how many.
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

// wait is the body of each of them.
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

// verify returns an error unless each G has ended once, and each value was received once.
func (c *crowd) verify() error {
	for i := range c.lives {
		if c.lives[i] != 2 || c.got[i] != 1 {
			return fmt.Errorf("of %d Gs, number %d is at %d (1: it began, 2: it ended), "+
				"and value %d was received %d times", len(c.lives), i, c.lives[i], i, c.got[i])
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

// fewMs returns an error if Ms were made for blocked Gs, which need none.
func fewMs(o options, stats rt.Stats) error {
	if most := uint64(2*o.procs + 8); stats.Ms > most {
		return fmt.Errorf("%d Ms were made for Gs that were only blocked; "+
			"with %d procs there should be at most %d", stats.Ms, o.procs, most)
	}
	return nil
}

func msOf(o options, stats rt.Stats) string {
	if _, lacking := o.row.Lacks[rt.Counts]; lacking {
		return "Ms are not counted"
	}
	return fmt.Sprintf("%d Ms", stats.Ms)
}

// interrupts returns a function that says whether ctx is done.
func interrupts(ctx context.Context) func() bool {
	return func() bool { return ctx.Err() != nil }
}

// soakOne runs main once on a scheduler, and closes that.
func soakOne(
	ctx context.Context, o options, out io.Writer, c *counts, main func(*rt.G),
) (stats rt.Stats, err error) {
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
	w.looksAt(where, noRounds, s)
	ran := s.Run(main)
	err = errors.Join(ran, s.Close())
	w.looksAway()
	if err == nil {
		err = nothingLeft(before, leavePatience)
	}
	return s.Stats(), err
}
