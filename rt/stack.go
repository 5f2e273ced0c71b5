package rt

import (
	"runtime"
	"runtime/debug"

	"schedlab/host"
	"schedlab/rt/event"
	"schedlab/rt/queue"
)

// stack is a coroutine stack. The scheduling loop runs on a stack, not on the M:
//
//   - The loop calls a fresh G as a plain function, on the loop's stack. If the G never
//     blocks, it costs no switch at all.
//   - When it blocks, the stack becomes the G's. The loop goes on on another, idle stack,
//     or the M goes straight to the stack of the next G.
//   - When a G that has a stack is to run, the loop switches to it, and its own stack
//     becomes idle. When that G's function returns, it returns into the loop that once
//     called it, which goes on from there.
//
// So a G may block on one M and be resumed on another, and code that has switched away
// must look up its M anew.
//
// # What is left behind
//
// A G must have left its stack before another thread can see that it may be resumed, or
// two Ms would run on one stack (Go issue 13363). So the code that leaves writes down what
// is to be done about the G (departure), and the code that arrives on another stack of the
// same M does it (arrive):
//
//	leave, on G's stack                 arrive, on the next stack, same M
//	1. status: Waiting or Runnable      1. take the departure
//	2. write the departure into M       2. yielded: put G on a queue
//	3. switch                              parked: unlock, or commit
//	                                       back from a system call, no P: queue G
type stack struct {
	coro   host.Stack
	memory host.Line
	core   *Core
	m      *M // the M that runs on it, set by the code that switches to it
	g      *G // the G it belongs to; nil while the loop is on it, or idle

	lockedM int16 // id of the M that g is locked to, if locks is not 0
	locks   uint8 // LockMs not undone
	goexits uint8 // loops below this one that ended by runtime.Goexit
	dying   bool  // the scheduler is being closed
}

// stackLines is how many cache lines an M reads or writes when it goes on on a stack: this
// struct, and the frames at the top.
const stackLines = 2

// destroy ends the coroutine, when no thread is left. The G that is blocked on it is abandoned,
// and runs its deferred calls on grave.
func (st *stack) destroy(grave *M) {
	if gp := st.g; gp != nil {
		gp.status, gp.m, st.m, st.locks = Running, grave, grave, 0
		gp.Link = queue.Link[G]{} // out of the queue it waited on
	}
	st.coro.Destroy()
}

// maxGoexits: a stack with this many dead loops on it is not used any more.
const maxGoexits = 64

func newStack(c *Core) *stack {
	st := &stack{core: c}
	st.coro.Init(st.main)
	return st
}

// main is what the coroutine runs. A panic that gets here is not a G's (see run) but the
// scheduler's own, and ends the process.
func (st *stack) main() { st.loop(st.arrive()) }

// departure is what remains to be done about the G that left a stack, if one did.
type departure struct {
	why    leftWhy
	gp     *G
	lock   *host.Mutex
	commit func(*G) bool
}

type leftWhy uint8

const (
	leftNothing leftWhy = iota // the stack went idle
	leftYield                  // gp gives way of its own will
	leftPreempt                // gp was asked to
	leftUnlock                 // gp waits; lock is to be unlocked
	leftCommit                 // gp waits if commit agrees
	leftSyscall                // gp is back from a system call and may not run
)

// switchTo leaves from and continues to on M mp. It returns on the M that switches back,
// which may be another one, or not at all.
func (from *stack) switchTo(to *stack, mp *M) {
	to.memory.Touch(stackLines)
	to.m = mp
	if !from.coro.Switch(&to.coro) {
		from.dying = true
	}
}

// leave takes G g, which runs on mp, off its stack, and returns when g is resumed. When g has
// left, d is done, and the M looks for a G.
func (mp *M) leave(g *G, d departure) { mp.leaveFor(nil, g, d) }

// leaveFor is leave for an M that goes on with next, unless that is nil.
func (mp *M) leaveFor(next, g *G, d departure) {
	st := g.stack
	if st.dying {
		abandon(g, d)
	}
	mp.left = d
	g.m = nil
	var to *stack
	if next != nil && next.stack != nil && next.stack.locks == 0 {
		mp.execute(next)
		to = next.stack
	} else {
		mp.pending = next
		to = mp.getStack()
	}
	st.switchTo(to, mp)
	if st.dying {
		runtime.Goexit() // the G is abandoned: its deferred calls run, no more
	}
	st.arrive()
}

