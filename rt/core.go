package rt

import (
	"errors"
	"fmt"
	"strings"

	"schedlab/host"
	"schedlab/rt/queue"
	"schedlab/rt/rank"
)

// Core is what is the same in every design that schedules for itself: the life
// of a scheduler from New to Close, its Ms, stacks, and what came of its Gs. A
// design embeds it and thereby is a [Scheduler].
type Core struct {
	impl Impl
	cfg  Config
	ids  host.Uint64 // G IDs given out; the Ms' only shared word at a spawn, once in idBatch

	// halt says why Ms must look up from their Gs: haltStop, set once, by stop,
	// tells them to end. Each M looks before it goes on with the next G, before
	// it looks for work and, under the design's lock, before it parks. Partner of
	// the requests to give way, which come after the bit: see NewSlice.
	halt  host.Uint32
	procs host.Int32 // how many Gs may run; changed while the world stands still
	began int64      // by host.Nanotime

	// gate is held while Gs are readied by who need not stand still when the world
	// does: see 'Looking at all Gs'.
	gate host.Mutex

	world world
	net   Netpoll
	heap  Heap
	stops *latency // times it took to stop the world

	mu       host.Mutex // guards all below; package rank says under what it is taken
	ms       []*M
	alive    int        // threads that have not ended
	ended    *host.Note // signaled by the last of them
	idle     []*stack
	stacks   []*stack // all ever made
	wait     *waiter  // the Run or Close under way
	failure  error    // why the scheduler stopped
	closing  bool
	told     bool // some Run or Close has returned failure, or is about to
	holds    int
	admitted uint64 // Gs that Inject was or is about to be called for
	injected uint64 // of these, made; no rest while it lags behind
	rest     Stats  // the Ms' counters when the scheduler was last at rest
	release  func()
	system   int       // Gs that are the design's own: no reason to wait for them
	timers   []*Timers // all sets
	traces   traces
}

// Impl is what a design does as a whole, as opposed to one M of it (Machine).
type Impl interface {
	// Inject makes a G of in, with Core.InitInjected, under the design's lock,
	// and sees to it that it runs. Never called on an M.
	Inject(in Injection)
	// Stop wakes every parked thread, now that Core.Stopping is true.
	Stop()
	// AddStats adds what the design counts outside its Ms: its locks.
	AddStats(s *Stats)
	// StartPoller is called once, when the first descriptor is opened, on the M
	// of g. Whatever looks at the network must exist from then on.
	StartPoller(g *G)
	// DumpSched describes the design's queues and Ps, in the line of Dump that
	// begins with SCHED and in lines of its own. Nobody stands still: it may
	// take locks and read atomics.
	DumpSched(w *strings.Builder)
	Stopper
}

// Injection is a G to be made from outside.
type Injection struct {
	fn   func(*G)
	site Site
}

// waiter is a Run or a Close that waits until no G is left.
type waiter struct {
	done host.Note
	err  error
}

// Init makes the core ready.
func (c *Core) Init(impl Impl, cfg Config) {
	c.impl, c.cfg, c.began = impl, cfg, host.Nanotime()
	c.procs.Store(int32(cfg.Procs))
	c.net.core = c
	c.SetRanks()
	c.stops = newLatency()
	c.traces.init(cfg.Events)
	c.reserve(cfg.Procs)
}

// SetRanks gives the core's locks their ranks. Init does it; a test that makes a scheduler
// without calls it.
func (c *Core) SetRanks() {
	c.gate.SetRank(rank.Gate)
	c.world.mu.SetRank(rank.World)
	c.net.mu.SetRank(rank.Netpoll)
	c.mu.SetRank(rank.Core)
	c.heap.setRanks()
}

// reserve makes sure that the threads of procs Ps can run.
func (c *Core) reserve(procs int) {
	// One more than run Gs: for the monitor, and for a thread that has just gone
	// into the kernel, which keeps what the reservation is about until Go's own
	// monitor takes it. Whoever runs on in its place would wait for that.
	old := c.release
	c.release = host.Reserve(procs + 1)
	if old != nil {
		old()
	}
}

