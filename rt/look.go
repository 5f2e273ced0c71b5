package rt

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"schedlab/host"
	"schedlab/rt/event"
)

// look is a look at all Gs, for Dump.
//
// # Looking at all Gs
//
// What a G waits for, and since when, is plain memory that belongs to the owner of the G. So
// Dump has it read by a G of its own that stops the world. That alone keeps off the Ms that
// run Gs, or are on their way to one. Two kinds of thread are left that write to a G that a
// look reads, and each is kept off by a lock:
//
//	an M that comes out of a system call and        M.mu
//	may not run: makes its G Runnable
//	a thread that delivers events or fires timers   Core.gate
//	without the right to run Gs: readies them
//
// An M that has the right to run Gs takes the gate only to deliver events, and need not for
// timers. No thread waits for a G while it holds the gate, so a thread that wants the gate
// in a stopped world gets it.
//
// # Asking for a look
//
// The world may be slow to stop, or never do; or the scheduler ends first:
//
//	the thread that asks                     its G
//	1. admit and inject the G                1. take the world
//	2. wait until done, asking the Gs that   2. CAS asked -> taken; else give the
//	   run to give way                          world back, end
//	3. out of patience, or the scheduler     3. stop the world, with patience; list;
//	   stops: CAS asked -> dropped; won: go     start it again, give it back
//	   without                               4. signal done
//	4. lost: wait until done
//
// One CAS wins. If it is that of step 3 on the left, the G does nothing. If it is that of
// step 2 on the right, steps 3 and 4 on the right follow. There is no safe point among them at
// which a stopping scheduler could leave the G.
//
// The G counts as admitted. So meanwhile no verdict is passed on what is left of the
// program, and when it has ended the scheduler comes to rest anew, as ever.
type look struct {
	state host.Uint32 // lookAsked, ...: by CAS, see above
	done  host.Note   // signaled by the G, which has filled in the rest

	stopped bool       // in time; only then the rest is valid
	gs      []BlockedG // at most maxListed
	more    [numStatus][event.NumWaitReasons]int
	fresh   int       // Gs without a stack
	ms      []lookAtM // all
}

const (
	lookAsked = iota
	lookTaken
	lookDropped
)

// lookAtM is what is known of what an M does.
type lookAtM struct {
	dumps   bool
	locked  uint64 // ID of the G that the M is locked to
	syscall uint64 // ID of the G with which it is in a system call
}

// maxListed is how many Gs and Ms Dump lists one by one.
const maxListed = 1000

// lookPatience is how many ns Dump waits until its G runs, and then until the world stands
// still. A variable for tests.
var lookPatience int64 = 1e9

// lookAtAll is the side of the thread that asks. If l is nil, why says what kept it from
// looking.
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
			return nil, "the G that was to stop the world did not get to run: " +
				"no G comes to a safe point, or others keep it out"
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

// take is the body of the G: the right side of 'Asking for a look'.
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
	locks := &by.m.stats.Locks
	c.gate.LockCounted(&locks[LockGate])
	defer c.gate.Unlock()
	ms := c.threads.load()
	l.ms = make([]lookAtM, len(ms))
	l.ms[by.m.id].dumps = true
	l.fresh = c.liveNow(ms)
	for _, mp := range ms {
		mp.mu.LockCounted(&locks[LockM])
		defer mp.mu.Unlock()
	}
	now := host.Ticks()
	for _, mp := range ms {
		l.fresh -= l.addAll(mp.stacks, by, now)
	}
}

// addAll adds the Gs on stacks but by, and returns how many have a stack, by among them.
func (l *look) addAll(stacks []*stack, by *G, now uint64) (n int) {
	for _, st := range stacks {
		gp := st.g
		if gp == nil {
			continue
		}
		n++
		if gp != by {
			l.add(gp.describe(now))
		}
	}
	return n
}

// liveNow returns how many Gs have not ended. It needs the gate, in a stopped world.
func (c *Core) liveNow(ms []*M) int {
	c.mu.Lock()
	live := c.injected
	c.mu.Unlock()
	for _, mp := range ms {
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
				b := BlockedG{Status: Status(status), Reason: WaitReason(reason)}
				fmt.Fprintf(w, "and %d more Gs: %s\n", n, b.what())
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
