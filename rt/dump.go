package rt

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"schedlab/host"
)

// # Looking at all Gs
//
// What a G waits for, and since when, is plain memory that belongs to whoever has
// the G. So Dump has it read by a G of its own that stops the world. That alone keeps off
// the Ms that run Gs, or are on their way to one. Who else writes to a G that a look
// reads, and what keeps it off:
//
//	an M that comes out of a system call and        Core.mu
//	may not run: makes its G Runnable
//	who delivers events or fires timers without     Core.gate
//	the right to run Gs: readies them
//
// Those who have the right to run Gs take the gate only to deliver events, and need
// not for timers. Nobody waits for a G while he holds the gate, so whoever wants the
// gate in a stopped world gets it.
//
// # Asking for a look
//
// The world may be slow to stop, or never do; or the scheduler ends first:
//
//	who asks                                 its G
//	1. admit and inject the G                1. take the world
//	2. wait until done, asking the Gs that   2. CAS asked -> taken; else give the
//	   run to give way                          world back, end
//	3. out of patience, or the scheduler     3. stop the world, with patience; list;
//	   stops: CAS asked -> dropped; won: go     start it again, give it back
//	   without                               4. signal done
//	4. lost: wait until done
//
// One CAS wins. If it is that of step 3 on the left, the G does nothing. If it is that
// of step 2 on the right, its steps 3 and 4 come, since there is no safe point among
// them at which a stopping scheduler could leave the G.
//
// The G counts as admitted, so meanwhile no verdict is passed on what is left of
// the program, and when it has ended rest is asked for anew, as ever.
type look struct {
	state host.Uint32 // lookAsked, ...: by CAS, see above
	done  host.Note   // signaled by the G, which has filled in the rest

	stopped bool       // in time; only then the rest is valid
	gs      []BlockedG // at most maxListed
	more    [numStatus][numWaitReasons]int
	fresh   int       // Gs without a stack
	ms      []lookAtM // all
}

const (
	lookAsked = iota
	lookTaken
	lookDropped
)

// lookAtM is what an M does, of what is known.
type lookAtM struct {
	dumps   bool
	locked  uint64 // ID of the G that the M is locked to
	syscall uint64 // ID of the G with which it is in a system call
}

// maxListed is how many Gs and Ms Dump lists one by one.
const maxListed = 1000

// lookPatience is how many ns Dump waits until its G runs, and then until the world
// stands still. A variable for tests.
var lookPatience int64 = 1e9

// Dump implements [Scheduler]. First comes what can be read while everything goes
// on; then, if the world can be stopped, every G and M. It waits up to two seconds for
// that.
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
	fmt.Fprintf(w, "SCHED %v: procs=%d halt=%s", brief(host.Nanotime()-c.began), c.Procs(), haltText(c.halt.Load()))
	c.impl.DumpSched(w)
	if !strings.HasSuffix(w.String(), "\n") {
		w.WriteByte('\n')
	}
}

func haltText(halt uint32) string {
	var reasons []string
	for bit, name := range []string{"stop", "world", "ps"} {
		if halt>>bit&1 != 0 {
			reasons = append(reasons, name)
		}
	}
	if len(reasons) == 0 {
		return "no"
	}
	return strings.Join(reasons, "+")
}

