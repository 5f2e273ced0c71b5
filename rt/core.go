package rt

import (
	"schedlab/host"
	"schedlab/rt/event"
	"schedlab/rt/heap"
	"schedlab/rt/rank"
)

// Core is the part that is the same in every design that schedules for itself: the life
// of a scheduler from New to Close, its Ms, its stacks, and what came of its Gs. A
// design embeds it and thereby is a [Scheduler].
type Core struct {
	impl  Impl
	cfg   Config
	ids   host.Uint64 // batches of G IDs given out; all that Ms share at a spawn, once a batch
	halt  haltWord    // why Ms must leave their Gs
	procs host.Int32  // how many Gs may run; changed while the world stands still
	began int64       // by host.Nanotime

	// gate is held while a thread that need not stand still with the world readies Gs:
	// see 'Looking at all Gs'.
	gate host.Mutex

	world world
	net   Netpoll
	heap  heap.Heap
	stops latency // times it took to stop the world

	threads threads
	stacks  depot[stack] // that are idle

	mu       host.CountedMutex // guards all below; package rank says under what it is taken
	wait     *waiter           // the Run or Close under way
	failure  error             // why the scheduler stopped
	closing  bool              // Close has been called
	told     bool              // some Run or Close has returned failure, or is about to
	holds    int               // Holds that are not released
	admitted uint64            // Gs that Inject was or is about to be called for
	injected uint64            // of these, made; no rest while it lags behind
	rest     Stats             // the Ms' counters when the scheduler was last at rest
	atRest   host.Count        // of timers' locks, taken at rest
	release  func()            // gives back what reserve has reserved
	system   int               // Gs that are the design's own: no reason to wait for them
	timers   []*Timers         // all sets
	events   event.Stream
}

// Init makes the core ready.
func (c *Core) Init(impl Impl, cfg Config) {
	c.impl, c.cfg, c.began = impl, cfg, host.Nanotime()
	c.procs.Store(int32(cfg.Procs))
	c.net.core = c
	c.SetRanks()
	c.events.Init(cfg.Events)
	c.reserve(cfg.Procs)
}

// SetRanks gives the core's locks their ranks. Init does it; a test that makes a scheduler
// without calls it.
func (c *Core) SetRanks() {
	c.gate.SetRank(rank.Gate)
	c.world.mu.SetRank(rank.World)
	c.net.mu.SetRank(rank.Netpoll)
	c.threads.mu.SetRank(rank.Threads)
	c.stacks.mu.SetRank(rank.Stacks)
	c.mu.SetRank(rank.Core)
	c.stops.mu.SetRank(rank.Latency)
	c.heap.SetRanks()
}

// reserve makes sure that the threads of procs Ps can run.
func (c *Core) reserve(procs int) {
	// One more than run Gs: for the monitor, and for a thread that has just gone into
	// the kernel. Such a thread keeps what the reservation is about until Go's own
	// monitor takes it, and the thread that runs on in its place would wait for that.
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

// Heap is where the caches of the scheduler get their memory.
func (c *Core) Heap() *heap.Heap { return &c.heap }

// AddSystem says that n more Gs are the design's own, such as one that waits for timers:
// Run and Close do not wait for them, and they may block for ever.
func (c *Core) AddSystem(n int) {
	c.mu.Lock()
	c.system += n
	c.mu.Unlock()
}

// idBatch is how many G IDs are given out at a time: to an M, or for one injected G.
const idBatch = 64

// newIDs returns the first of idBatch G IDs; IDs begin at 1.
func (c *Core) newIDs() uint64 { return (c.ids.Add(1)-1)*idBatch + 1 }

// noM is the lastM of a G that no M has touched, as events know it.
const noM = event.None

// InitInjected makes gp, new or from a free list, a fresh runnable G of in. It is
// called under the design's lock, so that an M that finds the scheduler at rest has
// seen gp.
func (c *Core) InitInjected(gp *G, in Injection) {
	gp.fn, gp.id, gp.site = in.fn, c.newIDs(), in.site
	gp.setStatus(Runnable)
	gp.lastM, gp.since = noM, 0
	c.mu.Lock()
	c.injected++
	c.events.Injected(gp.id, gp.lastM)
	c.mu.Unlock()
}

// Stats implements [Scheduler].
func (c *Core) Stats() Stats {
	c.mu.Lock()
	s := c.rest
	s.Locks[LockTimers].Add(c.atRest)
	c.mu.Unlock()
	s.Locks[LockCore].Add(c.mu.Count())
	s.Locks[LockThreads].Add(c.threads.mu.Count())
	s.Locks[LockStacks].Add(c.stacks.mu.Count())
	s.Locks[LockEvents].Add(c.events.Count())
	c.impl.AddStats(&s)
	s.Locks[LockHeap].Add(c.heap.Count())
	s.CacheBytes = c.heap.Bytes()
	stops := NewLatencies()
	c.stops.mergeInto(stops)
	s.StopTimes = stops.Histogram
	if c.cfg.SampleReady > 0 {
		ready := NewLatencies()
		for _, mp := range c.threads.load() {
			mp.latency.mergeInto(ready)
		}
		s.ReadyToRun = ready.Histogram
	}
	return s
}
