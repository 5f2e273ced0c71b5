package explore

import (
	"fmt"

	"schedlab/internal/coro"
)

// outcome is how an execution ended.
type outcome uint8

const (
	running  outcome = iota
	complete         // all threads have ended
	stuck            // no thread is enabled, and not all have ended
	cut              // the strategy lost interest
	foreign          // it belongs to another shard
	repeated         // it had been executed and counted before
	failed           // a property was violated on the way
	tooLong          // the step limit
	diverged         // the program did not do again what it did before
)

// engine executes a program, again and again, as its strategy says. It is used
// by one goroutine and the coroutines which that continues.
type engine struct {
	cfg      *limits
	program  func()
	strategy strategy
	ctl      *control // shared with the other engines of the exploration
	pulse    pulse    // see 'Watchdog'

	base    coro.Stack  // of the goroutine that calls execute
	running *coro.Stack // who runs
	cur     *thread     // for which thread
	idle    []*carrier
	busy    []*carrier

	// The execution under way.
	threads  []*thread // by id; may hold threads of other executions, which did not begin
	alive    []*thread // begun or about to
	begun    int       // how many of them have
	live     int
	names    *threadNames
	objects  []*object // the first nobjects belong to this execution
	nobjects int
	events   []event
	awaited  []int32 // objects: see event
	scratch  []int32 // see thread.effect
	choices  []choice
	outcome  outcome
	failure  *Violation // the first
	aborting bool
	grants   int      // steps that have been allowed
	schedule Schedule // what has been decided
	plain    []interface{ reset() }
	steps    uint64 // of all executions; read by the watchdog

	// Virtual time: see Now.
	now      int64
	timeouts int  // early ones
	barrier  bool // time has advanced because nothing else could happen
	clockObj timeVar
	timeID   int32 // the id of its object; noObject: not used yet

	observer observer // of the execution under way; nil: none
	sharing  sharing  // of all executions so far
}

// choice is a value that Choose returned.
type choice struct {
	after  int32 // events executed before
	thread int32
	n, v   int32
}

// makeEngine makes an engine that executes program within cfg, as s says.
func makeEngine(cfg *limits, program func(), s strategy) *engine {
	e := &engine{cfg: cfg, program: program, strategy: s, names: &threadNames{}}
	if cfg.disjoint {
		e.sharing = connected
	}
	return e
}

// spawn makes a thread that runs f, by parent, which is nil for the first.
func (e *engine) spawn(parent *thread, f func()) *thread {
	id := int32(0)
	if parent != nil {
		id = e.kid(parent)
	} else if len(e.threads) == 0 {
		e.threads = append(e.threads, e.unborn(0))
	}
	t := e.threads[id]
	t.nkids, t.fn, t.stack, t.began, t.ended = 0, f, nil, false, false
	t.birth = -1
	t.early = false
	t.op, t.seq, t.last, t.deadline, t.woken = op{}, 0, -1, noDeadline, false
	t.marks, t.await, t.waited, t.chose = t.marks[:0], t.await[:0], t.waited[:0], false
	t.sync = t.sync[:0]
	if parent != nil {
		t.last, t.birth = parent.last, parent.last
		t.sync.join(parent.sync)
		parent.sync.put(parent.id, parent.sync.at(parent.id)+1)
	}
	t.sync.put(id, 1)
	t.nth = int32(len(e.alive))
	e.alive = append(e.alive, t)
	e.live++
	if e.observer != nil {
		e.observer.born(t)
	}
	return t
}

// unborn makes the thread of id, which does not run yet, or not in this execution.
func (e *engine) unborn(id int32) *thread { return &thread{e: e, id: id, last: -1, ended: true} }

// kid returns the id of the next thread that parent makes: the same in all
// executions, in whatever order threads are made.
func (e *engine) kid(parent *thread) int32 {
	n := parent.nkids
	parent.nkids++
	if n == len(parent.kids) {
		id := e.names.of(birth{parent.id, int32(n)})
		for int(id) >= len(e.threads) {
			e.threads = append(e.threads, e.unborn(int32(len(e.threads))))
		}
		parent.kids = append(parent.kids, id)
	}
	return parent.kids[n]
}

