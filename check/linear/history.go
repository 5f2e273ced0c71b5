package linear

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
)

// Op is one operation together with its answer, on an object whose sequential
// specification has the states S. Step says whether the object may give this
// answer in state s, and returns the state after it. It must be a pure function
// of the receiver and s.
type Op[S comparable] interface {
	Step(s S) (after S, allowed bool)
	String() string
}

// Event is an operation that a client executed, and when.
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

// History is what all clients of one object did, in order of their calls.
// Operation a comes before b if a.Return < b.Call, otherwise they overlap.
type History[S comparable] []Event[S]

// String lists the events, a line each.
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
// The clock is a counter of returns. An operation's Return is the counter after
// it has added one, its Call the counter's value without changing it, half a
// step later:
//
//	Return = 2 * clock.Add(1)    Call = 2 * clock.Load() + 1
//
// So a.Return < b.Call exactly if b's load saw a's add: then, and only then, a
// had returned before b was called, and by Go's memory model everything a did
// happens before everything b does. A correct object never looks wrong, since no
// order is claimed that it did not see; and no violation is excused, beyond what
// lies between the operation and its stamps, since an order that was there is
// never dropped.
//
// Rejected: the machine's clock. Readings of two cores that differ by less than
// its skew claim an order that was none (a false alarm), and equal readings hide
// one (a missed violation). It would not share a cache line between the clients,
// so an operation here starts about a cache miss later than it could.
//
// What it misses: the add is a full barrier, so an effect that stays in a store
// buffer after the return is not seen; and it orders what the object perhaps does
// not, which hides from the race detector accesses of operations that do not
// overlap. Tests for races must run without a recorder.
//
// The clock is not one of host's atomics, so that under a controlled host
// stamping is no step and adds no executions.
type Recorder[S comparable] struct {
	clock   atomic.Int64
	_       [cacheLine]byte
	clients []Client[S]
}

const cacheLine = 64

// NewRecorder returns a Recorder for n clients.
func NewRecorder[S comparable](n int) *Recorder[S] {
	r := &Recorder[S]{clients: make([]Client[S], n)}
	for i := range r.clients {
		r.clients[i].recorder, r.clients[i].id = r, i
	}
	return r
}

// Client returns client i, from 0. Each is used by one thread at a time.
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

// Reset forgets what was recorded and begins a history. No client may be in an
// operation.
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
	_        [cacheLine]byte
}

// Call returns the stamp of an operation that is about to begin.
func (c *Client[S]) Call() int64 { return 2*c.recorder.clock.Load() + 1 }

// Return records that the operation that began at call has ended. One call may
// have been several operations, each of which happened at a moment of its own
// between call and now.
func (c *Client[S]) Return(call int64, ops ...Op[S]) {
	now := 2 * c.recorder.clock.Add(1)
	for _, op := range ops {
		c.events = append(c.events, Event[S]{c.id, call, now, op})
	}
}