// Config returns how the scheduler was set up.
func (c *Core) Config() Config { return c.cfg }

// Procs returns how many Gs may run at the same moment.
func (c *Core) Procs() int { return int(c.procs.Load()) }

// Net is what the scheduler knows of descriptors that Gs wait for.
func (c *Core) Net() *Netpoll { return &c.net }

// Stopping says that Ms have to end: Schedule returns nil.
func (c *Core) Stopping() bool { return c.halt.Load()&haltStop != 0 }

// AddSystem says that n more Gs are the design's own, such as one that waits for
// timers: Run and Close do not wait for them, and they may block for ever.
func (c *Core) AddSystem(n int) {
	c.mu.Lock()
	c.system += n
	c.mu.Unlock()
}

// StartM starts the thread of mp, which impl embeds. The design may hold its
// lock: the M counts from here on, so nobody sees a scheduler without it.
func (c *Core) StartM(mp *M, impl Machine) {
	c.addM(mp, impl)
	mp.stats.Ms = 1
	c.StartThread(mp.main)
}

// StartActor starts a thread that runs f and never a G, but readies and makes
// them: it gets the g0 of mp, which impl embeds. It must end once Stopping.
func (c *Core) StartActor(mp *M, impl Machine, f func(g0 *G)) {
	mp.actor = true
	c.addM(mp, impl)
	c.StartThread(func() { f(&mp.g0) })
}

func (c *Core) addM(mp *M, impl Machine) {
	mp.core, mp.impl = c, impl
	mp.base.core = c
	mp.g0.m, mp.g0.stack = mp, &mp.base
	mp.site = ownSite
	if c.cfg.SampleReady > 0 {
		mp.latency = newLatency()
	}
	c.mu.Lock()
	mp.id = int16(len(c.ms))
	c.ms = append(c.ms, mp)
	if mp.trace = c.traces.add(mp.id); mp.trace != nil {
		mp.Event(EventMStart, noP, 0)
	}
	c.mu.Unlock()
	mp.Rand.Seed(c.cfg.Seed, uint64(mp.id))
}

// StartThread starts a thread that runs f. It must end once Stopping.
func (c *Core) StartThread(f func()) {
	c.mu.Lock()
	if c.ended != nil && c.alive == 0 {
		// An Inject that a failure overtook, after all threads have been joined.
		c.mu.Unlock()
		return
	}
	c.alive++
	c.mu.Unlock()
	host.Go(func() {
		f()
		c.exited()
	})
}

func (c *Core) exited() {
	c.mu.Lock()
	c.alive--
	var ended *host.Note
	if c.alive == 0 {
		ended = c.ended
	}
	c.mu.Unlock()
	if ended != nil {
		ended.Wakeup()
	}
}

// newIDs returns the first of idBatch G IDs; IDs begin at 1.
func (c *Core) newIDs() uint64 { return (c.ids.Add(1)-1)*idBatch + 1 }

// InitInjected makes gp, new or from a free list, a fresh runnable G of in.
// Under the design's lock, so that whoever finds the scheduler at rest has seen
// it.
func (c *Core) InitInjected(gp *G, in Injection) {
	gp.fn, gp.id, gp.site = in.fn, c.newIDs(), in.site
	gp.setStatus(Runnable)
	gp.lastM, gp.since = noM, 0
	c.mu.Lock()
	c.injected++
	c.traces.spawned(gp)
	c.mu.Unlock()
}

// noM is the lastM of a G that no M has touched.
const noM = -1

// AtRest tells the core that nothing is runnable and every M is idle or waits
// for timers and the network, as Ms that only look at those may: under the
// design's lock, by the last to do so. If nobody outside can change that,
// whoever waits learns that all is done, or that all are blocked.
func (c *Core) AtRest() {
	c.mu.Lock()
	defer c.mu.Unlock()
	live := c.snapshot() - c.system
	c.traces.flush()
	w := c.wait
	if w == nil || c.holds > 0 || c.injected < c.admitted {
		return
	}
	if live > 0 {
		if c.mayWake() {
			return
		}
		w.err = c.deadlock(live)
		c.told = true
	}
	c.wait = nil
	w.done.Wakeup()
}