// execute runs the program once.
func (e *engine) execute() {
	e.alive, e.begun, e.live = e.alive[:0], 0, 0
	e.events, e.choices, e.schedule, e.awaited = e.events[:0], e.choices[:0], e.schedule[:0], e.awaited[:0]
	e.outcome, e.failure = running, nil
	e.now, e.timeouts, e.barrier, e.grants, e.timeID = 0, 0, false, 0, noObject
	e.running = &e.base
	for _, t := range e.threads {
		t.ended, t.seq, t.last = true, 0, -1 // of another execution, until this one makes it
	}
	e.spawn(nil, e.program)
	e.resume(e.next())
	e.judge()
	e.share()
	if len(e.busy) > 0 {
		e.abort()
	}
	e.forgetObjects()
}

// abort ends the threads and Stacks that have not come to an end. Their
// deferred calls run; those that would take a step end there.
func (e *engine) abort() {
	e.aborting = true
	for _, c := range e.busy {
		c.stack.Destroy()
	}
	e.busy = e.busy[:0]
	e.aborting = false
}

// close ends all coroutines.
func (e *engine) close() {
	for _, c := range e.idle {
		c.stack.Destroy()
	}
	e.idle = nil
}

// next returns the thread that runs next, nil if the execution is over.
func (e *engine) next() *thread {
	if e.pulse.Load() == asked {
		e.answer()
	}
	if n := e.begun; n < len(e.alive) {
		// Each runs up to its first operation before anything is decided.
		e.begun++
		return e.alive[n]
	}
	if e.outcome != running || e.over() {
		return nil
	}
	t := e.strategy.next(e)
	switch {
	case e.outcome != running:
		return nil
	case t == nil:
		e.outcome = cut
		return nil
	case !e.enabled(t):
		e.diverge(e.cannot(t))
		return nil
	}
	if e.observer != nil {
		e.observer.granted(e, t)
	}
	e.grants++
	e.schedule = append(e.schedule, t.nth)
	return t
}

// over says whether the execution has come to its end. Otherwise some thread is
// enabled now: if need be time has advanced.
func (e *engine) over() bool {
	for !e.anyEnabled() {
		if !e.advanceTime() {
			e.outcome = complete
			if e.live > 0 {
				e.outcome = stuck
			}
			return true
		}
	}
	if len(e.events) >= e.cfg.steps {
		e.outcome = tooLong
		return true
	}
	return false
}

// enabled says whether t can take its step.
func (e *engine) enabled(t *thread) bool {
	if t.ended || len(t.await) > 0 && !t.changed() {
		return false
	}
	o := t.op.obj
	switch t.op.kind {
	case opNone:
		return false
	case opLock, opRLock:
		return o.bits&(locked|wanted) == 0
	case opDrain:
		return o.bits == wanted
	case opNoteSleep:
		return o.bits == noteSignaled || e.expired(t)
	case opWoken:
		return t.woken || e.expired(t)
	case opTimeout:
		return e.expired(t)
	case opJoin:
		return t.op.join.ended
	}
	return true
}

// changed says whether something has been written that t waits for.
func (t *thread) changed() bool {
	for _, m := range t.await {
		if len(m.obj.changes) != m.version {
			return true
		}
	}
	return false
}

func (e *engine) anyEnabled() bool {
	if e.enabled(e.cur) {
		return true // most often
	}
	for _, t := range e.alive {
		if e.enabled(t) {
			return true
		}
	}
	return false
}

// runnable appends the threads that are enabled to to, in the order of birth.
func (e *engine) runnable(to []*thread) []*thread {
	for _, t := range e.alive {
		if e.enabled(t) {
			to = append(to, t)
		}
	}
	return to
}

