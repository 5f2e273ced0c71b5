package engine

import (
	"fmt"
	"runtime"

	"schedlab/internal/coro"
)

// Thread is a controlled thread. At any moment one of an engine's threads runs; the others
// stand before the operation that they have announced: Op.
type Thread struct {
	e       *Engine
	ID      int32
	Nth     int32   // place in the order in which this execution has made its threads, from 0
	kids    []int32 // ids of the threads that it makes, in all executions
	nkids   int     // how many of them it has made in this one
	fn      func()
	stack   *coro.Stack // where it goes on, if it does not run
	began   bool
	Ended   bool
	can     ability // to take its step: see Enabled
	asked   uint64  // the decision for which enabled has been found out
	enabled bool

	Op       Op
	OpMarks  Marks // see 'Recorded operations'
	Seq      int32 // events so far
	Birth    int32 // the parent's last event when it was made; -1: none
	Last     int32 // its last event, or Birth
	deadline int64 // of a timed op, in virtual ns; NoDeadline
	early    bool  // its op has timed out early; the time was past before
	past     int64
	Woken    bool
	WokenBy  int32 // the event that woke it

	// See 'Pause' and 'Alone'.
	rounds  *rounds // nil: it has neither paused nor chosen in any execution
	repeats bool    // all its steps since the last Pause are those of a round before
	hidden  bool    // it has written plain memory since: its stack does not tell all
	touches int     // of plain memory, since the last Pause
	Await   []Mark  // its op waits until one of these has changed; empty: does not
	Waited  []Mark  // Await, of its last event
	stale   bool    // it waits no longer, since nothing else is left to happen
	alone   bool    // it is off the record
	pc      uintptr // see pausing
	depth   uintptr
	gate    *Gate // of its next step: see 'Awaits'
	passed  *Gate // of the step before that
	gateSeq int32 // the number of the step of which gate is
	looked  int32 // the last event when it looked in vain, off the record; -1: it has not

	sync clock // see 'Two kinds of happens-before'

	Local any // what wrappers keep for the thread; nil when it begins

	record recording // see 'Recorded operations'
}

// NoDeadline stands for no time limit.
const NoDeadline = -1

// String names t as people count threads: by its place, not by its id.
func (t *Thread) String() string { return fmt.Sprintf("thread %d", t.Nth) }

// Start makes a thread that runs f. What t did before is visible to f.
func (t *Thread) Start(f func()) *Thread { return t.e.spawn(t, f) }

// Joins waits until of has ended; what it did is visible to t then.
func (t *Thread) Joins(of *Thread) {
	t.Op = Op{Kind: OpJoin, Join: of}
	t.step()
	t.sync.join(of.sync)
	t.done(Reads, 0, 0, true)
}

// step waits until the strategy lets t take the step that it has put into t.Op.
func (t *Thread) step() {
	e := t.e
	if t.alone {
		e.solo.noteStack()
		if e.solo.step() {
			return
		}
	}
	if e.gates != nil {
		e.gates.announced(t)
	}
	t.can = t.findAbility()
	if e.Observer != nil {
		e.Observer.Announced(t)
	}
	if next := e.next(); next != t {
		from, to := e.running, e.stackOf(next) // switchTo, inlined: see Word.begin
		t.stack, e.running = from, to
		if !from.Switch(to) || e.aborting {
			runtime.Goexit()
		}
	}
}

// switchTo leaves the running stack for that of next; nil: for the engine's own.
func (e *Engine) switchTo(next *Thread) {
	from := e.running
	to := e.stackOf(next)
	e.running = to
	if !from.Switch(to) || e.aborting {
		runtime.Goexit() // the execution is given up
	}
}

// stackOf makes next the running thread and returns where it goes on.
func (e *Engine) stackOf(next *Thread) *coro.Stack {
	if next == nil {
		return &e.base
	}
	e.Current = next
	if !next.began {
		next.began = true
		c := e.carrier()
		c.t = next
		next.stack = &c.stack
	}
	return next.stack
}

// Observer returns the one that is told what t does; nil: none.
func (t *Thread) Observer() Observer {
	if t.alone {
		return nil
	}
	return t.e.Observer
}

// Engine returns the engine that executes t.
func (t *Thread) Engine() *Engine { return t.e }
