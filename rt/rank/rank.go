// Package rank is the table of the order in which the locks of a scheduler are taken. Builds
// that check ranks hold every thread to it: see [host.Rank].
//
// The table is read from the top. A lock may be taken under the locks of the ranks that its
// row names, and under what those may be taken under. The comment of a row says where that
// happens.
//
// To add a lock, give it a row here, and call SetRank where its owner is made. Tests find a
// lock of rt or of a design that has no rank, and a row that nothing needs.
package rank

import "schedlab/host"

var (
	// Gate is Core.gate: a thread that readies Gs while the world may stand still holds it
	// meanwhile, so it is outside of everything. See 'Looking at all Gs'.
	Gate = host.NewRank("Core.gate")

	// World is world.mu. A G that waits for its turn to stop the world parks under it.
	World = host.NewRank("world.mu")

	// Object is a lock of something that Gs wait for, and the rank of all locks that have no
	// other, since most objects have a zero value that is good to use. A timer that fires
	// takes it under the gate.
	Object = host.NewRank("an object's lock", Gate)

	// Mutex is the lock inside a gsync.Mutex that belongs to a Cond: Cond.Wait unlocks the
	// Mutex under the Cond's lock. Other Mutexes are plain objects.
	Mutex = host.NewRank("gsync.Mutex.mu", Object)

	// Chan is a channel's. A Select takes several, in the order in which the channels were
	// made.
	Chan = host.NewRank("gsync.Chan.mu", Gate)

	// Selection is selection.parked, which a Select takes under the locks of its channels
	// and keeps until its G has left its stack.
	Selection = host.NewRank("gsync.selection.parked", Chan)

	// PollDesc is a descriptor's. The delivery of events from the network takes it under the
	// gate.
	PollDesc = host.NewRank("PollDesc.mu", Gate)

	// Netpoll is that of the table of all descriptors, in which a delivery looks.
	Netpoll = host.NewRank("Netpoll.mu", Gate)

	// Sched is the lock of a design. When a G parks, its M takes the next G under the lock of
	// what the first one waits for (Parker.ParkUnlock). A timer that is started under such a
	// lock may wake an M. The first descriptor is opened under Netpoll, and may start a
	// thread.
	Sched = host.NewRank("the design's lock", World, Mutex, Selection, PollDesc, Netpoll)

	// Reactor is Reactor.mu: a design that stops wakes its reactor.
	Reactor = host.NewRank("Reactor.mu", Sched)

	// Threads is threads.mu, under which an M gets its ID: that of the reactor, too.
	Threads = host.NewRank("threads.mu", Reactor)

	// Stacks is that of the depot of idle stacks. The design gm keeps its lock while an M goes
	// from a G that yields to a fresh one, for which it needs a stack.
	Stacks = host.NewRank("the lock of idle stacks", Sched)

	// M is M.mu, under which an M notes the stacks that it makes: see Stacks. Dump takes the
	// locks of all Ms, in the order of their IDs.
	M = host.NewRank("M.mu", Sched)

	// Core is Core.mu. The reactor's events become part of the stream under it.
	Core = host.NewRank("Core.mu", Reactor)

	// Timers is that of a set of timers: a scheduler at rest asks whether one of them will
	// make a G runnable. Two sets are taken in the order in which they were initialized.
	Timers = host.NewRank("Timers.mu", Core)

	// Queue is that of a queue.Locked: global injects a G under its own lock.
	Queue = host.NewRank("queue.Locked.mu", Sched)

	// FreePool is that of the depot of dead Gs: a P that goes flushes its list.
	FreePool = host.NewRank("the lock of dead Gs", Sched)

	// Heap is that of one class of memory: a P that goes flushes its cache.
	Heap = host.NewRank("heap.central.mu", Sched)

	// Latency is that of a histogram of times, to which an M adds when it begins to run a G.
	// The design gm keeps its lock while an M goes from a G that yields to the next one.
	Latency = host.NewRank("latency.mu", Sched)

	// Events is event.Stream.mu, around calls of the event sink. What is left in buffers is
	// handed over under Core, at rest and at the end.
	Events = host.NewRank("event.Stream.mu", Core)

	// Sink is what a sink of events takes, such as event.Log.
	Sink = host.NewRank("event.Log.mu", Events)
)

func init() { host.DefaultRank(Object) }