// done writes down that t has executed its op, and how.
func (t *thread) done(m mode, old, new uint64, ok bool) {
	e := t.e
	t.seq++
	t.last = int32(len(e.events))
	ev := event{
		thread: t.id, seq: t.seq, kind: t.op.kind, mode: m, ok: ok, obj: noObject, obj2: noObject,
		old: old, new: new, want: t.op.want,
		waited: len(t.await) > 0, timed: t.deadline != noDeadline, after: e.barrier, from: t.follows(), now: e.now, due: t.deadline,
	}
	if t.early {
		ev.early, ev.now = true, t.past
		t.early = false
	}
	e.barrier = false
	if o := t.op.obj; o != nil {
		ev.obj = o.id
		if old != new {
			o.changes = append(o.changes, int32(len(e.events)))
		}
		t.mark(o, old, new)
	}
	if o := t.op.obj2; o != nil {
		ev.obj2 = o.id
		o.changes = append(o.changes, int32(len(e.events)))
	}
	e.events = append(e.events, ev)
	e.steps++
	if len(t.await) > 0 {
		e.noteAwaited(t)
	}
	t.await, t.waited = t.waited[:0], t.await
	t.deadline = noDeadline
	if e.observer != nil {
		e.observer.done(e)
	}
}

// noteAwaited writes down what t's event, the last one, had waited for.
func (e *engine) noteAwaited(t *thread) {
	ev := &e.events[len(e.events)-1]
	ev.aw0 = int32(len(e.awaited))
	for _, m := range t.await {
		e.awaited = append(e.awaited, m.obj.id)
	}
	ev.aw1 = int32(len(e.awaited))
}

// follows returns the event that t's op comes after, besides those that touched
// its objects; -1 if there is none.
func (t *thread) follows() int32 {
	switch {
	case t.op.kind == opJoin:
		return t.op.join.last
	case t.op.kind == opWoken && t.woken:
		return t.wokenBy
	}
	return -1
}

// mark remembers that t has read old in o, and left new there.
func (t *thread) mark(o *object, old, new uint64) {
	for i := range t.marks {
		m := &t.marks[i]
		if m.obj != o {
			continue
		}
		if old != new && m.version == len(o.changes)-1 {
			m.version++ // nobody else's change
		}
		m.last = new
		return
	}
	if t.op.kind != opStore && len(t.marks) < maxMarks {
		t.marks = append(t.marks, mark{o, len(o.changes), old, new})
	}
}

// fail says that v has happened. Only the first counts. The caller returns to
// the program, and the execution ends at the next step.
func (e *engine) fail(v *Violation) {
	if e.failure == nil {
		v.Step = len(e.events)
		if e.observer != nil {
			e.observer.failed()
		}
		e.failure = v
	}
	e.outcome = failed
}

func (e *engine) panicked(t *thread, v any, stack []byte) {
	e.fail(&Violation{Property: Panic, Thread: int(t.nth), Message: fmt.Sprint(v), Stack: userStack(stack)})
}

// diverge says that the program does not do again what it did before.
func (e *engine) diverge(what string) {
	e.outcome = diverged
	e.failure = &Violation{Property: Nondeterminism, Step: len(e.events), Message: what}
}

// preempts says whether it is a preemption if t takes the next step: whether the
// thread that took the last one could go on.
func (e *engine) preempts(t *thread) bool {
	last := e.lastThread()
	return last != t && e.goesOn(last)
}

// goesOn says whether last, which took the last step, could take the next one as
// well, without time having advanced in between: then nobody ran.
func (e *engine) goesOn(last *thread) bool { return last != nil && !e.barrier && e.enabled(last) }

// lastThread returns the thread that took the last step, nil at the beginning.
func (e *engine) lastThread() *thread {
	if n := len(e.events); n > 0 {
		return e.threads[e.events[n-1].thread]
	}
	return nil
}

// choicesAfter returns what Choose returned between event i and the next.
func (e *engine) choicesAfter(i int32) (vs []int32) {
	if len(e.choices) == 0 {
		return nil
	}
	for _, c := range e.choices {
		if c.after == i {
			vs = append(vs, c.v)
		}
	}
	return vs
}

// expect makes room for the threads that other runs have seen: whether they begin
// in this one, too, is not known.
func (e *engine) expect(threads int) {
	for id := int32(0); threads > 0 && int(id) <= threads; id++ {
		e.threads = append(e.threads, e.unborn(id))
	}
}

// perform executes the program once, under the eyes of the watchdog.
func (e *engine) perform() {
	e.pulse.Store(executing)
	e.execute()
	e.pulse.Store(resting)
}
