package engine

import (
	"runtime/debug"
	"unsafe"

	"schedlab/internal/coro"
)

// carrier is a coroutine that carries threads and Stacks, one after the other. An engine
// keeps its carriers from one execution to the next.
//
// When an execution is given up, what a carrier carries ends by runtime.Goexit, so that its
// deferred calls run. That cannot be stopped, but it can be held up: the carrier goes on with
// its work in the last of the deferred calls (again). Each time its goroutine's stack grows
// a little, so it is given up after some times (mostExits). To make a carrier takes as long as
// some hundred steps.
type carrier struct {
	stack coro.Stack // the first field: see carrierOf
	e     *Engine
	exits int         // how often it was held up
	ends  bool        // it is to end
	floor uintptr     // see callerDepth: where the frames end of what it carries
	at    int         // its place in Engine.busy
	t     *Thread     // carries this thread, or
	f     func()      // this Stack's function
	back  *coro.Stack // where a Stack's end goes on
	began bool        // f has begun
	g     uintptr     // its goroutine; 0: it has not begun
	goid  string      // the number of that one, for stack dumps
}

// carrier returns one that is idle, or a new one.
func (e *Engine) carrier() *carrier {
	var c *carrier
	if sparesCarriers && len(e.idle)+len(e.busy) == 0 {
		e.adopt()
	}
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
	c.g, c.goid = getg(), goroutineID()
	carriers.add(c.goid, c.e)
	defer carriers.remove(c.goid)
	defer disown()
	c.serve()
}

// again makes c, whose work has been given up, ready for other work, unless it is to end.
func (c *carrier) again() {
	if c.ends {
		return
	}
	c.exits++
	c.clear()
	if c.stack.Switch(&c.e.base) {
		c.serve()
	}
}

// clear forgets what c has carried.
func (c *carrier) clear() { c.t, c.f, c.back, c.began = nil, nil, nil, false }

// carrierOf returns the carrier of which s is the stack.
func carrierOf(s *coro.Stack) *carrier { return (*carrier)(unsafe.Pointer(s)) }

// serve carries one thing after the other, until c is to end.
func (c *carrier) serve() {
	for {
		c.carry()
		if !c.stack.Switch(c.leave()) {
			return
		}
	}
}

// carry runs what it is to carry, to its end.
func (c *carrier) carry() {
	room() // see 'Bytes that differ'
	c.floor = callerDepth()
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
		c.again()
	case v != nil:
		c.e.panicked(v, debug.Stack())
	case c.t == nil && c.back != nil: // a destroyed Stack may end by Goexit
		c.stack.Switch(c.back)
		c.again() // the execution is over
	default:
		c.e.broke("a thread called runtime.Goexit (t.FailNow and require do): " +
			"use explore.Assert, or t.Errorf and return")
		from := c.e.running
		c.e.running = &c.e.base
		from.Switch(&c.e.base)
		c.again() // the execution is over
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
		t.Ended, t.can = true, ended
		e.live--
		to = e.stackOf(e.next())
	} else if to = c.back; to == nil {
		to = &e.base // it ended by a panic, or must not have ended: the execution is over
	}
	c.clear()
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
