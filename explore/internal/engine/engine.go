package engine

import (
	"fmt"

	"schedlab/internal/coro"
)

// Outcome is how an execution ended.
type Outcome uint8

// The outcomes.
const (
	Running  Outcome = iota // it has not ended
	Complete                // all threads have ended
	Stuck                   // no thread is enabled, and not all have ended
	Cut                     // the strategy lost interest
	Foreign                 // it belongs to another shard
	Repeated                // it had been executed and counted before
	Failed                  // a property was violated on the way
	TooLong                 // the step limit
	Diverged                // the program did not do again what it did before
	Again                   // it begins again: see 'Alone'; only inside of Execute
)

// Engine executes a program, again and again, as its strategy says. It is used by one
// goroutine and the coroutines that this goroutine continues.
type Engine struct {
	Limits   *Limits
	Program  func()
	Strategy Strategy
	Control  *Control // shared with the other engines of the exploration
	pulse    pulse    // see 'Watchdog'

	base    coro.Stack  // of the goroutine that calls Execute
	running *coro.Stack // the one that runs
	Current *Thread     // the thread for which it runs
	idle    []*carrier
	busy    []*carrier

	// The execution under way.
	Threads  []*Thread // by id; may hold threads of other executions, which did not begin
	Alive    []*Thread // made by this execution, in the order of birth; some have ended
	begun    int       // how many of them have
	decision uint64    // how many have been taken, in all executions
	enabled  []*Thread // see Enabled
	live     int       // how many have not ended
	Names    *ThreadIDs
	Objects  []*Object // the first Nobjects belong to this execution
	Nobjects int
	Events   []Event
	Awaited  []int32 // objects: see Event
	scratch  []int32 // see Thread.Effect
	Choices  []Choice
	Outcome  Outcome
	Failure  *Violation             // the first
	aborting bool                   // the execution is given up
	Grants   int                    // steps that have been allowed
	Schedule Schedule               // what has been decided
	plain    []interface{ Reset() } // plain memory that the program has touched
	Steps    uint64                 // of all executions; rehearsals take theirs back

	// See 'Alone'.
	solo       solo
	solos      uint64              // how many there have been
	script     Schedule            // what an execution that begins again repeats
	begunAgain []attempted         // the Pauses at which the execution under way has begun again
	restless   map[uint64]struct{} // by solo.key: where Pause does not wait
	followed   map[uint64]struct{} // rounds that have been followed to the end
	Followed   []uintptr           // the stack of a Pause whose loop may be counting; nil: none

	// See 'Awaits'.
	gates      *gates // nil: there are none yet
	retracts   bool   // Strategy is a Retracter
	retracting bool   // the execution begins again without its last step
	leftOut    []lookLeftOut

	// See 'Virtual time'.
	Now      int64
	Timeouts int  // early ones
	barrier  bool // time has advanced because nothing else could happen
	clockObj timeVar
	TimeID   int32 // the id of its object; NoObject: not used yet

	Observer Observer // of the execution under way; nil: none
	Sharing  Sharing  // of all executions so far
}

// Choice is a value that Choose returned.
type Choice struct {
	After  int32 // index of the event that it follows; -1: none yet
	Thread int32
	N, V   int32
}

// New makes an engine that executes program within cfg, as s says.
func New(cfg *Limits, program func(), s Strategy) *Engine {
	e := &Engine{
		Limits: cfg, Program: program, Strategy: s, Names: &ThreadIDs{},
		restless: map[uint64]struct{}{}, followed: map[uint64]struct{}{},
	}
	if cfg.Disjoint {
		e.Sharing = connected
	}
	return e
}

// Execute runs the program once.
func (e *Engine) Execute() {
	e.script, e.begunAgain = e.script[:0], e.begunAgain[:0]
	_, e.retracts = e.Strategy.(Retracter)
	if e.gates != nil {
		e.gates.watch = none
	}
	for e.attempt(); e.Outcome == Again; e.attempt() {
		e.script, e.Schedule = e.Schedule, e.script
		if e.retracting {
			e.retracting = false
			e.retract()
		}
		e.Steps -= uint64(len(e.Events))
		e.unwind()
		if e.Observer != nil {
			e.Observer.Again()
		}
	}
	e.judge()
	if v := e.Failure; v != nil && v.Schedule == nil {
		v.Schedule = e.withLooks()
	}
	e.noteSharing()
	e.unwind()
}

