package engine

import (
	"fmt"

	"schedlab/internal/coro"
)

// Outcome is how an execution ended.
type Outcome uint8

const (
	Running  Outcome = iota
	Complete         // all threads have ended
	Stuck            // no thread is enabled, and not all have ended
	Cut              // the strategy lost interest
	Foreign          // it belongs to another shard
	Repeated         // it had been executed and counted before
	Failed           // a property was violated on the way
	TooLong          // the step limit
	Diverged         // the program did not do again what it did before
)

// Engine executes a program, again and again, as its strategy says. It is used
// by one goroutine and the coroutines which that continues.
type Engine struct {
	Limits   *Limits
	Program  func()
	Strategy Strategy
	Control  *Control // shared with the other engines of the exploration
	pulse    pulse    // see 'Watchdog'

	base    coro.Stack  // of the goroutine that calls execute
	running *coro.Stack // who runs
	Current *Thread     // for which thread
	idle    []*carrier
	busy    []*carrier

	// The execution under way.
	Threads  []*Thread // by id; may hold threads of other executions, which did not begin
	Alive    []*Thread // begun or about to, in the order of birth
	begun    int       // how many of them have
	decision uint64    // how many have been taken, in all executions
	enabled  []*Thread // see Enabled
	live     int
	Names    *ThreadNames
	Objects  []*Object // the first nobjects belong to this execution
	Nobjects int
	Events   []Event
	Awaited  []int32 // objects: see event
	scratch  []int32 // see thread.effect
	Choices  []Choice
	Outcome  Outcome
	Failure  *Violation // the first
	aborting bool
	Grants   int      // steps that have been allowed
	Schedule Schedule // what has been decided
	plain    []interface{ Reset() }
	Steps    uint64 // of all executions; read by the watchdog

	// Virtual time: see Now.
	Now      int64
	Timeouts int  // early ones
	barrier  bool // time has advanced because nothing else could happen
	clockObj timeVar
	TimeID   int32 // the id of its object; noObject: not used yet

	Observer Observer // of the execution under way; nil: none
	Sharing  Sharing  // of all executions so far
}

// Choice is a value that Choose returned.
type Choice struct {
	After  int32 // events executed before
	Thread int32
	N, V   int32
}

// New makes an engine that executes program within cfg, as s says.
func New(cfg *Limits, program func(), s Strategy) *Engine {
	e := &Engine{Limits: cfg, Program: program, Strategy: s, Names: &ThreadNames{}}
	if cfg.Disjoint {
		e.Sharing = connected
	}
	return e
}

// spawn makes a thread that runs f, by parent, which is nil for the first.
func (e *Engine) spawn(parent *Thread, f func()) *Thread {
	id := int32(0)
	if parent != nil {
		id = e.kid(parent)
	} else if len(e.Threads) == 0 {
		e.Threads = append(e.Threads, e.unborn(0))
	}
	t := e.Threads[id]
	t.nkids, t.fn, t.stack, t.began, t.Ended = 0, f, nil, false, false
	t.Birth = -1
	t.early, t.Local = false, nil
	t.Op, t.Seq, t.Last, t.deadline, t.Woken = Op{}, 0, -1, NoDeadline, false
	t.marks, t.Await, t.Waited, t.chose = t.marks[:0], t.Await[:0], t.Waited[:0], false
	t.sync = t.sync[:0]
	if parent != nil {
		t.Last, t.Birth = parent.Last, parent.Last
		t.sync.join(parent.sync)
		parent.sync.put(parent.ID, parent.sync.at(parent.ID)+1)
	}
	t.sync.put(id, 1)
	t.Nth = int32(len(e.Alive))
	e.Alive = append(e.Alive, t)
	e.live++
	if e.Observer != nil {
		e.Observer.Born(t)
	}
	return t
}

// unborn makes the thread of id, which does not run yet, or not in this execution.
func (e *Engine) unborn(id int32) *Thread { return &Thread{e: e, ID: id, Last: -1, Ended: true} }

// kid returns the id of the next thread that parent makes: the same in all
// executions, in whatever order threads are made.
func (e *Engine) kid(parent *Thread) int32 {
	n := parent.nkids
	parent.nkids++
	if n == len(parent.kids) {
		id := e.Names.Of(Birth{parent.ID, int32(n)})
		for int(id) >= len(e.Threads) {
			e.Threads = append(e.Threads, e.unborn(int32(len(e.Threads))))
		}
		parent.kids = append(parent.kids, id)
	}
	return parent.kids[n]
}