// dumpLife writes what the core knows without stopping anything.
func (c *Core) dumpLife(w *strings.Builder) {
	c.mu.Lock()
	live := int(c.rest.Injected+c.rest.Spawned-c.rest.Ended) - c.system
	fmt.Fprintf(w, "CORE: ms=%d threads=%d stacks=%d idlestacks=%d holds=%d admitted=%d injected=%d systemgs=%d livegsatlastrest=%d",
		len(c.ms), c.alive, len(c.stacks), len(c.idle), c.holds, c.admitted, c.injected, c.system, max(live, 0))
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

// lookAtAll is what who asks does; l is nil if it cannot be done, and why says so.
func (c *Core) lookAtAll() (l *look, why string) {
	if why := c.admitLook(); why != "" {
		return nil, why
	}
	l = &look{}
	c.impl.Inject(Injection{fn: l.take, site: ownSite})
	start := host.Nanotime()
	for !l.done.SleepFor(stopRetryNs) {
		stopping := c.Stopping()
		late := host.Nanotime()-start >= lookPatience
		if (stopping || late) && l.state.CompareAndSwap(lookAsked, lookDropped) {
			if stopping {
				return nil, "the scheduler is stopping"
			}
			return nil, "the G that was to stop the world did not get to run: no G comes to a safe point, or others keep it out"
		}
		c.PreemptAll()
	}
	if !l.stopped {
		return nil, "the world does not stop: a G does not come to a safe point"
	}
	return l, ""
}

// admitLook admits a G as use does, but also while a Close waits for what is left.
func (c *Core) admitLook() (why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.failure != nil:
		return "the scheduler has failed"
	case c.closing && c.wait == nil:
		return "the scheduler is closed"
	}
	c.admitted++
	return ""
}

// take is the body of the G.
func (l *look) take(g *G) {
	g.takeWorld()
	if !l.state.CompareAndSwap(lookAsked, lookTaken) {
		g.giveWorld()
		return
	}
	mp := g.m
	if l.stopped = mp.stopWorld(lookPatience); l.stopped {
		l.list(mp.core, g)
	}
	mp.startWorld(mp.core.Procs())
	g.giveWorld()
	l.done.Wakeup()
}

// list reads all Gs but by, in a stopped world: see 'Looking at all Gs'.
func (l *look) list(c *Core, by *G) {
	c.gate.Lock()
	defer c.gate.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	l.ms = make([]lookAtM, len(c.ms))
	l.ms[by.m.id].dumps = true
	now, stacks := host.Ticks(), 0
	for _, st := range c.stacks {
		gp := st.g
		if gp == nil {
			continue
		}
		stacks++
		if gp != by {
			l.add(gp.describe(now))
		}
	}
	l.fresh = c.liveNow() - stacks
}

// liveNow returns how many Gs have not ended. Like list.
func (c *Core) liveNow() int {
	live := c.injected
	for _, mp := range c.ms {
		live += mp.stats.Spawned - mp.stats.Ended
	}
	return int(live)
}

func (l *look) add(b BlockedG) {
	if b.Locked {
		l.ms[b.M].locked = b.ID
	}
	if b.Status == InSyscall {
		l.ms[b.M].syscall = b.ID
	}
	if len(l.gs) < maxListed {
		l.gs = append(l.gs, b)
	} else {
		l.more[b.Status][b.Reason]++
	}
}

func (l *look) write(w *strings.Builder) {
	slices.SortFunc(l.gs, func(a, b BlockedG) int { return cmp.Compare(a.ID, b.ID) })
	for _, b := range l.gs {
		fmt.Fprintln(w, b)
	}
	for status, reasons := range l.more {
		for reason, n := range reasons {
			if n > 0 {
				fmt.Fprintf(w, "and %d more Gs: %s\n", n, BlockedG{Status: Status(status), Reason: WaitReason(reason)}.what())
			}
		}
	}
	if l.fresh > 0 {
		fmt.Fprintf(w, "and %d fresh Gs: runnable\n", l.fresh)
	}
	l.writeMs(w)
}

func (l *look) writeMs(w *strings.Builder) {
	idle, lines := 0, 0
	for id, m := range l.ms {
		if m == (lookAtM{}) {
			idle++
			continue
		}
		if lines++; lines > maxListed {
			continue
		}
		fmt.Fprintf(w, "M %d:%s\n", id, m)
	}
	if lines > maxListed {
		fmt.Fprintf(w, "and %d more Ms that are locked or in a system call\n", lines-maxListed)
	}
	fmt.Fprintf(w, "%d Ms are idle, or stand still between two Gs\n", idle)
}

func (m lookAtM) String() (s string) {
	if m.dumps {
		s += " runs this Dump's G"
	}
	if m.syscall != 0 {
		s += fmt.Sprintf(" in a system call of G %d", m.syscall)
	}
	if m.locked != 0 {
		s += fmt.Sprintf(" locked to G %d", m.locked)
	}
	return s
}
