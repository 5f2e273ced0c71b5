package engine

import "fmt"

// Property is what an execution can break.
type Property string

// The properties that are always checked.
const (
	Deadlock       Property = "deadlock"       // no thread can go on, nor has the first ended
	LostWakeup     Property = "lost wakeup"    // a deadlock of a thread woken before it waited
	LeakedThreads  Property = "leaked threads" // the first thread has ended, others never can
	Livelock       Property = "livelock"       // threads spin, and none writes what they read
	Panic          Property = "panic"          // a thread panicked
	Assertion      Property = "assertion"      // see Assert
	DataRace       Property = "data race"      // see Var
	DoubleWakeup   Property = "double wakeup"  // of a Note
	BadUnlock      Property = "bad unlock"     // of a lock that is not locked
	Nondeterminism Property = "nondeterminism" // the program differs from run to run
	Blocking       Property = "blocks outside" // it blocks or loops without a controlled op
)

// Violation is a property that was broken, and how.
type Violation struct {
	Property Property
	Message  string
	Thread   int      // the thread that broke it, by Nth; for deadlocks, one of them
	Step     int      // steps executed before
	Stack    string   // of a panic, or of the thread that blocks; else empty
	Schedule Schedule // does it again: its String is the token of -explore.replay
	Minimal  bool     // none has fewer preemptions, or as few and fewer steps
	Table    string   // Message, the execution, one column per thread, and how to replay it
	HTML     string   // the same, as a page of its own
}

// String tells v in one line.
func (v *Violation) String() string {
	return fmt.Sprintf("%s after %s: %s", v.Property, Count(v.Step, "step"), v.Message)
}

// Count says how many of what there are.
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
