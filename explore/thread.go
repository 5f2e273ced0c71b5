package explore

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"

	"schedlab/internal/coro"
)

// thread is a controlled thread. At any moment one of an engine's threads runs;
// the others stand before the operation that they have announced.
type thread struct {
	e      *engine
	id     int32
	nth    int32   // place in the order in which this execution has made its threads, from 0
	kids   []int32 // ids of the threads that it makes, in all executions
	nkids  int     // of which it has made so many in this one
	fn     func()
	handle Thread      // what Go returns
	stack  *coro.Stack // where it goes on, if it does not run
	began  bool
	ended  bool

	op       op
	seq      int32 // events so far
	birth    int32 // the parent's last event when it was made; -1: none
	last     int32 // its last event, or birth
	deadline int64 // of a timed op, in virtual ns; noDeadline
	early    bool  // its op has timed out early; the time was past before
	past     int64
	woken    bool
	wokenBy  int32 // the event that woke it

	// See Pause.
	marks  []mark // what it has read since the last Pause
	await  []mark // its op waits until one of these has changed; empty: does not
	waited []mark // await, of its last event
	chose  bool   // it has called Choose since the last Pause

	sync clock // see 'Two kinds of happens-before'

	local any // see Local
}

const noDeadline = -1

// String names t for people, who know nothing of ids.
func (t *thread) String() string { return fmt.Sprintf("thread %d", t.nth) }

// waitedFor says whether t's last event, before which it had paused, had waited for
// the object of id.
func (t *thread) waitedFor(id int32) bool {
	return slices.ContainsFunc(t.waited, func(m mark) bool { return m.obj.id == id })
}

// mark is an object that a thread has read since its last Pause.
type mark struct {
	obj     *object
	version int    // how often it had changed when first read, and by the thread itself since
	first   uint64 // the value then
	last    uint64 // the value when the thread last read or wrote it
}

// Thread is a controlled thread that [Go] started.
type Thread struct{ t *thread }

// Go starts a controlled thread that runs f. What the caller did before is
// visible to f. Starting is no step: it commutes with everything.
func Go(f func()) *Thread {
	t := self("Go")
	return &t.e.spawn(t, f).handle
}

// Join waits until the thread has ended; what it did is visible then.
func (th *Thread) Join() {
	t := self("Thread.Join")
	t.op = op{kind: opJoin, join: th.t}
	t.step()
	t.sync.join(th.t.sync)
	t.done(reads, 0, 0, true)
}

// Local returns what the calling thread keeps for wrappers of this package: nil when the
// thread begins. Looking at it or changing it is no step.
func Local() *any { return &self("Local").local }

// carrier is a coroutine that carries threads and Stacks, one after the other.
// Engines keep theirs from one execution to the next.
type carrier struct {
	e     *engine
	stack coro.Stack
	at    int         // its place in engine.busy
	t     *thread     // carries this thread, or
	f     func()      // this Stack's function
	back  *coro.Stack // where a Stack's end goes on
	began bool        // f has begun
	goid  string      // of its goroutine, for stack dumps
}

func (e *engine) carrier() *carrier {
	var c *carrier
	if n := len(e.idle); n > 0 {
		c = e.idle[n-1]
		e.idle = e.idle[:n-1]
	} else {
		c = &carrier{e: e}
		c.stack.Init(c.main)
	}
	c.at = len(e.busy)
	e.busy = append(e.busy, c)
	return c
}

func (c *carrier) main() {
	c.e.own()
	c.goid = goroutineID()
	carriers.add(c.goid, c.e)
	defer carriers.remove(c.goid)
	defer disown()
	for {
		c.carry()
		if !c.stack.Switch(c.leave()) {
			return
		}
	}
}

// carry runs what it is to carry, to its end.
func (c *carrier) carry() {
	finished := false
	defer func() {
		if finished {
			return
		}
		v := recover()
		switch {
		case c.e.aborting:
		case v != nil:
			c.e.panicked(c.e.cur, v, debug.Stack())
		case c.t == nil && c.back != nil: // a destroyed Stack may end by Goexit
			c.stack.Switch(c.back)
		default:
			c.e.fail(&Violation{Property: Panic, Thread: int(c.e.cur.nth),
				Message: "a thread called runtime.Goexit (t.FailNow and require do): use explore.Assert, or t.Errorf and return"})
			c.e.resume(nil)
		}
	}()
	if c.t != nil {
		c.t.fn()
	} else {
		c.began = true
		c.f()
	}
	finished = true
	if c.t == nil && c.back == nil {
		c.e.fail(&Violation{Property: Panic, Thread: int(c.e.cur.nth),
			Message: "the function of a Stack ended, but nobody has called Destroy"})
	}
}

// leave ends what has been carried and says where to go on.
func (c *carrier) leave() *coro.Stack {
	e := c.e
	var to *coro.Stack
	if t := c.t; t != nil {
		t.ended = true
		e.live--
		to = e.stackOf(e.next())
	} else if to = c.back; to == nil {
		to = &e.base // by a panic, or where it must not: the execution is over
	}
	c.t, c.f, c.back, c.began = nil, nil, nil, false
	e.retire(c)
	e.running = to
	return to
}

// retire puts c among the idle ones.
func (e *engine) retire(c *carrier) {
	last := e.busy[len(e.busy)-1]
	e.busy[c.at], last.at = last, c.at
	e.busy = e.busy[:len(e.busy)-1]
	e.idle = append(e.idle, c)
}

// step waits until the strategy lets t take the step that it has put into t.op.
func (t *thread) step() {
	e := t.e
	if e.trace != nil {
		e.trace.announced(t)
	}
	if next := e.next(); next != t {
		t.stack = e.running
		e.resume(next)
	}
}

// resume leaves the running stack for that of next; nil: for the engine's own.
func (e *engine) resume(next *thread) {
	from := e.running
	to := e.stackOf(next)
	e.running = to
	if !from.Switch(to) {
		runtime.Goexit() // the execution is given up
	}
}

// stackOf makes next the running thread and returns where it goes on.
func (e *engine) stackOf(next *thread) *coro.Stack {
	if next == nil {
		return &e.base
	}
	e.cur = next
	if !next.began {
		next.began = true
		c := e.carrier()
		c.t = next
		next.stack = &c.stack
	}
	return next.stack
}
