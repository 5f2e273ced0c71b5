package rt

import (
	"schedlab/host"
	"schedlab/rt/event"
	"schedlab/rt/rank"
)

// threads is all Ms of a scheduler, each with the thread that runs it.
//
// # Starting and joining
//
//	the thread that starts an M              Close
//	1. lock mu                               1. set haltStop, and wake every M that
//	2. append the M to all                      sleeps: each thread ends at its next
//	3. unless closed: start the thread          step
//	   after step 4                          2. lock mu
//	4. unlock mu                             3. set closed, take all
//	                                         4. unlock mu
//	the M's thread                           5. for each M taken: wait for its over
//	1. run the M                             6. destroy the stacks
//	2. signal the M's over, and end
//
// Proof sketch. One of the two critical sections comes first. If it is the starter's, Close
// takes the M and waits for its thread, started or not yet. If it is Close's, the starter finds
// closed, and the thread never runs. So no thread runs at step 6. An M is started that late if a
// failure overtakes an Inject.
//
// Each M has a note of its own. Threads would do with one count, but the n threads that
// subtract from it at the end do so in n! orders, all of which an exploration must try.
//
// # Halting all Ms
//
//	a thread that halts the Ms               the thread that starts an M
//	1. set the reason in halt                1. store the longer list in all
//	2. load all                              2. start the thread, which looks at halt
//	3. set preempt of each M in it              before it runs a G
//
// Proof sketch. If the load comes after the store, the M is asked to give way. If it comes
// before, so does the setting of the reason, which the M's thread then sees.
type threads struct {
	// all is every M ever started, by ID. Stored under mu, with one M more each time. The
	// list before stays as it is, though the next may share its array. Atomic, because it is
	// loaded without mu. Each load is a partner of the store; that of PreemptAll needs the
	// order: see 'Halting all Ms'.
	all host.Pointer[[]*M]

	mu     host.CountedMutex // guards all below
	list   []*M              // what all points to
	closed bool              // no thread is started any more
}

// load returns all Ms, by ID. It needs no lock.
func (t *threads) load() []*M {
	if all := t.all.Load(); all != nil {
		return *all
	}
	return nil
}

// add gives mp its ID and says whether its thread may be started.
func (t *threads) add(mp *M) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	mp.id = int16(len(t.list))
	mp.mu.SetRankNth(rank.M, uint64(mp.id))
	t.list = append(t.list, mp)
	list := t.list
	t.all.Store(&list)
	return !t.closed
}

// close refuses all threads from here on, and waits for those that there are.
func (t *threads) close() {
	t.mu.Lock()
	t.closed = true
	list := t.list
	t.mu.Unlock()
	for _, mp := range list {
		mp.over.Sleep()
	}
}

// StartM starts the thread of mp, which impl embeds. The design may hold its lock: the M
// counts from here on, so no thread sees a scheduler without it.
func (c *Core) StartM(mp *M, impl Machine) {
	mp.stats.Ms = 1
	c.start(mp, impl, mp.main)
}

// StartActor starts a thread that runs f and never a G, but readies and makes Gs. f gets
// the g0 of mp, which impl embeds. It must end once Stopping.
func (c *Core) StartActor(mp *M, impl Machine, f func(g0 *G)) {
	mp.actor = true
	c.start(mp, impl, func() { f(&mp.g0) })
}

// start starts a thread of mp that runs f.
func (c *Core) start(mp *M, impl Machine, f func()) {
	mp.core, mp.impl = c, impl
	mp.base.core = c
	mp.g0.m, mp.g0.stack = mp, &mp.base
	mp.site = ownSite
	if c.cfg.SampleReady > 0 {
		mp.latency = newLatency()
	}
	if !c.threads.add(mp) {
		return
	}
	c.record(mp)
	mp.Rand.Seed(c.cfg.Seed, uint64(mp.id))
	host.Go(func() {
		f()
		mp.ended.Store(true)
		mp.over.Wakeup()
	})
}

// record makes the events of mp part of the stream.
func (c *Core) record(mp *M) {
	if c.cfg.Events == nil {
		return
	}
	c.mu.Lock()
	mp.events = c.events.Add(mp.id)
	mp.eventOf(event.MStart, event.None, noGs)
	c.mu.Unlock()
}

// join waits until every thread has ended.
func (c *Core) join() {
	c.threads.close()
	c.mu.Lock()
	c.snapshot()
	c.events.Flush()
	c.mu.Unlock()
}

// PreemptAll asks the Gs on all Ms to give way. See 'Halting all Ms'.
func (c *Core) PreemptAll() {
	for _, mp := range c.threads.load() {
		mp.Preempt()
	}
}