// attempt executes the program until the execution comes to an end, or must begin again.
func (e *Engine) attempt() {
	e.Alive, e.begun, e.live = e.Alive[:0], 0, 0
	e.Events, e.Awaited = e.Events[:0], e.Awaited[:0]
	e.Choices, e.Schedule, e.leftOut = e.Choices[:0], e.Schedule[:0], e.leftOut[:0]
	e.Outcome, e.Failure = Running, nil
	e.Now, e.Timeouts, e.barrier, e.Grants, e.TimeID = 0, 0, false, 0, NoObject
	e.running = &e.base
	for _, t := range e.Threads { // of another execution, until this one makes it
		t.Ended, t.can, t.Seq, t.Last = true, ended, 0, -1
	}
	e.spawn(nil, e.Program)
	e.switchTo(e.next())
}

// unwind ends what is left of an attempt.
func (e *Engine) unwind() {
	if len(e.busy) > 0 {
		e.abort()
	}
	e.forgetObjects()
}

// abort ends the threads and Stacks that have not come to an end. Their deferred calls
// run; one that would take a step ends there.
func (e *Engine) abort() {
	e.aborting = true
	for _, c := range e.busy {
		switch {
		case c.exits == mostExits:
			c.ends = true
			c.stack.Destroy()
			continue
		case c.t == nil && !c.began:
			c.clear()
		default:
			e.base.Switch(&c.stack) // it comes back when it is ready for other work
		}
		e.idle = append(e.idle, c)
	}
	e.busy = e.busy[:0]
	e.aborting = false
}

// Close ends all coroutines, unless another engine is to have them: see 'Spare carriers'.
func (e *Engine) Close() {
	if sparesCarriers {
		e.giveAway()
	}
	for _, c := range e.idle {
		c.ends = true
		c.stack.Destroy()
	}
	e.idle = nil
}

// next returns the thread that runs next; nil if the execution is over. A decision is
// taken only when all threads that have been made stand before an operation.
func (e *Engine) next() *Thread {
	if e.pulse.Load() == asked {
		e.answer()
	}
	if n := e.begun; n < len(e.Alive) {
		e.begun++
		return e.Alive[n]
	}
	if e.Outcome != Running || e.over() {
		return nil
	}
	var t *Thread
	if len(e.Schedule) < len(e.script) {
		t = e.scripted()
	} else {
		t = e.Strategy.Next(e)
	}
	switch {
	case e.Outcome != Running:
		return nil
	case t == nil:
		e.Outcome = Cut
		return nil
	case !t.Enabled():
		e.Diverge(e.cannot(t))
		return nil
	}
	if e.Observer != nil {
		e.Observer.Granted(e, t)
	}
	e.Grants++
	e.Schedule = append(e.Schedule, t.Nth)
	return t
}

// scripted returns the thread whose step an execution that begins again repeats.
func (e *Engine) scripted() *Thread {
	if d := e.script[len(e.Schedule)]; d >= 0 && int(d) < len(e.Alive) {
		return e.Alive[d]
	}
	e.Diverge("a step instead of a Choose, when the execution began again")
	return nil
}

// scriptedChoice returns the number that an execution that begins again repeats.
func (e *Engine) scriptedChoice() int {
	if d := e.script[len(e.Schedule)]; d < 0 {
		return ChoiceOf(d)
	}
	e.Diverge("a Choose instead of a step, when the execution began again")
	return 0
}

// over says whether the execution has come to its end. Otherwise some thread is enabled
// now: if need be, time has advanced.
func (e *Engine) over() bool {
	e.decision++
	for !e.Current.Enabled() && !e.anyEnabled() {
		e.noteLooks()
		if !e.wakeStale() && !e.advanceTime() {
			e.Outcome = Complete
			if e.live > 0 {
				e.Outcome = Stuck
			}
			return true
		}
		e.decision++
	}
	if len(e.Events) >= e.Limits.Steps {
		e.Outcome = TooLong
		return true
	}
	return false
}

// fail says that v has happened; only the first violation counts. The caller returns to the
// program, and the execution ends at the next step.
func (e *Engine) fail(v *Violation) {
	if e.Current.alone {
		if e.solo.failed(); e.Outcome == Again {
			return // it will happen on the record
		}
	}
	if e.Failure == nil {
		v.Step = len(e.Events)
		if e.Observer != nil {
			e.Observer.Failed()
		}
		e.Failure = v
	}
	e.Outcome = Failed
}

// panicked says that the running thread has panicked with v.
func (e *Engine) panicked(v any, stack []byte) {
	e.fail(&Violation{
		Property: Panic, Thread: int(e.Current.Nth),
		Message: fmt.Sprint(v), Stack: userStack(stack),
	})
}

// Diverge says that the program does not do again what it did before.
func (e *Engine) Diverge(what string) {
	e.Outcome = Diverged
	e.Failure = &Violation{Property: Nondeterminism, Message: what}
	e.Failure.Step = len(e.Events)
}

// Perform executes the program once, under the eyes of the watchdog.
func (e *Engine) Perform() {
	e.pulse.Store(executing)
	e.Execute()
	e.pulse.Store(resting)
}
