// Package explore is a model checker for concurrent Go code. It executes a small
// program in every order of its threads' steps, or in as many orders as you ask for,
// and prints an execution that goes wrong.
//
// # From another module
//
// The name of this module, schedlab, is not an address that go get can find. Fetch the
// repository, say in the go.mod of your module where it is, and run go mod tidy:
//
//	require schedlab v0.0.0
//	replace schedlab => ../schedlab
//
// # Example
//
// This spin lock has a bug. The types of this package take the place of those of
// sync/atomic and sync. [Pause] stands in every loop that waits for another thread.
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
// In the program two threads add to n. A [Var] is plain memory that is watched for
// data races.
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
// The test fails and prints:
//
//	explore: Violated (every execution): 2 executions: 1 complete, 1 violating, 14 steps, 0s
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
// There is one column per thread and one row per step; on the right is the step's place
// in the source. Thread 0 is the program itself. The other threads are named after the
// line that starts them. Reading or writing a Var is no step and has no number.
//
// Thread 0 finds the lock free. Before it takes the lock, thread 1 also finds it free,
// takes it, adds and releases it. Then thread 0 takes the lock as well, because of what it
// read at the first step. It reads n, which thread 1 has written. Nothing orders that read
// after the write, so the read may return anything.
//
// The repaired lock looks and takes in one step:
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
// With go test -v it prints:
//
//	explore: Verified (every execution): 2 executions complete, 12 steps, 0s
//
// That is a proof for this program. There are 2 executions that differ in more than the
// order of independent steps, and none of them breaks a property. The wrong lock can stay
// as a test of the test: with explore.MustViolate(explore.DataRace) it fails if nothing
// is found.
//
// # How to write a program
//
// A program is a func() that [Test] or [Run] executes many times, on the first thread of
// each execution.
//
//   - Keep it small: two or three threads with two or three operations each. Most bugs
//     need no more, and the number of executions grows exponentially with both.
//   - Start threads by [Go], not by a go statement. Wait for one by [Thread.Join]. The
//     program may end before its threads; an execution is over when all have ended.
//   - In place of the types of sync/atomic use [Int32], [Int64], [Uint32], [Uint64],
//     [Uintptr], [Bool] and [Pointer].
//   - In place of the types of sync use [Mutex], [RWMutex], [Cond], [Once] and
//     [WaitGroup]. The L of a Cond is a *Mutex, not any Locker.
//   - [Note] is a one-shot event; [Uint32.Wait] and [Uint32.Wake] are a futex. [Now],
//     [Sleep] and the waits with a time limit are for time.
//   - There are no channels, no Map, Pool or OnceFunc, no atomic.Value, and no functions
//     like atomic.AddInt32. Build what you need of them on Mutex and Cond, or check code
//     that is below them. Code that blocks on anything else is detected after
//     [Patience] and reported with its stack.
//   - Use all of these on controlled threads only. Anywhere else an operation panics.
//   - Use [Var] for plain memory that threads share: data races are found there.
//   - Use [Choose] for what the program does not know, such as input, or the victim that
//     a thief picks. Every answer is explored.
//   - Call [Pause] in each round of a loop that waits for another thread. Without it the
//     verdict is Unknown and names the loop, unless a violation is found. Elsewhere Pause
//     does nothing.
//   - State what must hold by [Assert]; a panic counts as well. Do not use t.FailNow or
//     require, which calls it: they end the goroutine under the explorer's feet.
//   - Make all variables inside the program. Variables of this package's types outside
//     it are reset after each execution, but more than one of [Workers] cannot use them.
//     Other variables outside keep their values, so that the next execution differs.
//   - Only the order of steps and Choose may decide what the program does. Ranging over
//     a map, the real clock and real random numbers are reported as [Nondeterminism]
//     when a repeated step is another operation, or one on another variable. Values are
//     compared in the first execution only. Code that is executed only once is compared
//     with nothing.
//   - If executions are cut (see 'Cut executions'), let the first thread touch the
//     variables, or [Name] them, before it starts other threads. Name also makes
//     counterexamples readable where the source has no name for a variable.
//
// Code that also runs for real names its types in one place, and a build tag chooses
// them. The line that replays a counterexample has the tag, too. One file is for the
// build without the tag:
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
// Another one is for the build with the tag, and all tests that explore begin with the
// same first line:
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
// # Wrappers
//
// A package may put names of its own on these types, as package host of this repository
// does. Each file of it that does so calls [Wrapper] once. Counterexamples then show the
// lines that call the wrapper, and not those inside of it. What a wrapper has to know of a
// thread it keeps in [Local].
//
// # Recorded histories
//
// A program may record what its threads do to an object, and have that history judged. Does
// some order of the operations explain their answers, if those that had returned come before
// those that were called afterwards? So judges package check/linear of this repository. An
// [Operation] records when an operation begins and ends, here by a clock of sync/atomic that
// counts returns:
//
//	op.Call(func() { call = 2*clock.Load() + 1 })
//	x := queue.Get()
//	op.Return(func() { ret = 2 * clock.Add(1) })
//
// The functions are called as parts of the operation's first and last step. So the intervals
// are as short as they can be: no history is stricter. Every strategy keeps apart what differs
// in whether one operation had returned before another was called. That costs executions,
// though none where a lock orders the operations already. [Recorded] is for a thread that looks
// at a history to which others may still add.
//
// # What a verdict says
//
// A verdict holds within a bound, which is printed.
//
//   - [Verified]: every execution within the bound came to its end and broke no
//     [Property], and there was at least one.
//   - [Violated] comes with a counterexample.
//   - [Unknown] says what ran out. Test fails on it, with two exceptions: the option
//     [Search], and one shard of several (see 'Working with it').
//
// A verdict is about one program: these threads, these calls. A lock that is verified
// for two threads may be wrong with three. Each further limit errs in one direction.
//
// These may miss a bug:
//
//   - Memory is sequentially consistent, as Go's memory model promises for sync/atomic.
//     For Go that is exact. The same algorithm in C, with weaker orders, has executions
//     that are not explored here.
//   - Memory that is neither of this package's types nor a Var is not watched. A race on
//     it is not seen, and between two steps it is read and written without interruption.
//     The race detector of Go does not help: one thread runs at a time, so it sees all
//     accesses in order. If threads share nothing that is watched, the verdict is Unknown unless
//     [Disjoint] says that this is meant. If they share watched memory as well, nothing
//     reports the unwatched.
//   - A race on a Var ends the execution. What torn or reordered values lead to is not
//     explored.
//   - An early timeout is one that comes although other threads could go on. [Timeouts]
//     bounds them, 1 in each execution if not given, and the verdict's bound says so.
//     Otherwise time is virtual: it stands still while any thread can take a step. That
//     steps take long is not explored.
//   - Executions that differ only in how often a loop looked in vain count as one. If a loop
//     looks by one operation, and a look in vain leaves the thread as it was, such a look is no
//     step of the exhaustive strategy. [Pause]
//     makes sure that the loop would go round for ever, by its thread's stack. If that is
//     another one after each round, the loop is followed for as long as [Steps] says, and
//     the verdict is Unknown and names it, unless a violation is found. A count in
//     plain memory that is not on the stack is noticed up to 1 000 steps, where a thread
//     first goes round in such a loop. What else the loop leaves in such memory is taken to
//     make no difference. Count on the stack, or in a [Var].
//   - TryLock and TryRLock fail only if a thread holds the lock, or waits to write. Go's
//     may also fail on a free lock.
//   - A futex wait never ends without a reason, though futex(2) allows that. A Cond wakes
//     threads in the order of arrival, as sync does without promising it.
//   - With [KeepGoing] an execution that breaks a property still ends there, unless the
//     property is a deadlock. What would have followed is unknown, and so are the
//     executions in which that comes earlier. Counts may be too low, and other bugs may be
//     missed.
//   - The strategies that draw at random leave executions out. They never say Verified.
//
// These end in Unknown, or in an alarm that the code may not deserve:
//
//   - [Steps]: an execution of more than 10 000 steps is given up. The search goes on with
//     what other threads can do meanwhile, in the first 100 steps of the loop: a violation
//     counts. Otherwise the verdict is Unknown: it says how many executions were given up,
//     and names a loop. The search ends when 1 000 were given up, or 10 million steps after
//     the first. The limit does not hold for strategies that draw.
//   - A loop with Pause whose rounds are never the same is explored round by round, up to
//     the limit of Steps.
//   - [LeakedThreads] and [Livelock] are violations. A program that leaves a thread asleep
//     on purpose must end it. Threads that go round in turns for ever are a livelock, even
//     if they would meet, and get on, in another order of their steps.
//   - A [Mutex] that its holder locks again is a deadlock, as in Go. A second
//     [Note.Wakeup] without a [Note.Clear] is a violation.
//
// Only time and memory limit the number of threads, variables and choices.
//
// # Strategies
//
// [Strategy], or the flag -explore.strategy, chooses one of:
//
//   - exhaustive, the default: every execution. Of those that differ only in the order of
//     independent steps it executes one. Try it first. If it has not ended after a
//     minute, make the program smaller.
//   - bounded, by [Preemptions](n): every execution in which threads that could go on are
//     interrupted at most n times. It is for programs that are too large for exhaustive,
//     such as a whole scheduler. Most bugs need two preemptions. The verdict holds for
//     the bound.
//   - pct: draws at random, and states the probability with which an execution meets a
//     bug that needs a few steps in a certain order ([Depth]).
//   - pos: draws at random, more evenly over the classes of executions.
//   - surw: draws the order of the steps on one variable or lock uniformly, and draws the
//     variable anew for each execution. For large programs, begin with it.
//   - urw: draws uniformly from all interleavings. It is good for small programs without
//     waits.
//   - random: draws each step. It is simple and unfair: long waits are rare.
//   - naive: every interleaving, without reduction. It is there to check the others.
//
// What surw and urw promise holds for threads that never wait and that always take as many
// steps. The verdict says in how many executions the latter was so.
// explore/sampling/README.md shows how soon each strategy finds which bug.
//
// Where everything is too large, draw at random. With [Search] the test passes if nothing
// is found:
//
//	explore.Test(t, ring,
//		explore.Strategy("pct"), explore.Budget(time.Minute), explore.Search())
//
// The flags -explore.strategy=pct -explore.budget=10m do the same to a test that is
// otherwise exhaustive. If nothing is found it still fails, as Unknown. [Fuzz] lets Go's
// own fuzzer decide the schedule. That is good where a rare order leads into rare code.
//
// # Flags
//
// A test binary that imports this package has these flags; other programs do not. They
// override the options of every exploration in the binary, so choose the test by -run.
// go test passes on flags that it does not know:
//
//	go test ./queue -run TestRing -v -explore.v -explore.budget=10m
//
// Write -flag=value, with the =. A package that does not import this one has none of the
// flags: name packages that do, in place of ./... .
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
// Test tells its progress every two seconds, with -v or with -explore.v. It also does so
// on a terminal, if no package is named, because only then go test shows it at once. It
// tells the executions, the executions per second, and the part of a budget that is spent.
// It estimates the part of the tree that is done, and the time that the rest takes at
// least. Early estimates promise too much. An interrupt (^C) ends the exploration with
// the verdict Unknown and its counts.
//
// A counterexample has been shortened: to the fewest preemptions, then to the fewest
// steps. Below it a line says whether none is shorter, or only that none was found. A step
// with a star is a preemption. A ✗ marks what broke, and what each thread waits for. If
// the source calls two variables x, the second one is x#2. Pointers are &1, &2 and so on,
// in the order in which they appear. The last line executes it again:
//
//	go test schedlab/explore -run '^TestWrongLock$' -explore.replay=v1.0l0.1l0s0s0.0s0-33b2
//
// This works anywhere in that module, also in a debugger. The token holds the thread and
// the kind of each step. So it survives changes elsewhere in the program; if a step is
// now another one, the message says which. With -artifacts (see go help testflag) the
// counterexample is also kept as a self-contained web page, with the lines of the source
// beside the steps. Its path is printed. Run prints nothing: [Violation.Text] is what Test
// would have printed, except for the name of the test.
//
// The exhaustive strategy divides its work. [Workers], or -explore.workers=n, uses n
// cores. In a matrix of CI jobs, or an array job, each job explores one shard and need not
// know of the others:
//
//	go test ./ring -run TestRing -explore.shard=1/8 -explore.resume=$PWD/part1.json
//	...
//	go test ./ring -run TestRing -explore.shard=8/8 -explore.resume=$PWD/part8.json
//
// A shard passes if its part is done and breaks nothing, even if that part is empty and
// the verdict Unknown. A job that runs after them, with their files, adds them up
// ([Merge]). It fails if a file is missing, unfinished or of another program, or if a
// property is violated:
//
//	go run schedlab/explore/merge part*.json
//
// Without shards, -explore.resume keeps what an interrupted exploration has done. The
// interrupt may be -explore.budget, a signal, or the timeout of go test. The file is also
// written every half minute, in case the process is killed. The same command continues
// from the file, and its counts are those of one uninterrupted run. The other strategies
// start over, and are not divided: shard 1 does all of their work.
//
// # Cut executions
//
// An execution is cut when all that could follow has been explored. It was not needed and
// costs time, but never a result. The exhaustive strategy cuts few. It cuts none if the
// program uses neither Choose nor Pause, its first thread touches or names all variables
// before it starts others, and no execution is too long. Otherwise it may cut some, for four
// reasons:
//
//   - Other threads than the first may be the first to touch some variables. Then it is not
//     certain which is which in another execution, so steps count as dependent that are
//     not.
//   - After Pause, and after a number that Choose has returned, it is not always known
//     which step can come first.
//   - Several shards begin with the same steps at their borders.
//   - A loop that was given up takes no more steps beside what other threads do then.
//
// The bounded strategy cuts many. It remembers the traces that it has explored, and cuts an
// execution that has come to one of them again. So all that are complete are different
// traces. If 64 MiB are too few to remember them, some are executed and counted again, and
// the bound says so.
//
// # How it works
//
// Threads are coroutines, and one of them runs at a time. Each announces its next
// operation, and the strategy chooses the thread that takes the next step. If that is the
// running thread, it goes on without a switch. After an execution the program starts
// again, and takes another turn at one point. The search is stateless: no state of the
// program is saved or compared.
//
// The exhaustive strategy is optimal dynamic partial-order reduction (Abdulla, Aronis,
// Jonsson, Sagonas, POPL 2014 and JACM 2017). Steps are independent if they touch
// different variables or both read. Two operations of one lock are dependent. So are the last
// step of a recorded operation and the first step of another. Executions
// that differ only in the order of independent steps are one Mazurkiewicz trace, and one
// of each is executed. After an execution, the strategy looks for pairs of dependent steps
// that could have come in the other order. It puts the way there into a wakeup tree.
//
// Where to read on, with the sources of each part:
//
//   - exhaustive: see 'Algorithm' and 'Races with locks' in
//     explore/internal/dpor/dpor.go, and 'How workers divide the tree' in
//     explore/internal/dpor/tree.go.
//   - bounded: see 'What has been explored' and 'Sleep sets' in
//     explore/internal/strategy/bounded.go for what is sound under a bound. The guarantee is
//     that of Musuvathi and Qadeer, PLDI 2007, and of Coons, Musuvathi, McKinley, OOPSLA
//     2013.
//   - pct: see 'Guarantee' in explore/internal/strategy/pct.go. It is due to Burckhardt,
//     Kothari, Musuvathi, Nagarakatte, ASPLOS 2010.
//   - pos: explore/internal/strategy/pos.go, after Yuan, Yang, Gu, CAV 2018.
//   - urw and surw: see 'Guarantee' in explore/internal/strategy/urw.go, and 'Protocol' in
//     explore/internal/strategy/surw.go. Both are due to Zhao, Wolff, Mathur,
//     Roychoudhury, ASPLOS 2025.
//   - recorded histories: see 'Recorded operations' in
//     explore/internal/engine/recorded.go.
//   - data races: FastTrack (Flanagan and Freund, PLDI 2009), with a happens-before of its
//     own: see 'Two kinds of happens-before' in explore/internal/engine/word.go.
//   - counterexamples: explore/internal/story/explain.go.
//
// Tests check that exhaustive misses nothing and repeats nothing. They execute thousands
// of random programs in every interleaving, by code that shares nothing with the
// strategies. That code has no waits with a time limit, no sleeps and no clock. Programs
// with those are compared with the strategy naive, which has the same threads and the same
// time. Programs of the literature must have the number of traces that they have there.
//
// # What it costs
//
// The figures are ratios, from one run of go test -bench . in this folder. One execution
// of 16 steps, of two threads whose steps all conflict, takes 1.7 µs without reduction:
// some 100 ns a step. A third of that is the switch between coroutines, which in this
// program comes every other step. The rest is bookkeeping: which goroutine this is, the
// record of the step, clocks, the decision.
//
// Exhaustive takes 1.3 times as long there, for races and sleep sets, since nothing can be
// reduced. Where it reduces much, there are fewer steps, and each costs more. In the
// search for the last zero among 10 (3 328 traces) a step takes 3 times as long. A
// quarter of that goes into reversing races and keeping the wakeup trees.
//
// Steps of long executions cost no more than those of short ones, and allocate nothing.
// Two workers on two otherwise idle cores are 1.8 to 1.9 times as fast as one.
//
// # Files
//
//	test.go, run.go  Test and Run: an exploration
//	program.go       Choose, Pause, Assert, Name
//	thread.go        Go, Thread and Local
//	atomic.go        the types in place of those of sync/atomic
//	lock.go          Mutex and RWMutex
//	sync.go          Once and WaitGroup
//	note.go          Note, Cond and the futex
//	var.go           Var: plain memory
//	stack.go         Stack: a coroutine
//	time.go          virtual time
//	recorded.go      Operation: recorded histories
//	wrapper.go       Wrapper: packages that wrap these types
//	options.go       Option
//	flags.go         the flags
//	wishes.go        what options and flags ask for
//	config.go        what they set
//	strategies.go    the table of strategies
//	verdict.go       Verdict and Result
//	violation.go     Property and Violation
//	nondet.go        whether a program does the same again
//	progress.go      how far an exploration has come
//	fuzz.go          Fuzz
//	ordinal.go       which exploration of a test it is
//	resume.go        what an earlier run has left
//	saved.go         the form of that, and of the results of a shard
//	merge.go         Merge: the sum of shards
//	signal.go        the end by a signal
package explore
