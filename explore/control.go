package explore

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// control is what the engines of one exploration share: when to stop, what has
// been done, and what the watchdog asks of them.
type control struct {
	cfg   *limits
	start time.Time

	// halt: no execution begins any more. Its own word, because every engine
	// reads it before every execution; why is written before it.
	halt  atomic.Bool
	rest  atomic.Bool   // likewise, until this is false again: see 'Rounds'
	began atomic.Uint64 // executions; partner: the other engines, and progress
	ended atomic.Uint64 // executions; read by progress
	steps atomic.Uint64 // of executions that have ended; read by progress

	mu     sync.Mutex
	why    string // it was stopped, if a budget ran out
	timers []*time.Timer

	// Read by the engines, written by the watchdog and by strays.
	stray atomic.Pointer[Violation] // see 'Strays'
	gone  atomic.Bool               // nobody waits for the engines any more
}

// makeControl makes what the engines of an exploration within cfg share.
func makeControl(cfg *limits) *control {
	c := &control{cfg: cfg, start: time.Now()}
	if cfg.budget > 0 {
		c.endAfter(cfg.budget, cfg.spent(cfg.budget.String(), "Budget or -explore.budget"))
	}
	return c
}

// spent says that a budget has run out, which more can be given of by means; "" if
// the strategy draws at random: then that is how an exploration ends, and no more
// would prove anything.
func (c *limits) spent(budget, means string) string {
	if c.drawn {
		return ""
	}
	return fmt.Sprintf("the budget of %s is spent; give more by %s, or explore less, such as by Preemptions", budget, means)
}

// endAfter stops after d, because of why, unless close is called before. The
// shortest time counts.
func (c *control) endAfter(d time.Duration, why string) {
	c.timers = append(c.timers, time.AfterFunc(d, func() { c.stop(why) }))
}

// stop lets no execution begin any more. why is empty if nothing ran out. The
// first reason counts.
func (c *control) stop(why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.halt.Load() {
		c.why = why
		c.halt.Store(true)
	}
}

// reason returns what ran out; "" if nothing did.
func (c *control) reason() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why
}

// admit says whether another execution may begin, and counts it.
func (c *control) admit() bool {
	if c.halt.Load() || c.rest.Load() {
		return false
	}
	n := c.began.Add(1)
	if limit := c.cfg.executions; limit > 0 && n > limit {
		c.withdraw()
		c.stop(c.cfg.spent(count(int(limit), "execution"), "Executions or -explore.executions"))
		return false
	}
	return true
}

// withdraw says that an execution that has been admitted does not count.
func (c *control) withdraw() { c.began.Add(^uint64(0)) }

// close frees what c holds.
func (c *control) close() {
	for _, t := range c.timers {
		t.Stop()
	}
}
