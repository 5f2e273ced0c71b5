package sim

import (
	"fmt"
	"runtime/debug"

	"schedlab/internal/coro"
)

// thread is a thread of the machine. Its number is the order in which threads were made.
type thread struct {
	id    int
	on    *cpu       // that runs it; nil: it waits for a CPU, or sleeps
	at    *coroutine // it continues there
	last  *cpu       // that ran it last
	ran   int64      // ps that it has run, or is counted as having run: see kernel.go
	since int64      // ps on the clock of its CPU up to which ran counts

	wait waiting // for a line, while it has no CPU

	futex       *futex // that it sleeps on
	left, right *thread
	timedOut    bool // the timer ended its sleep

	timer int   // 1 + its place in machine.timers; 0: none
	when  int64 // when the timer fires, in ps
	seq   uint64
}

// coroutine is what threads and Stacks run on. A coroutine whose function has returned is used
// again. Each has a goroutine, by which strangers are told apart: see machine.member.
type coroutine struct {
	stack     coro.Stack
	m         *machine
	run       func() // what it does when it is continued the first time
	goroutine uintptr
}

// coroutine returns one that will call f.
func (m *machine) coroutine(f func()) *coroutine {
	if last := len(m.free) - 1; last >= 0 {
		co := m.free[last]
		m.free = m.free[:last]
		co.run = f
		return co
	}
	co := &coroutine{m: m, run: f}
	co.stack.Init(co.main)
	return co
}

// main calls one function after the other. A function that is done waits where it is until
// the coroutine is continued for the next one, and returns.
func (co *coroutine) main() {
	co.goroutine = coro.Goroutine()
	for !co.m.over {
		f := co.run
		co.run = nil
		f()
	}
}

// continued leaves the running coroutine for to, and returns when it is continued itself. It
// is false if the machine is over.
func (m *machine) continued(to *coroutine) bool {
	from := m.on
	m.on = to
	return from.stack.Switch(&to.stack)
}

// start makes a thread that runs f, and gives it to the kernel at ps.
func (m *machine) start(f func(), ps int64) {
	t := &thread{id: m.threadsMade}
	m.threadsMade++
	m.live++
	m.threads = append(m.threads, t)
	t.at = m.coroutine(func() { m.threadMain(f) })
	t.ran = m.leastRan
	m.place(t, ps)
}

// threadMain is what a thread's first coroutine does.
func (m *machine) threadMain(f func()) {
	returned := false
	defer func() {
		if !returned {
			m.broke(recover())
		}
	}()
	f()
	returned = true
	m.exit()
}

// broke ends the run, because a thread has panicked or called runtime.Goexit.
func (m *machine) broke(value any) {
	if value == nil {
		m.goexit = true
	} else {
		m.failure = &Panicked{Value: value, Stack: debug.Stack()}
	}
	m.leave()
}

// Panicked is the error of a run in which a thread panicked.
type Panicked struct {
	Value any
	Stack []byte
}

func (e *Panicked) Error() string {
	return fmt.Sprintf("sim: a thread panicked: %v\n\n%s", e.Value, e.Stack)
}

// Unwrap returns the value if it is an error.
func (e *Panicked) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// leave ends the run: it continues the caller of Run, for good.
func (m *machine) leave() {
	m.stopped()
	m.continued(&m.base)
	select {} // it is not continued
}

// stopped makes m one that does not run.
func (m *machine) stopped() {
	running.CompareAndSwap(m, nil) // it may have been given up, and another one runs
}

// exit ends the running thread, whose function has returned.
func (m *machine) exit() {
	c := m.turn()
	t := c.thread
	m.live--
	m.threads[t.id] = nil
	m.off(c)
	m.free = append(m.free, m.on)
	if m.live == 0 {
		m.stopped()
		m.continued(&m.base)
		return
	}
	m.next(c)
	m.resumeNext()
}

// Go starts a thread that runs f, which ends with f.
func Go(f func()) {
	m := member("Go")
	c := m.turn()
	c.now += m.costs.threadMake
	m.start(f, c.now)
}

// Fatal ends the process: v, with its stack, is a fault that must not unwind into the thread.
func Fatal(v any, stack []byte) { coro.Fatal(v, stack) }
