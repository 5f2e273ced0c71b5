// Package rank is the order in which the locks of a scheduler are taken: the table that
// [host.Rank] is checked against.
//
// Read it from the top. A thread that holds a lock may take those below that name its rank,
// directly or by way of others. Each line says where that happens.
package rank

import "schedlab/host"

var (
	// Gate is Core.gate: a thread that readies Gs while the world may stand still holds it
	// meanwhile, so it is outside of everything. See 'Looking at all Gs'.
	Gate = host.NewRank("Core.gate")

	// World is world.mu, under which a G parks that waits for its turn to stop the world.
	World = host.NewRank("world.mu")

	// Object is a lock of something that Gs wait for, and the rank of all locks that have no
	// other, since most objects have a zero value that is good to use. A timer that fires
	// takes it under the gate.
	Object = host.NewRank("an object's lock", Gate)

	// Mutex is that of a gsync.Mutex that belongs to a Cond: Cond.Wait unlocks the Mutex
	// under the Cond's lock.
	Mutex = host.NewRank("gsync.Mutex.mu", Object)

	// Chan is a channel's. A Select takes several, in the order in which the channels were
	// made.
	Chan = host.NewRank("gsync.Chan.mu", Gate)

	// Selection is selection.parked, which a Select takes under the locks of its channels
	// and keeps until its G has left its stack.
	Selection = host.NewRank("gsync.selection.parked", Chan)

	// PollDesc is a descriptor's. What is delivered from the network takes it under the
	// gate.
	PollDesc = host.NewRank("PollDesc.mu", Gate)

	// Netpoll is Netpoll.mu, the table of all descriptors.
	Netpoll = host.NewRank("Netpoll.mu", Gate)

	// Sched is the lock of a design. A G that parks goes on to the next G under the lock of
	// what it waits for (G.ParkUnlock), and a timer that is started under such a lock may
	// wake an M. The first descriptor is opened under Netpoll, and may start a thread.
	Sched = host.NewRank("the design's lock", World, Mutex, Selection, PollDesc, Netpoll)

	// Reactor is Reactor.mu: a design that stops wakes its reactor.
	Reactor = host.NewRank("Reactor.mu", Sched)

	// Core is Core.mu: the reactor's thread is counted in when it starts.
	Core = host.NewRank("Core.mu", Reactor)

	// Timers is that of a set of timers: a scheduler at rest asks whether one of them will
	// make a G runnable. Two sets are taken in the order in which they were initialized.
	Timers = host.NewRank("Timers.mu", Core)

	// Queue is that of a queue.Locked: global injects a G under its own lock.
	Queue = host.NewRank("queue.Locked.mu", Sched)

	// FreePool is FreePool.mu: a P that goes flushes its list.
	FreePool = host.NewRank("FreePool.mu", Sched)

	// Heap is that of one class of memory: a P that goes flushes its cache.
	Heap = host.NewRank("heap.central.mu", Sched)

	// Latency is that of a histogram of times, to which an M adds when it runs a G.
	Latency = host.NewRank("latency.mu", Sched)

	// Events is event.Stream.mu, around calls of the event sink: at rest and at the end all that
	// is left is handed over.
	Events = host.NewRank("event.Stream.mu", Core)

	// Sink is what a sink of events takes, such as event.Log.
	Sink = host.NewRank("event.Log.mu", Events)
)

func init() { host.DefaultRank(Object) }
