package explore

import (
	"fmt"
	"strings"

	"schedlab/explore/internal/engine"
)

// Property is what an execution can break.
type Property = engine.Property

// The properties that are always checked.
const (
	Deadlock       = engine.Deadlock       // no thread can go on, the first among them
	LostWakeup     = engine.LostWakeup     // a deadlock, and who waits was signaled before it waited
	LeakedThreads  = engine.LeakedThreads  // the first thread has ended, others never can
	Livelock       = engine.Livelock       // threads spin, and nobody writes what they read
	Panic          = engine.Panic          // a thread panicked
	Assertion      = engine.Assertion      // see Assert
	DataRace       = engine.DataRace       // see Var
	DoubleWakeup   = engine.DoubleWakeup   // of a Note
	BadUnlock      = engine.BadUnlock      // of a lock that is not locked
	Nondeterminism = engine.Nondeterminism // the program differs from run to run
	Blocking       = engine.Blocking       // code blocks or loops without a controlled operation
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
	Thread   int      // that broke it, by the order in which threads were made, from 0; for deadlocks, one of them
	Step     int      // steps executed before
	Stack    string   // of a panic, or of who blocks; else empty
	Schedule Schedule // which does it again: its String is the token of -explore.replay
	Minimal  bool     // there is no shorter Schedule: with fewer preemptions, or as few and fewer steps
	Table    string   // Message, the execution, one column per thread, and how to replay it
	HTML     string   // the same, as a page of its own
}

// Text tells v in full, as Test does.
func (v *Violation) Text() string {
	text := strings.TrimRight(v.Table, "\n")
	if text == "" { // nobody has explained it: see Merge
		text = fmt.Sprintf("%v\nreplay: -explore.replay=%v", v, v.Schedule)
	}
	if v.Stack != "" {
		text += "\n\n" + strings.TrimRight(v.Stack, "\n")
	}
	return text
}

// String tells v in one line.
func (v *Violation) String() string { return v.inner().String() }

// inner is v as the engine and the story know it.
func (v *Violation) inner() *engine.Violation { return (*engine.Violation)(v) }

// Schedule is what was decided in an execution, in order: the thread that took
// the next step, or what Choose returned. It is all that differs between two
// executions of a program. What the numbers mean may change: [Schedule.String]
// writes them as one short word, which the flag -explore.replay reads.
type Schedule = engine.Schedule
