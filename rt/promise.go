package rt

// Promise is something that a design may decline to do.
type Promise string

const (
	// Parks: Gs can park and be readied through the G itself.
	Parks Promise = "parks"
	// Counts: Stats counts Gs and what happened to them.
	Counts Promise = "counts"
	// SafePoints: a G loses its processor in calls of its own methods only.
	SafePoints Promise = "safe points"
	// KnowsItsGs: a G's methods notice that they are not called by its body.
	KnowsItsGs Promise = "knows its Gs"
	// DetectsDeadlock: Run and Close report Gs that can never end.
	DetectsDeadlock Promise = "detects deadlock"
	// StopsOnPanic: when a G panics the others stop at their next safe point.
	StopsOnPanic Promise = "stops on panic"
	// Preempts: a G that only passes Checkpoint does not keep others out.
	Preempts Promise = "preempts"
	// Conserves: no runnable G waits while fewer than Procs run (I2).
	Conserves Promise = "conserves work"
	// FairQueues: Gs that come and go do not keep out one that is queued (I6).
	FairQueues Promise = "fair queues"
	// FairReadies: Gs that ready each other do not keep out one that is queued.
	FairReadies Promise = "fair readies"
	// BesideSyscall: Gs behind one that blocks in Syscall go on (I7).
	BesideSyscall Promise = "beside Syscall"
	// BesideBlocking: Gs behind one that blocks in BlockingSyscall go on.
	BesideBlocking Promise = "beside BlockingSyscall"
	// StopsWorld: a G can make all others stand still (I8).
	StopsWorld Promise = "stops the world"
	// HasPs: parallelism is limited by Ps, which ForEachP goes through.
	HasPs Promise = "has Ps"
	// KnowsItsMs: a G can tell which M runs it.
	KnowsItsMs Promise = "knows its Ms"
	// Times: timers can call into the scheduler.
	Times Promise = "times"
	// Polls: Gs can wait for descriptors, where the system has them.
	Polls Promise = "polls"
	// Reuses: dead Gs are used again before new ones are made.
	Reuses Promise = "reuses Gs"
	// Caches: a G's small memory comes from caches that are counted.
	Caches Promise = "caches"
	// Simulates: it stands on package host alone, so it runs on simulated CPUs, too.
	Simulates Promise = "runs on simulated CPUs"
)

// Promises holds all of them.
var Promises = []Promise{
	Parks, Counts, SafePoints, KnowsItsGs, DetectsDeadlock, StopsOnPanic, Preempts,
	Conserves, FairQueues, FairReadies, BesideSyscall, BesideBlocking,
	StopsWorld, HasPs, KnowsItsMs, Times, Polls, Reuses, Caches, Simulates,
}

// Lacks holds what a design does not promise, and why not.
type Lacks map[Promise]string