// Execute runs the program once.
func (e *Engine) Execute() {
	e.Alive, e.begun, e.live = e.Alive[:0], 0, 0
	e.Events, e.Choices, e.Schedule, e.Awaited = e.Events[:0], e.Choices[:0], e.Schedule[:0], e.Awaited[:0]
	e.Outcome, e.Failure = Running, nil
	e.Now, e.Timeouts, e.barrier, e.Grants, e.TimeID = 0, 0, false, 0, NoObject
	e.running = &e.base
	for _, t := range e.Threads {
		t.Ended, t.Seq, t.Last = true, 0, -1 // of another execution, until this one makes it
	}
	e.spawn(nil, e.Program)
	e.resume(e.next())
	e.judge()
	e.noteSharing()
	if len(e.busy) > 0 {
		e.abort()
	}
	e.forgetObjects()
}

// abort ends the threads and Stacks that have not come to an end. Their
// deferred calls run; those that would take a step end there.
func (e *Engine) abort() {
	e.aborting = true
	for _, c := range e.busy {
		c.stack.Destroy()
	}
	e.busy = e.busy[:0]
	e.aborting = false
}

// Close ends all coroutines.
func (e *Engine) Close() {
	for _, c := range e.idle {
		c.stack.Destroy()
	}
	e.idle = nil
}