// mayWake says whether a timer or the network can make a G runnable.
func (c *Core) mayWake() bool {
	if c.net.Waiters() {
		return true
	}
	for _, ts := range c.timers {
		if ts.mayWake() {
			return true
		}
	}
	return false
}

// snapshot sums up the Ms' counters and returns how many Gs have not ended.
func (c *Core) snapshot() (live int) {
	c.rest = Stats{}
	for _, mp := range c.ms {
		c.rest.Add(&mp.stats)
	}
	c.rest.Injected = c.injected
	return int(c.rest.Injected + c.rest.Spawned - c.rest.Ended)
}

// Run implements [Scheduler].
//
//go:noinline
func (c *Core) Run(main func(*G)) error {
	in := Injection{fn: main}
	if cheapSites {
		in.site = siteOf(host.CallerPC())
	}
	w := &waiter{}
	err := c.use("Run", main, func() error {
		if c.wait != nil {
			return errors.New("rt: Run: another Run is under way; wait for it, or submit with Go")
		}
		c.wait = w
		return nil
	})
	if err != nil {
		return err
	}
	c.impl.Inject(in)
	w.done.Sleep()
	if w.err != nil {
		c.fail(w.err)
	}
	return w.err
}

// Go implements [Scheduler].
//
//go:noinline
func (c *Core) Go(fn func(*G)) error {
	in := Injection{fn: fn}
	if cheapSites {
		in.site = siteOf(host.CallerPC())
	}
	if err := c.use("Go", fn, func() error { return nil }); err != nil {
		return err
	}
	c.impl.Inject(in)
	return nil
}

// use admits a G, for which the caller then calls Inject, or refuses what call
// cannot do: fn missing, scheduler closed or failed, or what more says, under
// the lock.
func (c *Core) use(call string, fn func(*G), more func() error) error {
	if fn == nil {
		return fmt.Errorf("rt: %s: the function is nil; pass the body of a G", call)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return fmt.Errorf("rt: %s: %w", call, ErrClosed)
	}
	if c.failure != nil {
		c.told = true
		return fmt.Errorf("rt: %s: the scheduler has stopped, only Close is left: %w", call, c.failure)
	}
	err := more()
	if err == nil {
		c.admitted++
	}
	return err
}

// Hold implements [Scheduler].
func (c *Core) Hold() (release func()) {
	c.mu.Lock()
	c.holds++
	c.mu.Unlock()
	var once host.Bool
	return func() {
		if once.Swap(true) {
			return
		}
		c.mu.Lock()
		c.holds--
		// Whether the scheduler is at rest must be asked anew, if anybody wants
		// to know; who does stays until the G that makes it so has ended.
		ask := c.wait != nil
		if ask {
			c.admitted++
		}
		c.mu.Unlock()
		if ask {
			c.impl.Inject(nudge)
		}
	}
}

// nudge makes the scheduler come to rest once more.
var nudge = Injection{func(*G) {}, ownSite}

// Close implements [Scheduler].
func (c *Core) Close() error {
	w := &waiter{}
	failed, err := c.beginClose(w)
	if err != nil {
		return err
	}
	if !failed {
		c.impl.Inject(nudge)
		w.done.Sleep()
	}
	c.stop()
	c.join()
	c.destroyStacks()
	c.net.close()
	c.release()
	return w.err
}

// beginClose lets nobody else in. Unless the scheduler has failed, w now waits,
// and a nudge is admitted for it.
func (c *Core) beginClose(w *waiter) (failed bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closing:
		return false, fmt.Errorf("rt: Close: %w", ErrClosed)
	case c.holds > 0:
		return false, fmt.Errorf("rt: Close: %d Holds are not released; release them first", c.holds)
	case c.wait != nil:
		return false, errors.New("rt: Close: a Run is under way; wait for it first")
	}
	c.closing = true
	if c.failure != nil {
		if !c.told {
			w.err = c.failure
		}
		return true, nil
	}
	c.wait = w
	c.admitted++
	return false, nil
}

