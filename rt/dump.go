package rt

import (
	"fmt"
	"strings"

	"schedlab/host"
)

// Dump implements [Scheduler]. First comes what can be read while everything goes on; then,
// if the world can be stopped, every G and M. It waits up to two seconds for that.
func (c *Core) Dump() string {
	var w strings.Builder
	c.dumpSched(&w)
	c.dumpLife(&w)
	if l, why := c.lookAtAll(); l != nil {
		l.write(&w)
	} else {
		fmt.Fprintf(&w, "no list of Gs: %s\n", why)
	}
	return w.String()
}

func (c *Core) dumpSched(w *strings.Builder) {
	fmt.Fprintf(w, "SCHED %v: procs=%d halt=%s",
		brief(host.Nanotime()-c.began), c.Procs(), c.halt.load())
	c.impl.DumpSched(w)
	if !strings.HasSuffix(w.String(), "\n") {
		w.WriteByte('\n')
	}
}

// dumpLife writes what the core knows without stopping anything.
func (c *Core) dumpLife(w *strings.Builder) {
	ms := c.threads.load()
	threads, stacks := 0, 0
	for _, mp := range ms {
		if !mp.ended.Load() {
			threads++
		}
		mp.mu.Lock()
		stacks += len(mp.stacks)
		mp.mu.Unlock()
	}
	idle := c.stacks.len()
	c.mu.Lock()
	live := int(c.rest.Injected+c.rest.Spawned-c.rest.Ended) - c.system
	fmt.Fprintf(w, "CORE: ms=%d threads=%d stacks=%d idlestacks=%d holds=%d",
		len(ms), threads, stacks, idle, c.holds)
	fmt.Fprintf(w, " admitted=%d injected=%d systemgs=%d livegsatlastrest=%d",
		c.admitted, c.injected, c.system, max(live, 0))
	waited, closing, failure, timers := c.wait != nil, c.closing, c.failure, c.timers
	c.mu.Unlock()
	fmt.Fprintf(w, " awaited=%t closing=%t netwaiters=%d", waited, closing, c.net.waiters.Load())
	dumpTimers(w, timers)
	if failure != nil {
		first, _, _ := strings.Cut(failure.Error(), "\n")
		fmt.Fprintf(w, "FAILED: %s\n", first)
	}
}

func dumpTimers(w *strings.Builder, sets []*Timers) {
	n, first := 0, int64(0)
	for _, ts := range sets {
		ts.mu.Lock()
		n += len(ts.heap)
		if len(ts.heap) > 0 && (first == 0 || ts.heap[0].when < first) {
			first = ts.heap[0].when
		}
		ts.mu.Unlock()
	}
	fmt.Fprintf(w, " timers=%d", n)
	if n > 0 {
		fmt.Fprintf(w, " firsttimer=%v", brief(max(first-host.Nanotime(), 0)))
	}
	w.WriteByte('\n')
}