// next returns the thread that runs next, nil if the execution is over.
func (e *Engine) next() *Thread {
	if e.pulse.Load() == asked {
		e.answer()
	}
	if n := e.begun; n < len(e.Alive) {
		// Each runs up to its first operation before anything is decided.
		e.begun++
		return e.Alive[n]
	}
	if e.Outcome != Running || e.over() {
		return nil
	}
	t := e.Strategy.Next(e)
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

// over says whether the execution has come to its end. Otherwise some thread is
// enabled now: if need be time has advanced.
func (e *Engine) over() bool {
	for !e.anyEnabled() {
		if !e.advanceTime() {
			e.Outcome = Complete
			if e.live > 0 {
				e.Outcome = Stuck
			}
			return true
		}
	}
	if len(e.Events) >= e.Limits.Steps {
		e.Outcome = TooLong
		return true
	}
	return false
}

// anyEnabled says whether a thread can take its step; most often the running one can.
func (e *Engine) anyEnabled() bool {
	e.decision++
	if e.Current.Enabled() {
		return true
	}
	for _, t := range e.Alive {
		if t.Enabled() {
			return true
		}
	}
	return false
}

// Enabled returns the threads that can take their steps, in the order of birth. It is
// valid until the next decision.
func (e *Engine) Enabled() []*Thread {
	e.enabled = e.enabled[:0]
	for _, t := range e.Alive {
		if t.Enabled() {
			e.enabled = append(e.enabled, t)
		}
	}
	return e.enabled
}

// Enabled says whether t can take its step. That is found out once for each decision.
func (t *Thread) Enabled() bool {
	if t.asked != t.e.decision {
		t.asked, t.enabled = t.e.decision, t.canStep()
	}
	return t.enabled
}

func (t *Thread) canStep() bool {
	if t.Ended || len(t.Await) > 0 && !t.changed() {
		return false
	}
	o := t.Op.Obj
	switch t.Op.Kind {
	case OpLock, OpRLock:
		return o.bits&(locked|wanted) == 0
	case OpJoin:
		return t.Op.Join.Ended
	case OpDrain:
		return o.bits == wanted
	case OpNoteSleep:
		return o.bits == NoteSignaled || t.e.expired(t)
	case OpWoken:
		return t.Woken || t.e.expired(t)
	case OpTimeout:
		return t.e.expired(t)
	}
	return true
}

// changed says whether something has been written that t waits for.
func (t *Thread) changed() bool {
	for _, m := range t.Await {
		if len(m.Obj.Changes) != m.Version {
			return true
		}
	}
	return false
}

// done writes down that t has executed its op, and how.
func (t *Thread) done(m Mode, old, new uint64, ok bool) {
	e := t.e
	i := int32(len(e.Events))
	t.Seq++
	t.Last = i
	e.Events = append(e.Events, Event{})
	ev := &e.Events[i]
	ev.Thread, ev.Seq, ev.Kind, ev.Mode, ev.OK = t.ID, t.Seq, t.Op.Kind, m, ok
	ev.Obj, ev.Obj2, ev.Old, ev.New, ev.Want = NoObject, NoObject, old, new, t.Op.want
	ev.Waited, ev.Timed, ev.After = len(t.Await) > 0, t.deadline != NoDeadline, e.barrier
	ev.From, ev.Now, ev.Due = t.follows(), e.Now, t.deadline
	if t.early {
		ev.Early, ev.Now = true, t.past
		t.early = false
	}
	e.barrier = false
	if o := t.Op.Obj; o != nil {
		ev.Obj = o.ID
		if old != new {
			o.Changes = append(o.Changes, i)
		}
		t.mark(o, old, new)
	}
	if o := t.Op.Obj2; o != nil {
		ev.Obj2 = o.ID
		o.Changes = append(o.Changes, i)
	}
	e.Steps++
	if ev.Waited {
		e.noteAwaited(t, ev)
	}
	t.Await, t.Waited = t.Waited[:0], t.Await
	t.deadline = NoDeadline
	if e.Observer != nil {
		e.Observer.Done(e)
	}
}

// noteAwaited writes down what ev, t's last event, had waited for.
func (e *Engine) noteAwaited(t *Thread, ev *Event) {
	ev.aw0 = int32(len(e.Awaited))
	for _, m := range t.Await {
		e.Awaited = append(e.Awaited, m.Obj.ID)
	}
	ev.aw1 = int32(len(e.Awaited))
}

// follows returns the event that t's op comes after, besides those that touched
// its objects; -1 if there is none.
func (t *Thread) follows() int32 {
	switch {
	case t.Op.Kind == OpJoin:
		return t.Op.Join.Last
	case t.Op.Kind == OpWoken && t.Woken:
		return t.WokenBy
	}
	return -1
}

// mark remembers that t has read old in o, and left new there.
func (t *Thread) mark(o *Object, old, new uint64) {
	for i := range t.marks {
		m := &t.marks[i]
		if m.Obj != o {
			continue
		}
		if old != new && m.Version == len(o.Changes)-1 {
			m.Version++ // nobody else's change
		}
		m.last = new
		return
	}
	if t.Op.Kind != OpStore && len(t.marks) < maxMarks {
		t.marks = append(t.marks, Mark{o, len(o.Changes), old, new})
	}
}

// fail says that v has happened. Only the first counts. The caller returns to
// the program, and the execution ends at the next step.
func (e *Engine) fail(v *Violation) {
	if e.Failure == nil {
		v.Step = len(e.Events)
		if e.Observer != nil {
			e.Observer.Failed()
		}
		e.Failure = v
	}
	e.Outcome = Failed
}

func (e *Engine) panicked(t *Thread, v any, stack []byte) {
	e.fail(&Violation{Property: Panic, Thread: int(t.Nth), Message: fmt.Sprint(v), Stack: userStack(stack)})
}

// Diverge says that the program does not do again what it did before.
func (e *Engine) Diverge(what string) {
	e.Outcome = Diverged
	e.Failure = &Violation{Property: Nondeterminism, Step: len(e.Events), Message: what}
}

// Preempts says whether it is a preemption if t takes the next step: whether the
// thread that took the last one could go on.
func (e *Engine) Preempts(t *Thread) bool {
	last := e.LastThread()
	return last != t && e.GoesOn(last)
}

// GoesOn says whether last, which took the last step, could take the next one as
// well, without time having advanced in between: then nobody ran.
func (e *Engine) GoesOn(last *Thread) bool { return last != nil && !e.barrier && last.Enabled() }

// LastThread returns the thread that took the last step, nil at the beginning.
func (e *Engine) LastThread() *Thread {
	if n := len(e.Events); n > 0 {
		return e.Threads[e.Events[n-1].Thread]
	}
	return nil
}

// ChoicesAfter returns what Choose returned between event i and the next.
func (e *Engine) ChoicesAfter(i int32) (vs []int32) {
	if len(e.Choices) == 0 {
		return nil
	}
	for _, c := range e.Choices {
		if c.After == i {
			vs = append(vs, c.V)
		}
	}
	return vs
}

// Expect makes room for the threads that other runs have seen: whether they begin
// in this one, too, is not known.
func (e *Engine) Expect(threads int) {
	for id := int32(0); threads > 0 && int(id) <= threads; id++ {
		e.Threads = append(e.Threads, e.unborn(id))
	}
}

// Perform executes the program once, under the eyes of the watchdog.
func (e *Engine) Perform() {
	e.pulse.Store(executing)
	e.Execute()
	e.pulse.Store(resting)
}
