// Package explore is a model checker for concurrent Go code: it executes a small
// program in every order of its threads' steps, or in as many as you ask for, and
// prints the execution that goes wrong.
//
// # From another module
//
// Its name is no address that go get could find. So fetch the repository, say where it
// is in the go.mod of the module that is to use it, and run go mod tidy:
//
//	require schedlab v0.0.0
//	replace schedlab => ../schedlab
//
// # Example
//
// A spin lock, in which something is wrong. The types of this package take the
// place of those of sync/atomic and sync; [Pause] stands in every loop that waits for
// another thread.
//
//	type wrongLock struct{ held explore.Bool }
//
//	func (l *wrongLock) Lock() {
//		for l.held.Load() {
//			explore.Pause()
//		}
//		l.held.Store(true)
//	}
//
//	func (l *wrongLock) Unlock() { l.held.Store(false) }
//
// The program: two threads add to n, a [Var], which is plain memory that is watched
// for data races.
//
//	func twoAdd(lock sync.Locker) {
//		var n explore.Var[int]
//		add := func() {
//			lock.Lock()
//			n.Store(n.Load() + 1)
//			lock.Unlock()
//		}
//		other := explore.Go(add)
//		add()
//		other.Join()
//		explore.Assert(n.Load() == 2, "n is %d", n.Load())
//	}
//
//	func TestWrongLock(t *testing.T) {
//		explore.Test(t, func() { twoAdd(new(wrongLock)) })
//	}
//
// That fails, and prints:
//
//	explore: Violated (every execution): 3 executions: 2 complete, 1 violating, 20 steps, 0s
//
//	data race after 5 steps: thread 0 reads n that thread 1 has written, and nothing orders the two (thread 0 at doc_test.go:35, thread 1 at doc_test.go:35)
//
//	step │ thread 0 (main)            │ thread 1 (doc_test.go:38)  │ at
//	─────┼────────────────────────────┼────────────────────────────┼───────────────────────────────────
//	  1  │ load l.held: false         │                            │ doc_test.go:23 (*wrongLock).Lock
//	  2* │                            │ load l.held: false         │ doc_test.go:23 (*wrongLock).Lock
//	  3  │                            │ store l.held: false → true │ doc_test.go:26 (*wrongLock).Lock
//	     │                            │ read n: 0                  │ doc_test.go:35
//	     │                            │ write n: 1                 │ doc_test.go:35
//	  4  │                            │ store l.held: true → false │ doc_test.go:29 (*wrongLock).Unlock
//	  5  │ store l.held: false → true │                            │ doc_test.go:26 (*wrongLock).Lock
//	     │ read n                     │                            │ doc_test.go:35
//	     │ ✗ data race                │                            │ doc_test.go:35
//
//	* preemption: the thread that ran before could have gone on
//	5 steps, 1 preemption: no execution breaks this property with fewer preemptions, or with as few and in fewer steps
//	replay: go test schedlab/explore -run '^TestWrongLock$' -explore.replay=v1.0l0.1l0s0s0.0s0-33b2
//
// One column per thread, one row per step, and on the right where in the source it
// was taken. Thread 0 is the program itself; the others are named after the
// line that starts them. Reading and writing of a Var is no step and has no number.
// Thread 0 finds the lock free; before it can take it, thread 1 finds it free as
// well, takes it, adds and releases it; then thread 0 takes it, too, for what it read
// at step 1, and reads n, which thread 1 has written: nothing has told thread 0 of
// that, so it might read anything. Repaired, the lock looks and takes in one step:
//
//	type spinLock struct{ held explore.Bool }
//
//	func (l *spinLock) Lock() {
//		for !l.held.CompareAndSwap(false, true) {
//			explore.Pause()
//		}
//	}
//
//	func (l *spinLock) Unlock() { l.held.Store(false) }
//
//	func TestSpinLock(t *testing.T) {
//		explore.Test(t, func() { twoAdd(new(spinLock)) })
//	}
//
// With go test -v that says
//
//	explore: Verified (every execution): 4 executions complete, 22 steps, 0s
//
// and it is a proof, for this program: there are 4 executions that differ in more than
// the order of steps which have nothing to do with each other, and none breaks a
// property. The wrong lock can stay, as a test of the test, by
// explore.MustViolate(explore.DataRace): then it fails if nothing is found.
//
// # How to write a program
//
// A program is a func() that [Test] or [Run] executes many times, on the first
// thread of each execution.
//
//   - Keep it small: two or three threads, two or three operations each. Most bugs need
//     no more, and the number of executions grows exponentially with both.
//   - Start threads by [Go], not by a go statement. The program may end before them;
//     an execution is over when all have ended. Wait for one by [Thread.Join].
//   - Use [Int32], [Int64], [Uint32], [Uint64], [Uintptr], [Bool] and [Pointer] for
//     those of sync/atomic; [Mutex], [RWMutex], [Cond], [Once] and [WaitGroup] for those of
//     sync; [Note] for a one-shot event; [Uint32.Wait] and [Uint32.Wake] for a futex; [Now],
//     [Sleep] and the waits with a time limit for time. The L of a Cond is a *Mutex, not
//     any Locker. There are no channels, no Map, Pool or OnceFunc, no atomic.Value, and none
//     of the functions of sync/atomic, such as AddInt32: build what you need of them on
//     Mutex and Cond, or check code that is below them. Who blocks outside of these types is found out after [Patience], and
//     reported with his stack.
//   - Use [Var] for plain memory that threads share: that is where data races are found.
//   - Use [Choose] for what the program does not know, such as input or the victim
//     that a thief picks: every answer is explored.
//   - Call [Pause] in each round of a loop that waits for another thread, and only
//     there. Where it is missing the verdict is Unknown, and names the
//     loop.
//   - State what must hold by [Assert]; a panic counts as well. Not by t.FailNow
//     or by require, which calls it: they end the goroutine under the explorer's feet.
//   - Make all variables inside of the program. Variables of this package's types that
//     live outside are set back after each execution, but with more than one of
//     [Workers] they cannot be used; others keep what they were, and then the next
//     execution differs.
//   - Nothing but the order of steps and Choose may decide what the program does. Ranging
//     over a map, the real clock and real random numbers are reported as [Nondeterminism]
//     when a step is another one than before: another operation, or one on another variable.
//     Values are compared in the first execution only, and what is executed but once is
//     compared with nothing.
//   - Let the first thread touch variables, or [Name] them, before it starts others, if
//     executions are cut: see 'Cut executions'. Name also makes counterexamples
//     readable where there is no variable of that name in the source.
//
// Code that is to run for real as well names its types in one place, and a build tag
// chooses. The line that repeats a counterexample has the tag, too. Without the tag, in a file:
//
//	//go:build !model
//
//	package ring
//
//	type (
//		Uint32         = atomic.Uint32
//		Pointer[T any] = atomic.Pointer[T]
//		Mutex          = sync.Mutex
//	)
//
//	func pause() { runtime.Gosched() }
//
// With it, in another one, and in the first line of all tests that explore:
//
//	//go:build model
//
//	package ring
//
//	type (
//		Uint32         = explore.Uint32
//		Pointer[T any] = explore.Pointer[T]
//		Mutex          = explore.Mutex
//	)
//
//	func pause() { explore.Pause() }
//
//	go test -tags model ./ring
//
// # What a verdict says
//
// [Verified] is said if every execution within the bound, which is printed, came to its
// end and broke no [Property], and there was at least one. [Violated] comes with a
// counterexample. [Unknown] says what ran out, and Test fails, with two exceptions: the
// option [Search], and one shard of several (see 'Working with it').
//
// A verdict is about one program: these threads, these calls. A lock that is verified
// for two threads may be wrong with three. Beyond that, each limit errs in one
// direction. Those that may miss a bug:
//
//   - Memory is sequentially consistent, which is what Go's memory model promises of
//     sync/atomic. For Go that is exact. The same algorithm in C, with weaker orders, has
//     executions that are not explored here.
//   - Memory that is neither of this package's types nor a Var is not watched: a race on
//     it is not seen, and between two steps it is read and written without interruption.
//     go test -race does not help here: one thread runs at a time, so it sees all in order.
//     Where threads share nothing else the verdict is Unknown, unless [Disjoint] says that
//     this is meant; where they do share something else nobody notices.
//   - A race on a Var ends the execution: what torn or reordered values would lead to is
//     not explored.
//   - Early timeouts are bounded by [Timeouts], 1 in each execution: that a wait times
//     out although others could go on. The bound says so. Time is virtual otherwise: it
//     stands still while anybody can take a step. That steps take long is not explored.
//   - Pause in a loop that gives up after some rounds: the execution in which it gives up is
//     lost, because a thread that pauses waits until something it read has changed. Leave
//     Pause out there. Executions that differ in how often a loop looked in vain are one.
//   - TryLock and TryRLock fail only if somebody holds the lock, or waits to write. Go's
//     may fail though it is free.
//   - A futex wait never ends for no reason, though futex(2) allows that. A Cond wakes in
//     the order of arrival, as that of sync does without promising it.
//   - With [KeepGoing] an execution that breaks a property still ends there, unless it is a
//     deadlock: what would have followed is not known, nor the executions in which that
//     comes earlier. So counts may be too low, and other bugs may be missed.
//   - The strategies that draw at random leave executions out, and are never Verified.
//
// Those that end in Unknown, or in an alarm that the code may not deserve:
//
//   - [Steps]: an execution of more than 10 000 steps is given up, and with it the
//     verdict.
//   - A loop that spins on [RWMutex.TryLock] has no end, even with Pause: readers come and
//     go without a trace.
//   - [LeakedThreads] and [Livelock] are violations. A program that leaves a thread asleep
//     on purpose must end it.
//   - A [Mutex] locked again by the thread that holds it is a deadlock (as it is in Go), and
//     a second [Note.Wakeup] without a [Note.Clear] is a violation.
//
// The number of threads, variables and choices has no limit but time and memory.
//
// # Strategies
//
// Chosen by [Strategy], or by the flag -explore.strategy:
//
//   - exhaustive, if nothing else is said: every execution, one of each class that differs
//     in the order of independent steps only. Try this first; if it has not ended after a
//     minute, make the program smaller.
//   - bounded, by [Preemptions](n): every execution in which threads that could go on are
//     interrupted at most n times. For programs that are too large for exhaustive, such
//     as a whole scheduler. Most bugs need two; the verdict is good for the bound.
//   - pct: draws at random, and states the probability with which each execution meets a bug
//     that needs a few steps in a certain order ([Depth]).
//   - pos: draws at random, more evenly over the classes.
//   - random: draws each step. Simple, and unfair: long waits are rare.
//   - naive: every interleaving, without reduction. To check the others.
//
// Where everything is too large, draw. [Search] lets Test pass if nothing is found:
//
//	explore.Test(t, ring, explore.Strategy("pct"), explore.Budget(time.Minute), explore.Search())
//
// From the command line, -explore.strategy=pct -explore.budget=10m does it to a test that
// is otherwise exhaustive; if nothing is found it fails nevertheless, as Unknown. Go's own fuzzer drives
// schedules by [Fuzz]; it is good where a rare order leads into rare code.
//
// # Flags
//
// A test binary that imports this package has these flags; other programs do
// not. They override the options of every exploration in the binary, so choose the
// test by -run. go test passes on what it does not know:
//
//	go test ./queue -run TestRing -v -explore.v -explore.budget=10m
//
// Write -flag=value, with the =. A package that does not import this one knows none
// of them: name packages that do, in place of ./... .
//
//	-explore.strategy=name    like Strategy
//	-explore.preemptions=n    like Preemptions
//	-explore.seed=n           like Seed, where something is drawn at random
//	-explore.executions=n     like Executions
//	-explore.budget=duration  like Budget
//	-explore.workers=n        like Workers
//	-explore.shard=i/n        explore the i-th of n parts only, from 1
//	-explore.resume=file      go on from file, and write it when interrupted
//	-explore.replay=token     one execution again, as a counterexample says
//	-explore.v                tell progress and verdicts
//
// # Working with it
//
// Test tells its progress every two seconds with -v or -explore.v; on a terminal, too,
// where go test shows what a test prints: if no package is named. That is executions,
// executions per second, the part of the tree that is done and the time that the rest
// takes at least, both estimates which promise too much in the beginning; and the part
// of a budget that is spent. To interrupt it (^C) ends it with the verdict Unknown and
// its counts.
//
// A counterexample has been shortened: to the fewest preemptions, then to the fewest
// steps. Below it stands whether there is no shorter one, or only none was found. Steps at
// which a thread was interrupted carry a star; ✗ marks what broke and who waits for
// what. x#2 is a second variable that the source calls x, and &1, &2 are pointers, in the
// order in which they turn up. The last line executes it again:
//
//	go test schedlab/explore -run '^TestWrongLock$' -explore.replay=v1.0l0.1l0s0s0.0s0-33b2
//
// anywhere in that module, with a debugger if you like. The token holds thread and kind of each
// step: it survives changes of the program elsewhere, and if a step is another one now
// it says which. With -artifacts (see go help testflag) the same is kept as a web page that
// needs nothing else, with the lines of the source beside the steps; its place is printed. Run prints nothing: [Violation.Text] is what Test
// would have printed, but the name of the test.
//
// The exhaustive strategy divides its work. [Workers], or -explore.workers=n, uses n cores. A
// matrix of CI jobs, or an array job, has one shard each, without any of them knowing of
// the others:
//
//	go test ./ring -run TestRing -explore.shard=1/8 -explore.resume=$PWD/part1.json
//	...
//	go test ./ring -run TestRing -explore.shard=8/8 -explore.resume=$PWD/part8.json
//
// A shard whose part is done and breaks nothing passes, even if its part is empty, and
// Unknown. A job after them, which has the files, adds them up ([Merge]) and fails if one
// is missing, unfinished or of another program, or a property is violated:
//
//	go run schedlab/explore/merge part*.json
//
// The same flag without shards keeps what an exploration has done when it is interrupted, by
// -explore.budget, by a signal or by the timeout of go test; and every half minute, should
// the process be killed. The same command goes on from there; the counts are those of one
// uninterrupted run. The other strategies begin anew,
// and leave all to shard 1 if they cannot be divided.
//
// # Cut executions
//
// An execution is cut when all that could follow has been explored. It was not needed, and
// it costs time; it never costs a result. The exhaustive strategy cuts few, and none in
// a program without Choose and Pause whose first thread touches or names all variables
// before it starts others. Otherwise it may cut some, because
//
//   - of variables that threads touch first, it is not known for certain which is which in
//     another execution, so that steps are taken to depend on each other that do not;
//   - after Pause, and after a number that Choose has returned, it is not always known
//     what can come first;
//   - at the borders of shards, more than one of them begins the same.
//
// The bounded strategy cuts many: it may let a step sleep only where that is certain to
// cost no execution within the bound.
//
// # How it works
//
// Threads are coroutines, of which one runs at a time. Each announces its next operation; the
// strategy says whose turn it is; if it is the same thread's it goes on without any switch.
// After an execution the program is started again, and takes another turn at one point: the
// search is stateless, there is nothing to save or compare but the path.
//
// Exhaustive is optimal dynamic partial-order reduction (Abdulla, Aronis, Jonsson, Sagonas,
// POPL 2014 and JACM 2017): after each execution it looks for pairs of dependent steps that
// could have come the other way round, and puts the way there into a wakeup tree. Two
// executions that differ in the order of independent steps are one Mazurkiewicz trace, and
// one of each is executed. Steps are independent if they touch different variables or
// both read; two operations of one lock are dependent. In explore/internal/dpor see
// 'Algorithm' and 'Races with locks' for the whole of it, and 'Sharing' for how workers
// divide the tree; in explore/internal/strategy/bounded.go see 'Sleep sets' for what is
// sound under a bound (Musuvathi and Qadeer, PLDI 2007; Coons, Musuvathi, McKinley,
// OOPSLA 2013). Bounded has its guarantee from these, pct from Burckhardt, Kothari,
// Musuvathi, Nagarakatte, ASPLOS 2010 (see 'Guarantee' in
// explore/internal/strategy/pct.go), pos from Yuan, Yang, Gu, CAV 2018, the detection of
// races from FastTrack (Flanagan and Freund, PLDI 2009), with a happens-before of its own:
// see 'Two kinds of happens-before' in explore/internal/engine/word.go.
//
// That it misses nothing and repeats nothing is tested: thousands of random programs are
// executed in every interleaving by code that shares nothing with the strategies, and
// programs of the literature have the number of traces that they have there. Waits with
// a time limit, sleeps and the clock are not in that code: programs with them are compared
// with the strategy naive, which has the same threads and the same time.
//
// # What it costs
//
// As ratios, of one run of go test -bench . in this folder: an execution of 16 steps of two
// threads that all conflict takes 1.7 µs without reduction, some 100 ns a step. A third of
// that is the switch from one coroutine to another, which in such a program comes every
// other step; the rest is bookkeeping: whose goroutine this is, the record of the step,
// clocks, the decision. Exhaustive takes 1.3 times as long there, where nothing can be
// reduced, for races and sleep sets. Where it reduces much, steps are dearer and fewer: on
// the search for the last zero among 10 (3 328 traces) a step takes 3 times as long, a
// quarter of it to turn races around and to keep the wakeup trees. Steps of long executions are no
// dearer than those of short ones, and allocate nothing. Two workers on two
// cores are 1.8 to 1.9 times as fast as one if nobody else uses them.
package explore
