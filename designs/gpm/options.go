package gpm

// Options take one idea out of the design each, or change one, to show what it
// buys. The zero Options are Go's.
type Options struct {
	NoRunnext  bool // a readied G goes to the tail of the local queue
	RunnextCap int  // so many Gs in a row may come from runnext (tokio: 3); 0: no cap
	StealOne   bool // steal one G, not half of the queue
	NoSteal    bool // never steal: an idle P waits for the global queue

	SequentialVictims bool // look for victims from the next P upwards, not in random order
	NearFirst         bool // visit the Ps that ran close by first; see 'Near victims'
	SpinnerLimit      int  // at most this many Ms spin; 0: half of the busy Ps

	NoGlobalTick     bool // look at the global queue only when the local one is empty
	NoHandoffp       bool // a P stays with its M during system calls
	NoRetake         bool // the monitor takes no P; only calls known to block give it up
	NoPreempt        bool // no time slices
	NoFreeList       bool // dead Gs are left to the garbage collector
	YieldToLocalTail bool // a yielding G goes to the local queue, not to the global one
	EagerWake        bool // every put wakes an M if a P is idle, also if one spins already
	NoWakeOnReady    bool // readying a G wakes no M; only a spawn does
}
