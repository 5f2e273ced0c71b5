// Package host is what a scheduler stands on: threads, atomics, locks, notes,
// coroutine stacks, a clock, a random source and a network.
//
// It exists so that one source of a scheduler can run on several hosts. This
// is the only package of the tree through which scheduler state may reach sync
// or sync/atomic (a test in package check enforces it); designs name nothing
// but host's types, so a build tag can put a controlled host beneath them
// without a line of theirs changing.
//
// The nouns:
//
//   - Bool, Int32, Int64, Uint32, Uint64, Pointer: atomics. Sequentially
//     consistent, as Go's memory model promises.
//   - [Mutex] and [CountedMutex]: locks that sleep in futex(2) and count.
//   - [Note]: one-shot sleep and wakeup of a thread.
//   - [Stack]: a coroutine, which any thread may continue.
//   - [Go]: starts a thread. [Reserve]: sees to it that threads can run.
//   - [Nanotime], [Epoch], [Rand]: what differs from run to run.
//   - [Ticks], [OrderedTicks]: times of events, cheaper than Nanotime.
//   - [Poller]: which descriptors can be read or written again; [Listen],
//     [Accept], [Connect], [Read], [Write] and more: sockets that never block.
//   - [CallerPC]: who called, for a nanosecond.
//   - [Cap]: capacities that a checked build shrinks.
//
// # Why threads sleep in futex and not in channels
//
// A thread (an M of a scheduler) is a goroutine that Go's runtime never parks:
// when it has nothing to do it enters a system call and sleeps there, so what
// is measured is the design's own way of waking threads and not the scheduler
// beneath it. The call goes through syscall.Syscall6, which tells the runtime,
// so that a garbage collection need not wait for a sleeping thread; with
// RawSyscall the collector would wait for ever. Threads are not locked to
// their goroutine (runtime.LockOSThread), because the runtime refuses to move a
// coroutine between locked threads.
//
// # The host of the model
//
// With the build tag model this package stands on package explore: the atomics are
// steps that it orders, a [Mutex] and a [Note] have no inside ([FutexMutex] and
// [FutexNote], which they are on the real host, can be explored by themselves), time
// is virtual, a [Rand] is the explorer's choice, a [Cap] is small, and there is no
// [Poller]. What is exported is the same, which a test sees to. Nothing of it works
// outside of an exploration, so ordinary tests of what stands on this package are
// for the real host:
//
//	go vet -tags model ./...                everything compiles
//	go test -tags model ./check/model       the explorations of this module
//
// A program of one's own is explored by explore.Test in a test file behind the same
// tag; package check/model has examples. What is kept from one execution to the next
// must be a variable of this package's types or be made anew: a plain package
// variable that a program changes makes its executions differ.
//
// # Limits
//
// Beneath the threads is still Go's runtime: its garbage collector stops them,
// and its monitor takes a thread's runtime P away when the thread sleeps for
// long, which costs the thread a few hundred nanoseconds when it comes back.
package host
