package linear

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"

	"schedlab/explore"
	"schedlab/rt/queue"
)

func init() { explore.Wrapper() }

// Op is one operation together with its answer, on an object whose sequential specification has
// the states S. Step says whether the object may give this answer in state s, and returns the
// state after it. It must depend on nothing but the receiver and s, and change nothing.
type Op[S comparable] interface {
	Step(s S) (after S, allowed bool)
	String() string
}

// Never is the Return of an operation that was pending when the history ended.
const Never = math.MaxInt64

// NoEffect is an operation without an answer that changes nothing.
type NoEffect[S comparable] struct{}

func (NoEffect[S]) Step(s S) (S, bool) { return s, true }
func (NoEffect[S]) String() string     { return "no effect" }

// Event is an operation that a client has executed, with the stamps of its call and return. If
// Return is Never, it is pending: of those events that have the same client and the same call,
// one has happened after the call, or none.
type Event[S comparable] struct {
	Client       int // 0 and up
	Call, Return int64
	Op           Op[S]
}

func (e Event[S]) String() string {
	if e.Return == Never {
		return fmt.Sprintf("%4d-     client %d: perhaps %v", e.Call, e.Client, e.Op)
	}
	return fmt.Sprintf("%4d-%-4d client %d: %v", e.Call, e.Return, e.Client, e.Op)
}

func (e Event[S]) overlaps(other Event[S]) bool {
	return e.Call <= other.Return && other.Call <= e.Return
}

// History is what all clients of one object did, in order of their calls. Operation a comes
// before b if a.Return < b.Call. If neither comes before the other, they overlap.
type History[S comparable] []Event[S]

// String lists the events, one a line.
func (h History[S]) String() string {
	var b strings.Builder
	for _, e := range h {
		fmt.Fprintln(&b, e)
	}
	return b.String()
}

// Recorder stamps and keeps the operations of several clients.
//
// # The clock
//
// The clock counts returns. The stamp of a return is even: the count after the return has added
// one. The stamp of a call is odd: it reads the count, changes nothing, and is half a step later:
//
//	Return = 2 * clock.Add(1)    Call = 2 * clock.Load() + 1
//
// So a.Return < b.Call exactly if b's load saw a's add. Then, and only then, a had returned
// before b was called, and by Go's memory model everything that a did happens before everything
// that b does. It follows:
//
//   - A correct object never looks wrong, since the stamps claim no order that the object did
//     not see.
//   - No violation is excused, since the stamps drop no order that there was. The only
//     exception is the time between an operation and its stamps.
//
// Rejected: the machine's clock. Readings of two cores that differ by less than the skew of
// their clocks claim an order where there was none (a false alarm). Equal readings hide an
// order (a missed violation). Its advantage is that clients would share no cache line; here an
// operation starts about a cache miss later than it could.
//
// What it misses:
//
//   - The add is a full barrier, so an effect that would stay in a store buffer after the return
//     is not seen.
//   - The add orders operations that the object itself may not order. That hides races between
//     operations that do not overlap from the race detector. Tests for races must run without
//     a recorder.
//
// # Under package explore
//
// A controlled thread stamps a call as a part of the operation's first step, and a return as a
// part of its last one ([explore.Operation]). No history is stricter, and the explorer keeps
// apart all executions in which different operations returned before others were called. So the
// verdict on the histories of an exploration is exact, except for what the explorer itself does
// not explore. The clock is an atomic of sync/atomic, since a stamp is no step of its own.
type Recorder[S comparable] struct {
	clock   atomic.Int64
	_       [queue.CacheLine]byte
	clients []Client[S]
}

// NewRecorder returns a Recorder for n clients. Under package explore, make it inside of the
// program, or reset it there.
func NewRecorder[S comparable](n int) *Recorder[S] {
	r := &Recorder[S]{clients: make([]Client[S], n)}
	for i := range r.clients {
		c := &r.clients[i]
		c.recorder, c.id = r, i
		c.stampCall = func() { c.call, c.begun = 2*r.clock.Load()+1, true }
		c.stampReturn = func() { c.ret = 2 * r.clock.Add(1) }
	}
	return r
}