// abandon ends a deferred call of an abandoned G that would block. It undoes the wait, so that
// the deferred calls that are left find a G that runs, is in no list and can wait again.
func abandon(g *G, d departure) {
	if d.lock != nil {
		d.lock.Unlock()
	}
	g.readies.Store(g.waits)
	g.status = Running
	g.Link = queue.Link[G]{}
	runtime.Goexit()
}

// arrive does what is left to be done about the G that left, on the stack on which the M
// arrives. It returns the G that the M must go on with, if that is decided; only a loop can
// be told so.
func (st *stack) arrive() *G {
	mp := st.m
	d := &mp.left
	why := d.why
	d.why = leftNothing // the rest may stay: why says what is valid
	switch why {
	case leftYield:
		mp.impl.Yielded(d.gp, YieldCalled)
	case leftPreempt:
		mp.impl.Yielded(d.gp, YieldPreempted)
	case leftUnlock:
		d.lock.Unlock()
	case leftCommit:
		if gp := d.gp; !d.commit(gp) {
			return mp.resume(gp)
		}
	case leftSyscall:
		mp.impl.ExitSyscallSlow(d.gp)
	}
	next := mp.pending
	mp.pending = nil
	return next
}

// resume undoes the wait of gp, whose commit said no.
func (mp *M) resume(gp *G) *G {
	gp.readied()
	gp.setStatus(Runnable)
	gp.since = 0
	return gp
}

// loop is the scheduler's loop: find a G, run it. gp is the first one to run, if that is
// known. It returns when the stack is to be destroyed.
func (st *stack) loop(gp *G) {
	for !st.dying {
		mp := st.m
		if gp == nil {
			gp = mp.schedule()
		}
		switch {
		case gp == nil: // the M ends
			st.switchTo(&mp.base, mp)
			gp = st.returned()
		case gp.stack == nil:
			mp.execute(gp)
			st.run(gp)
			gp = nil
		case gp.stack.locks != 0 && mp.handedOn(gp):
			gp = nil
		default:
			mp.execute(gp)
			mp.putStack(st)
			st.switchTo(gp.stack, mp)
			gp = st.returned()
		}
	}
}

// schedule finds the next G to run; nil: the M ends.
func (mp *M) schedule() *G {
	dead := mp.dead
	mp.dead = nil
	if gp := mp.locked; gp != nil {
		if !mp.impl.AwaitLocked() {
			return nil
		}
		return gp
	}
	return mp.impl.Schedule(dead)
}

// handedOn gives gp to the M that it is locked to, unless that is mp.
func (mp *M) handedOn(gp *G) bool {
	owner := mp.elsewhere(gp)
	if owner == nil {
		return false
	}
	mp.impl.RunLocked(gp, owner)
	return true
}

// returned is called when an idle stack is used again.
func (st *stack) returned() *G {
	if st.dying {
		return nil
	}
	return st.arrive()
}

// run calls gp's function. It returns when that has returned or panicked.
func (st *stack) run(gp *G) {
	gp.stack, st.g = st, gp
	ended := false
	defer func() {
		if !ended {
			st.unwound(gp, recover())
		}
	}()
	gp.fn(gp)
	ended = true
	st.end(gp, nil)
}

// end marks gp, which ran on st, as dead. The M may be another than the one the G began on.
// If fault is not nil, that is what it panicked with.
func (st *stack) end(gp *G, fault any) {
	mp := st.m
	if mp.stopped {
		mp.startWorld(mp.core.Procs()) // the others go on, to their next safe point
		gp.giveWorld()
		if fault == nil {
			fault = "rt: the G ended while it had stopped the world; " +
				"it must call StartTheWorld first"
		}
	}
	st.locks, mp.locked = 0, nil
	mp.timed(event.End)
	gp.setStatus(Dead)
	gp.fn, gp.stack, gp.m = nil, nil, nil
	st.g, mp.dead = nil, gp
	mp.stats.Ended++
	if fault != nil {
		st.core.fail(&PanicError{G: gp.id, Value: fault, Stack: debug.Stack()})
	}
}

// unwound is called when gp's function did not return. It panicked with value, or called
// runtime.Goexit (value is nil), or is being abandoned.
func (st *stack) unwound(gp *G, value any) {
	if st.dying {
		return
	}
	if broken, ok := value.(Broken); ok {
		host.Fatal(broken, debug.Stack())
	}
	st.end(gp, value)
	if value != nil {
		return
	}
	// Goexit cannot be recovered from, and when it is done the coroutine ends. But this
	// deferred call need not return: the loop goes on inside it. After maxGoexits of these
	// the stack is retired; it ends with the scheduler.
	st.goexits++
	if st.goexits < maxGoexits {
		st.loop(nil)
		return
	}
	st.switchTo(st.m.getStack(), st.m)
}