// fail stops the scheduler because of err, and tells whoever waits. The first
// failure counts.
func (c *Core) fail(err error) {
	c.mu.Lock()
	w := c.wait
	c.wait = nil
	if c.failure == nil {
		c.failure = err
	}
	c.told = c.told || w != nil
	c.mu.Unlock()
	c.stop()
	if w != nil {
		w.err = err
		w.done.Wakeup()
	}
}

// stop makes every M end at its next step: the parked ones are woken, the
// running Gs asked to give way. The first call does it.
func (c *Core) stop() {
	// Before the requests to give way: see NewSlice.
	if c.halt.Or(haltStop)&haltStop != 0 {
		return
	}
	c.impl.Stop()
	c.PreemptAll()
}

// join waits until every thread has ended.
func (c *Core) join() {
	c.mu.Lock()
	c.ended = &host.Note{}
	alive := c.alive
	c.mu.Unlock()
	if alive > 0 {
		c.ended.Sleep()
	}
	c.mu.Lock()
	c.snapshot()
	c.traces.flush()
	c.mu.Unlock()
}

// destroyStacks ends all coroutines. A G that is blocked on one is abandoned:
// its deferred calls run, and any of them that would block ends there.
func (c *Core) destroyStacks() {
	y := graveyard{timers: &Timers{}, cache: &Cache{}}
	y.timers.Init(c)
	y.cache.Init(c)
	grave := &M{core: c, impl: y}
	c.mu.Lock() // Dump may count them
	stacks := c.stacks
	c.stacks, c.idle = nil, nil
	c.mu.Unlock()
	for _, st := range stacks {
		if gp := st.g; gp != nil {
			gp.status, gp.m, st.m, st.locks = Running, grave, grave, 0
			gp.Link = queue.Link[G]{} // out of whatever it waited on
		}
		st.coro.Destroy()
	}
	y.cache.Flush()
}

func (c *Core) newStack() *stack {
	st := newStack(c)
	c.mu.Lock()
	c.stacks = append(c.stacks, st)
	c.mu.Unlock()
	return st
}

// getStacks moves up to len(to) idle stacks to to and returns how many.
func (c *Core) getStacks(to []*stack) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(len(to), len(c.idle))
	from := c.idle[len(c.idle)-n:]
	copy(to, from)
	clear(from)
	c.idle = c.idle[:len(c.idle)-n]
	return n
}

// putStacks takes all of from; nobody may be on them.
func (c *Core) putStacks(from []*stack) {
	c.mu.Lock()
	c.idle = append(c.idle, from...)
	c.mu.Unlock()
	clear(from)
}

// Stats implements [Scheduler].
func (c *Core) Stats() Stats {
	c.mu.Lock()
	s := c.rest
	ms := c.ms
	c.mu.Unlock()
	c.impl.AddStats(&s)
	c.heap.addStats(&s)
	s.StopTimes = NewLatencyHistogram()
	c.stops.mergeInto(s.StopTimes)
	if c.cfg.SampleReady > 0 {
		s.ReadyToRun = NewLatencyHistogram()
		for _, mp := range ms {
			mp.latency.mergeInto(s.ReadyToRun)
		}
	}
	return s
}

// graveyard is the Machine of Gs that were abandoned at Close.
type graveyard struct {
	timers *Timers
	cache  *Cache
}

func (graveyard) Newproc(func(*G))   {}
func (graveyard) Ready(*G)           {}
func (graveyard) Next() *G           { return nil }
func (graveyard) YieldTo(*G) *G      { return nil }
func (graveyard) Yielded(*G, bool)   {}
func (graveyard) Schedule(*G) *G     { return nil }
func (graveyard) EnterSyscall(bool)  {}
func (graveyard) ExitSyscall() bool  { return true }
func (graveyard) ExitSyscallSlow(*G) {}
func (graveyard) ReadyList(*GList)   {}
func (graveyard) TimerFirst(int64)   {}
func (graveyard) AwaitLocked() bool  { return false }

func (graveyard) RunLocked(*G, Machine) {}

func (y graveyard) Timers() *Timers { return y.timers }
func (y graveyard) Cache() *Cache   { return y.cache }