// Client returns client i, counting from 0. Each is used by one thread at a time.
func (r *Recorder[S]) Client(i int) *Client[S] { return &r.clients[i] }

// History returns what was recorded. Real threads must be at rest. Under package explore, they
// need not be: to look at the history is a step then, which comes before or after those of
// operations. What an operation may have done that has not returned must have been said to
// Call; otherwise History panics.
func (r *Recorder[S]) History() (h History[S]) {
	explore.Recorded(func() {
		for i := range r.clients {
			c := &r.clients[i]
			h = append(append(h, c.events...), c.pending()...)
		}
	})
	slices.SortStableFunc(h, byCall)
	return h
}

func byCall[S comparable](a, b Event[S]) int { return cmp.Compare(a.Call, b.Call) }

// Reset forgets what was recorded, and begins a new history. It also forgets operations that
// have not returned: their Return would panic. So a Recorder that is made outside of an explored
// program can be reset at its beginning, though the execution before was given up.
func (r *Recorder[S]) Reset() {
	explore.Recorded(func() {
		for i := range r.clients {
			c := &r.clients[i]
			c.events, c.open, c.op = c.events[:0], false, explore.Operation{}
		}
		r.clock.Store(0)
	})
}

// Client records the operations of one thread:
//
//	at := c.Call()
//	x := q.Get()
//	c.Return(at, Get{Max: 1, Out: Of(x)})
type Client[S comparable] struct {
	recorder *Recorder[S]
	id       int
	events   []Event[S]

	// The operation under way, or the last one.
	op        explore.Operation
	open      bool // it has not returned
	begun     bool // call is its stamp
	number    int64
	call, ret int64
	maybe     []Op[S]

	stampCall, stampReturn func()

	_ [queue.CacheLine]byte
}

// Call says that an operation begins, and returns its number. It panics if the operation before
// has not returned.
//
// maybe is for an operation that has not returned when the history ends. It has done one of
// these by then, or nothing. What it answers is not known: so a Get may be a [GetSome], and an
// operation that changes nothing a [NoEffect].
func (c *Client[S]) Call(maybe ...Op[S]) (number int64) {
	if c.open {
		panic(fmt.Sprintf("linear: Call: client %d is in operation %d; call Return at its end, or "+
			"use another client", c.id, c.number))
	}
	c.open, c.begun, c.maybe = true, false, maybe
	c.number++
	c.op.Call(c.stampCall)
	return c.number
}

// Return records that the operation which Call gave that number has ended. One call may have
// been several operations, each of which happened at a moment of its own between call and
// return. Return panics if that operation has not been called.
func (c *Client[S]) Return(number int64, ops ...Op[S]) {
	switch {
	case !c.open:
		panic(fmt.Sprintf("linear: Return: client %d is in no operation; call Call before the "+
			"operation begins, and Return once", c.id))
	case number != c.number:
		panic(fmt.Sprintf("linear: Return: client %d is in operation %d, not %d; give Return what "+
			"Call returned", c.id, c.number, number))
	}
	c.op.Return(c.stampReturn)
	c.open = false
	for _, op := range ops {
		c.events = append(c.events, Event[S]{c.id, c.call, c.ret, op})
	}
}

// pending returns what the operation under way may have done, if there is one.
func (c *Client[S]) pending() (h History[S]) {
	if !c.open || !c.begun {
		return nil
	}
	if len(c.maybe) == 0 {
		panic(fmt.Sprintf("linear: History: client %d is in an operation; let it return, or tell "+
			"Call what it may do", c.id))
	}
	for _, op := range c.maybe {
		h = append(h, Event[S]{c.id, c.call, Never, op})
	}
	return h
}
