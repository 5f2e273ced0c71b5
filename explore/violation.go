package explore

import "schedlab/explore/internal/engine"

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
type Violation = engine.Violation

// Schedule is what was decided in an execution, in order: the thread that took
// the next step, or what Choose returned. It is all that differs between two
// executions of a program. What the numbers mean may change: [Schedule.String]
// writes them as one short word, which the flag -explore.replay reads.
type Schedule = engine.Schedule
