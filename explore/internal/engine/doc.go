// Package engine executes a program of controlled threads, as a strategy says: it is
// what all strategies have in common. Package explore is its face to users.
//
//	engine.go      Engine: one execution after the other
//	enabled.go     which threads can take their steps
//	strategy.go    Strategy: what an engine leaves open
//	observer.go    Observer: what an engine tells, for people to read
//	limits.go      Limits: when an execution, and an exploration, is given up
//	toolong.go     what becomes of an execution that is too long
//	thread.go      Thread: a controlled thread, and its step
//	birth.go       how threads begin
//	carrier.go     coroutines that carry threads
//	spare.go       carriers under the race detector
//	raceon.go      the build with the race detector
//	raceoff.go     the build without it
//	coroutine.go   Coroutine: what a Stack is made of
//	owner.go       whose goroutine is it
//	getg_asm.go    how goroutines are told apart
//	getg_other.go  the same on CPUs where they are not
//	op.go          Kind and Op: visible operations
//	event.go       Event: an operation that has been executed
//	object.go      Object: a shared variable in one execution
//	word.go        Word: a variable of up to 64 bits
//	lock.go        what locks do with a Word
//	note.go        what a Note does with a Word
//	queue.go       the queues of condition variables and futexes
//	pointer.go     Pointer: a shared pointer
//	shadow.go      Shadow: plain memory, and data races on it
//	clock.go       vector clocks
//	dependence.go  which steps are dependent
//	time.go        virtual time
//	program.go     Choose, and what else a program may ask for
//	pause.go       Pause
//	alone.go       what a thread would do if it were left alone
//	await.go       looks in vain that are no steps
//	stack.go       what is on the stack of a thread
//	recorded.go    operations whose history is recorded
//	judge.go       what an execution that is stuck has broken
//	sharing.go     whether threads share anything
//	names.go       ids of threads, the same in all executions
//	schedule.go    Schedule, and its form as text
//	violation.go   Property and Violation
//	control.go     Control: what engines of one exploration share
//	watchdog.go    code that blocks outside the controlled types
//	dump.go        stack dumps
//	tell.go        steps in words
package engine
