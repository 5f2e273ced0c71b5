package rt

import (
	"errors"
	"fmt"
	"math"

	"schedlab/rt/event"
)

// Scheduler is a design at work. Its methods are for ordinary goroutines, not for the
// bodies of Gs, and may be called concurrently.
type Scheduler interface {
	// Run runs main as a G and returns when no G of the scheduler is left. Only one
	// Run at a time. It fails with *PanicError if a G panicked: the others are then
	// stopped at their next safe point. It fails with *DeadlockError if Gs are left
	// that wait for each other. After a failure only Close is left.
	Run(main func(*G)) error
	// Go submits fn as a new G from outside.
	Go(fn func(*G)) error
	// Hold says that code outside will still submit, so that Gs which wait for that
	// are not deadlocked. Run and Close do not end before release.
	Hold() (release func())
	// Close waits until no G is left, ends all threads and frees all stacks. Gs that
	// can never end are abandoned: their deferred calls run, and Close reports them
	// with a *DeadlockError, unless Run failed before. It also reports a *PanicError
	// that no Run was there to report.
	Close() error
	// Stats returns the counters as they were when the scheduler was last at rest,
	// which it is between Runs. Those of locks and wakeups are as they are now.
	Stats() Stats
	// Dump describes the scheduler at this moment, as text for people.
	Dump() string
}

// Config sets up a scheduler.
type Config struct {
	// Procs is how many Gs may run at the same moment: the number of Ps, the mcpumax
	// of G-M, the GOMAXPROCS of native. 1 to MaxProcs.
	Procs int
	// Seed makes random choices reproducible, as far as threads are.
	Seed uint64
	// SampleReady: one in this many changes to Runnable is timed until the G runs. 0:
	// none.
	SampleReady int
	// Events, if not nil, is given what happens: see package event. Native schedulers
	// have nothing to give.
	Events event.Sink
}

// MaxProcs is the largest Procs.
const MaxProcs = 4096

// Check returns an error that names the first field that is out of range.
func (c Config) Check() error {
	if c.Procs < 1 || c.Procs > MaxProcs {
		return fmt.Errorf("rt: Config.Procs is %d; it must be 1 to %d", c.Procs, MaxProcs)
	}
	if c.SampleReady < 0 || c.SampleReady > math.MaxInt32 {
		return fmt.Errorf("rt: Config.SampleReady is %d; it must be 0 (none) to %d",
			c.SampleReady, math.MaxInt32)
	}
	return nil
}

// ErrClosed is what the methods of a closed scheduler fail with.
var ErrClosed = errors.New("the scheduler is closed; make a new one")

// PanicError is a panic of a G that the G did not recover from.
type PanicError struct {
	G     uint64 // ID of the G
	Value any    // what it panicked with
	Stack []byte // its stack, as text
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("panic in G %d: %v\n\n%s", e.G, e.Value, e.Stack)
}

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
