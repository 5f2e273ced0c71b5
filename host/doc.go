// Package host is what a scheduler stands on: threads, atomics, locks, notes, coroutine
// stacks, a clock, a random source and a network.
//
// It exists so that one source of a scheduler can run on several hosts. Scheduler state
// reaches sync and sync/atomic through this package alone, which a test in package check
// enforces. Designs name only host's types, so a build tag can put a controlled host
// beneath them without a change to their source.
//
// The nouns:
//
//   - Bool, Int32, Int64, Uint32, Uint64, Pointer: atomics. Sequentially consistent, as Go's
//     memory model promises.
//   - [Relaxed]: a pointer that is read and written without any order.
//   - [Mutex] and [CountedMutex]: locks that sleep in futex(2), and count in a [Count].
//   - [Rank]: the order in which locks are taken.
//   - [Note]: one-shot sleep and wakeup of a thread.
//   - [Stack]: a coroutine, which any thread may continue.
//   - [Go]: starts a thread. [Reserve]: makes sure that threads can run. [Fatal]: ends all.
//   - [Nanotime], [Epoch], [Sleep], [Pause], [Rand]: what differs from run to run.
//   - [Ticks], [OrderedTicks]: times of events, cheaper than Nanotime.
//   - [Poller]: which descriptors can be read or written again. [Listen], [Accept],
//     [Connect], [Read], [Write] and more: sockets that never block.
//   - [Work], [Line], [CPU], [Distance]: what a simulated machine must be told, and may be asked.
//   - [CallerPC]: the caller of a function, for a nanosecond.
//   - [Cap]: capacities that a checked build shrinks.
//
// # Why threads sleep in futex and not in channels
//
// A thread, such as an M of a scheduler, is a goroutine that Go's runtime never parks. When
// it has nothing to do it enters a system call and sleeps there. So what is measured is the
// design's own way of waking threads, and not the scheduler beneath it.
//
// The call goes through syscall.Syscall6, which tells the runtime, so that a garbage
// collection need not wait for a sleeping thread. With RawSyscall the collector would wait
// for ever. Threads are not locked to their goroutine (runtime.LockOSThread), because the
// runtime refuses to move a coroutine between locked threads.
//
// # The host of the model
//
// With the build tag model this package stands on package explore:
//
//   - The atomics are steps that the explorer orders.
//   - A [Mutex] and a [Note] have no inside. [FutexMutex] and [FutexNote], which they are on
//     the real host, can be explored by themselves.
//   - Time is virtual, a [Rand] is the explorer's choice, a [Cap] is small, and there is no
//     [Poller].
//
// What is exported is the same, which a test checks. Nothing of it works outside of an
// exploration, so ordinary tests of what stands on this package are for the real host:
//
//	go vet -tags model ./...                everything compiles
//	go test -tags model ./check/model       the explorations of this module
//
// A program of your own is explored by explore.Test in a test file behind the same tag;
// package check/model has examples. What is kept from one execution to the next must be a
// variable of this package's types, or be made anew. A plain package variable that a program
// changes makes its executions differ.
//
// # The host of simulated CPUs
//
// With the build tag sim this package stands on package sim, a machine of 1 to 1024 CPUs in
// virtual time:
//
//   - An atomic is a cache line, which CPUs take from each other.
//   - A [Mutex], a [CountedMutex] and a [Note] are those of the real host, on simulated words and
//     a simulated futex. So what they count means the same.
//   - Time is virtual. Plain computation takes what [Work] says, and memory that moves with a G,
//     a stack or a lock what a [Line] says.
//   - There is no [Poller], and there are no sockets.
//
// What is exported is the same here, too. A machine is started by sim.Run; package bench does it
// for a cell of its matrix (bench.Simulate), package conform for a property:
//
//	go vet -tags sim ./...                           everything compiles
//	go test -tags sim ./host ./check/conform
//	go test -tags sim ./bench -run Simul
//	go test -tags sim ./designs/all -run Conformance
//
// Outside of a machine the words are plain variables, and Nanotime is 0. Tests that start
// schedulers without one are for the real host.
//
// # Limits
//
// Beneath the threads is still Go's runtime. Its garbage collector stops them. Its monitor
// takes a thread's runtime P away when the thread sleeps for long, which costs the thread a
// few hundred nanoseconds when it comes back.
package host
