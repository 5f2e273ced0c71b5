package engine

import (
	"runtime/debug"

	"schedlab/internal/coro"
)

// carrier is a coroutine that carries threads and Stacks, one after the other. An engine
// keeps its carriers from one execution to the next.
type carrier struct {
	e     *Engine
	stack coro.Stack
	at    int         // its place in Engine.busy
	t     *Thread     // carries this thread, or
	f     func()      // this Stack's function
	back  *coro.Stack // where a Stack's end goes on
	began bool        // f has begun
	goid  string      // of its goroutine, for stack dumps
}

// carrier returns one that is idle, or a new one.
func (e *Engine) carrier() *carrier {
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

// main carries what it is given, again and again.
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
		if !finished {
			c.unwound(recover())
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
		c.e.broke("the function of a Stack ended, but nobody has called Destroy")
	}
}

// unwound is called when what c carries ends by the panic v or, if that is nil, by
// runtime.Goexit.
func (c *carrier) unwound(v any) {
	switch {
	case c.e.aborting:
	case v != nil:
		c.e.panicked(v, debug.Stack())
	case c.t == nil && c.back != nil: // a destroyed Stack may end by Goexit
		c.stack.Switch(c.back)
	default:
		c.e.broke("a thread called runtime.Goexit (t.FailNow and require do): " +
			"use explore.Assert, or t.Errorf and return")
		c.e.resume(nil)
	}
}

// broke says that the running thread has done what counts as a panic.
func (e *Engine) broke(how string) {
	e.fail(&Violation{Property: Panic, Thread: int(e.Current.Nth), Message: how})
}

// leave ends what has been carried and says where to go on.
func (c *carrier) leave() *coro.Stack {
	e := c.e
	var to *coro.Stack
	if t := c.t; t != nil {
		if t.alone {
			e.solo.failed()
		}
		t.Ended = true
		e.live--
		to = e.stackOf(e.next())
	} else if to = c.back; to == nil {
		to = &e.base // it ended by a panic, or must not have ended: the execution is over
	}
	c.t, c.f, c.back, c.began = nil, nil, nil, false
	e.retire(c)
	e.running = to
	return to
}

// retire puts c among the idle ones.
func (e *Engine) retire(c *carrier) {
	last := e.busy[len(e.busy)-1]
	e.busy[c.at], last.at = last, c.at
	e.busy = e.busy[:len(e.busy)-1]
	e.idle = append(e.idle, c)
}
