// Package rt is the contract of all scheduler designs of this suite, and the part
// that is the same in every one of them: Gs, stacks, the life of a scheduler.
//
// A design is a package of its own. It says where runnable Gs are kept and how Ms
// find them, by implementing [Impl] (the scheduler as a whole) and [Machine] (one M).
// Everything else is here, once.
//
// The contract, to be read first:
//
//	scheduler.go what a user sees: Scheduler, Config, errors
//	impl.go      what a design implements: Impl, Machine, WorldStopper, PVisitor
//	promise.go   what a design may decline to promise
//	status.go    the statuses of a G, its owner in each, the legal changes
//	reason.go    what a waiting G waits for
//	native.go    Go's own scheduler behind the same contract
//
// What a G can do:
//
//	g.go         what its body may do
//	parker.go    what channels, locks and networks do with it: block it, ready it
//	sleep.go     sleeping
//	alloc.go     memory from the caches of package heap
//	world.go     stop-the-world, changing the number of Ps
//	lockm.go     being locked to an M
//	polldesc.go  waiting for a descriptor
//
// What is behind it:
//
//	core.go      Core, which a design embeds: its parts, and what it tells a design
//	life.go      from New to Close: Run, Go, Hold, failure
//	rest.go      nothing can happen any more: done, or a deadlock
//	threads.go   the threads of Ms and others
//	stop_model.go stopping without Run or Close, to be explored
//	halt.go      why Ms must leave their Gs, in one word
//	m.go         an M
//	tell.go      what an M tells the event stream
//	stack.go     stacks: fresh Gs run on the scheduler's, blocked ones keep theirs
//	stackpool.go idle stacks, and the end of all
//	depot.go     idle things, each owner's and those of all
//	graveyard.go what deferred calls run on at Close
//	freelist.go  dead Gs, to be used again
//	timer.go     a timer
//	timers.go    a set of timers
//	netpoll.go   the network: Gs that wait for descriptors, and how they are readied
//	deadlock.go  the report of Gs that can never end
//	blocked.go   a G that does not run, as reports describe it
//	dump.go      the state of a scheduler as text
//	look.go      looking at all Gs in a stopped world
//	stats.go     what is counted
//	locks.go     the names under which locks are counted
//	latency.go   histograms of times
//	broken.go    how wrong calls and a wrong scheduler are refused
//	site.go      where a G was made
//	site_cheap.go systems on which that is cheap to know
//	site_dear.go  systems on which it is not
//
// Packages below this one: event (the stream of what happens), heap (memory caches),
// queue (run queues), fault (what is panicked with). Above it: reactor (a thread for
// timers and the network), gsync (channels and locks), gnet (connections).
//
// # Invariants
//
// They are what a correct scheduler guarantees. G is the set of Gs, M of Ms, P of Ps
// (or of what else limits parallelism: mcpumax in G-M). running(m) is the G that m
// runs, or none. A state is settled if each M runs a G, is parked or is in a system
// call, and no M is on the way to a P or to sleep.
//
//	I1  Exactly once. Every spawned G runs to its end exactly once.
//	    For all g: starts(g) = ends(g) = 1 when Run has returned nil.
//	I2  Work conservation. No settled state holds a runnable G and an idle P.
//	    settled => runnable = {} or idleP = {}
//	I3  Ownership. A G is on at most one M and in at most one queue; a P is with
//	    at most one M; only the owner touches it.
//	    For all g: |{m: running(m)=g}| + |{q: g in q}| + |{w: g waits on w}| <= 1
//	I4  Parallelism. |{m: running(m) != none and m not in a system call}| <= Procs
//	I5  Counters equal what they count (nmspinning, npidle, mcpu, lengths), in
//	    every state in which the lock that guards them is free. No lock guards
//	    nmspinning and mcpu: they do in every settled state.
//	I6  Fairness. Bounded bypass: for each queue there is a bound b, stated by
//	    the design, so that a G in it is overtaken by at most b others.
//	I7  Progress behind a system call. A G that blocks in the kernel delays
//	    another runnable G by a bounded time.
//	I8  Stop-the-world ends if every G reaches a safe point. From the return of
//	    StopTheWorld to StartTheWorld no other G runs.
//	I9  Every queue operation is linearizable with respect to its sequential
//	    specification (put, get, grab, steal, drain, len, empty).
//	I10 No deadlock: Run of a program that can end ends. A deadlock of the
//	    program is reported if and only if it is one.
//	I11 No wakeup is lost or doubled; timers and network events fire.
//	I12 Operations that claim lock-freedom have it: some thread completes its
//	    operation within a bounded number of steps of all.
//
// A design declines an invariant by a [Promise] that it lacks: see Lacks and designs/all. Its
// doc.go then says more.
package rt
