package engine

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Control is what the engines of one exploration share: when to stop, what has
// been done, and what the watchdog asks of them.
type Control struct {
	Limits *Limits
	Start  time.Time

	// Halt says that no execution begins any more. It has a word of its own because every
	// engine reads it before every execution. Stop sets it after why.
	Halt atomic.Bool
	// Rest says that no execution begins until it is false again. See 'Rounds' in
	// explore/run.go. Partner: the engines.
	Rest  atomic.Bool
	began atomic.Uint64 // executions; partner: the other engines
	Ended atomic.Uint64 // executions; partner: the goroutine that tells progress
	Steps atomic.Uint64 // of executions that have ended; partner: likewise

	// See 'Executions that are too long'; partners of both: the other engines.
	givenUp atomic.Uint64 // executions
	beyond  atomic.Uint64 // steps since the first of them

	mu     sync.Mutex
	why    string // what ran out; "": nothing
	timers []*time.Timer

	// Read by the engines; partners: the watchdog, and goroutines that are strays.
	stray atomic.Pointer[Violation] // see 'Strays'
	Gone  atomic.Bool               // nobody waits for the engines any more
}

// NewControl makes what the engines of an exploration within cfg share.
func NewControl(cfg *Limits) *Control {
	c := &Control{Limits: cfg, Start: time.Now()}
	if cfg.Budget > 0 {
		c.EndAfter(cfg.Budget, cfg.spent(cfg.Budget.String(), "Budget or -explore.budget"))
	}
	return c
}

// spent says that a budget has run out, and that means would give more. It returns "" if
// the strategy draws at random: then that is how an exploration ends, and more would prove
// nothing.
func (c *Limits) spent(budget, means string) string {
	if c.Drawn {
		return ""
	}
	return fmt.Sprintf("the budget of %s is spent; give more by %s, or explore less, "+
		"such as by Preemptions", budget, means)
}

// EndAfter stops after d, because of why, unless Close is called before. The shortest time
// counts.
func (c *Control) EndAfter(d time.Duration, why string) {
	c.timers = append(c.timers, time.AfterFunc(d, func() { c.Stop(why) }))
}

// Stop lets no execution begin any more. why is empty if nothing ran out. The first reason
// counts.
func (c *Control) Stop(why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.Halt.Load() {
		c.why = why
		c.Halt.Store(true)
	}
}

// Reason returns what ran out; "" if nothing did.
func (c *Control) Reason() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why
}

// Admit says whether another execution may begin, and counts it.
func (c *Control) Admit() bool {
	if c.Halt.Load() || c.Rest.Load() {
		return false
	}
	n := c.began.Add(1)
	if limit := c.Limits.Executions; limit > 0 && n > limit {
		c.Withdraw()
		c.Stop(c.Limits.spent(Count(int(limit), "execution"), "Executions or -explore.executions"))
		return false
	}
	return true
}

// Withdraw says that an execution that has been admitted does not count.
func (c *Control) Withdraw() { c.began.Add(^uint64(0)) }

// Close frees what c holds.
func (c *Control) Close() {
	for _, t := range c.timers {
		t.Stop()
	}
}
