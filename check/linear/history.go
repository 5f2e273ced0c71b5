package linear

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"schedlab/rt/queue"
)

// Op is one operation together with its answer, on an object whose sequential specification has
// the states S. Step says whether the object may give this answer in state s, and returns the
// state after it. It must depend on nothing but the receiver and s, and change nothing.
type Op[S comparable] interface {
	Step(s S) (after S, allowed bool)
	String() string
}

// Event is an operation that a client has executed, with the stamps of its call and return.
type Event[S comparable] struct {
	Client       int // 0 and up
	Call, Return int64
	Op           Op[S]
}

func (e Event[S]) String() string {
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
// The clock is no atomic of package host, so that under a controlled host a stamp is no step and
// adds no executions.
type Recorder[S comparable] struct {
	clock   atomic.Int64
	_       [queue.CacheLine]byte
	clients []Client[S]
}

// NewRecorder returns a Recorder for n clients.
func NewRecorder[S comparable](n int) *Recorder[S] {
	r := &Recorder[S]{clients: make([]Client[S], n)}
	for i := range r.clients {
		r.clients[i].recorder, r.clients[i].id = r, i
	}
	return r
}

// Client returns client i, counting from 0. Each is used by one thread at a time.
func (r *Recorder[S]) Client(i int) *Client[S] { return &r.clients[i] }

// History returns what was recorded. No client may be in an operation.
func (r *Recorder[S]) History() History[S] {
	var h History[S]
	for i := range r.clients {
		h = append(h, r.clients[i].events...)
	}
	slices.SortStableFunc(h, func(a, b Event[S]) int { return cmp.Compare(a.Call, b.Call) })
	return h
}

// Reset forgets what was recorded, and begins a new history. No client may be in an operation.
func (r *Recorder[S]) Reset() {
	r.clock.Store(0)
	for i := range r.clients {
		r.clients[i].events = r.clients[i].events[:0]
	}
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
	_        [queue.CacheLine]byte
}

// Call returns the stamp of an operation that is about to begin.
func (c *Client[S]) Call() int64 { return 2*c.recorder.clock.Load() + 1 }

// Return records that the operation which began at call has ended. One call may have been
// several operations, each of which happened at a moment of its own between call and now.
func (c *Client[S]) Return(call int64, ops ...Op[S]) {
	now := 2 * c.recorder.clock.Add(1)
	for _, op := range ops {
		c.events = append(c.events, Event[S]{c.id, call, now, op})
	}
}
