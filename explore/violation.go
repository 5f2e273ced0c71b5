package explore

import (
	"fmt"
	"strings"

	"schedlab/explore/internal/engine"
)

// Property is a property that an execution can break: a string, the words in which a verdict
// names it.
type Property = engine.Property

// The properties that are always checked. Each comment begins with the string.
const (
	// Deadlock: no thread can go on, and the first has not ended.
	Deadlock Property = engine.Deadlock
	// Lost wakeup: a deadlock of a thread that was woken before it waited.
	LostWakeup Property = engine.LostWakeup
	// Leaked threads: the first thread has ended, others never can.
	LeakedThreads Property = engine.LeakedThreads
	// Livelock: threads spin, and no thread writes what they read.
	Livelock Property = engine.Livelock
	// Panic: a thread panicked.
	Panic Property = engine.Panic
	// Assertion: see Assert.
	Assertion Property = engine.Assertion
	// Data race: see Var.
	DataRace Property = engine.DataRace
	// Double wakeup of a Note.
	DoubleWakeup Property = engine.DoubleWakeup
	// Bad unlock: of a lock that is not locked.
	BadUnlock Property = engine.BadUnlock
	// Nondeterminism: the program differs from run to run.
	Nondeterminism Property = engine.Nondeterminism
	// Blocks outside: code blocks or loops without a controlled operation.
	Blocking Property = engine.Blocking
)

// properties are what MustViolate accepts.
var properties = []Property{
	Deadlock, LostWakeup, LeakedThreads, Livelock, Panic, Assertion, DataRace, DoubleWakeup,
	BadUnlock, Nondeterminism, Blocking,
}

// Violation is a property that was broken, and how.
type Violation struct {
	Property Property
	Message  string

	// Thread broke it. Threads are numbered from 0, in the order in which they were made.
	// Of a deadlock it is one of the threads.
	Thread int
	Step   int    // steps executed before
	Stack  string // of a panic, or of the thread that blocks; else empty

	Schedule Schedule // repeats it: its String is the token of -explore.replay
	Minimal  bool     // no Schedule has fewer preemptions, or as few and fewer steps
	Table    string   // Message, the execution with a column per thread, and how to replay it
	HTML     string   // the same, as a page of its own
}

// Text returns v in full, as Test prints it.
func (v *Violation) Text() string {
	text := strings.TrimRight(v.Table, "\n")
	if text == "" { // it was not explained: see Merge
		text = fmt.Sprintf("%v\nreplay: -explore.replay=%v", v, v.Schedule)
	}
	if v.Stack != "" {
		text += "\n\n" + strings.TrimRight(v.Stack, "\n")
	}
	return text
}

// String returns v in one line.
func (v *Violation) String() string { return v.inner().String() }

// inner returns v as the engine and the story know it.
func (v *Violation) inner() *engine.Violation { return (*engine.Violation)(v) }

// Schedule holds the decisions of an execution in order, as a slice of int32: the thread that
// took the next step, or what Choose returned. Executions of a program differ in nothing else.
// The meaning of the numbers may change. Its method String writes them as one short word, which
// the flag -explore.replay reads.
type Schedule = engine.Schedule
