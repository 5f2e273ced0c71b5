package rt

import (
	"schedlab/host"
	"schedlab/rt/rank"
)

// Lock names a lock of a scheduler, or all locks that guard things of one kind.
type Lock uint8

// The locks of a scheduler. Package rank says in which order they are taken.
const (
	LockObjects  Lock = iota // of channels, locks and timers that Gs use: package gsync
	LockSched                // the design's own
	LockRunq                 // of a run queue that has its own
	LockCore                 // the life of the scheduler, from New to Close
	LockThreads              // the list of all Ms
	LockStacks               // idle stacks that are too many for an M
	LockFreeGs               // dead Gs that are too many for a P or an M
	LockHeap                 // memory that is too much for a cache
	LockTimers               // of the sets of timers
	LockReactor              // of the thread that waits for timers and the network
	LockNetpoll              // the table of all descriptors
	LockPollDesc             // of descriptors
	LockWorld                // the right to stop the world
	LockGate                 // see 'Looking at all Gs'
	LockM                    // what an M writes though the world stands still
	LockLatency              // of histograms of times
	LockEvents               // the stream of events

	numLocks
)

// lockTable has a row for each Lock: its name, and the ranks of the locks that it stands for.
var lockTable = [numLocks]struct {
	name  string
	ranks []*host.Rank
}{
	LockObjects: {"objects", []*host.Rank{
		rank.Object, rank.Mutex, rank.Chan, rank.Selection,
	}},
	LockSched:    {"sched", []*host.Rank{rank.Sched}},
	LockRunq:     {"runq", []*host.Rank{rank.Queue}},
	LockCore:     {"core", []*host.Rank{rank.Core}},
	LockThreads:  {"threads", []*host.Rank{rank.Threads}},
	LockStacks:   {"stacks", []*host.Rank{rank.Stacks}},
	LockFreeGs:   {"freegs", []*host.Rank{rank.FreePool}},
	LockHeap:     {"heap", []*host.Rank{rank.Heap}},
	LockTimers:   {"timers", []*host.Rank{rank.Timers}},
	LockReactor:  {"reactor", []*host.Rank{rank.Reactor}},
	LockNetpoll:  {"netpoll", []*host.Rank{rank.Netpoll}},
	LockPollDesc: {"polldesc", []*host.Rank{rank.PollDesc}},
	LockWorld:    {"world", []*host.Rank{rank.World}},
	LockGate:     {"gate", []*host.Rank{rank.Gate}},
	LockM:        {"m", []*host.Rank{rank.M}},
	LockLatency:  {"latency", []*host.Rank{rank.Latency}},
	LockEvents:   {"events", []*host.Rank{rank.Events}},
}

// String returns the name.
func (l Lock) String() string { return lockTable[l].name }

// Locks is what each lock of a scheduler has cost, by Lock. Only a look from outside is not
// counted: Scheduler.Stats, Scheduler.Dump, and the methods of a channel that need no G.
type Locks [numLocks]host.Count

// Sum returns what all have cost together.
func (ls *Locks) Sum() (sum host.Count) {
	for _, n := range ls {
		sum.Add(n)
	}
	return sum
}

func (ls *Locks) add(d *Locks) {
	for i := range ls {
		ls[i].Add(d[i])
	}
}

func (ls *Locks) sub(d *Locks) {
	for i := range ls {
		ls[i] = ls[i].Sub(d[i])
	}
}
