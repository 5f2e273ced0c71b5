// Package gsync has the channels, locks and timers of Gs: [Chan] and [Select], [Mutex],
// [RWMutex], [Semaphore], [WaitGroup], [Cond]; [Sleep], [Timer], [Ticker]. The same code serves
// all designs. It stands on ParkUnlock and Ready of an rt.Parker, and its timers on rt.Timer.
// For the Gs of designs/native the same types are Go's own, at the price of one predictable
// branch; package sync is used for nothing else here.
//
// Every method takes the calling G, which must be running, and begins with a safe point. Any G
// of the same scheduler may call it at any time, unless its own comment says otherwise. An
// object must not be copied once it was used. It serves either native Gs or others, never both.
//
// # Waiting
//
// Each object has a host.Mutex, mu, which guards all its fields. It is held for some tens of ns,
// and never across a safe point. To wait and to end a wait are the two sides of one protocol:
//
//	G that waits                           G that ends the wait
//	1. lock mu                             1. lock mu
//	2. look: if there is what it wants,    2. change the state; if that is what
//	   take it, unlock, done                  a waiter wants, take the first one
//	3. get on the wait queue                  off the queue and give it that
//	4. ParkUnlock: leave the stack, and    3. unlock mu
//	   only then unlock mu                 4. Ready the waiter
//	5. run again: what it wanted is its
//
// No wakeup is lost. Look and queue are one step under mu, and so are change and dequeue. If the
// change comes first, the look finds it. If the look comes first, the change finds the waiter on
// the queue. (A semaphore of Kotlin's coroutines, issue 4528, and crossbeam's channels, commit
// 9178ce15, took the two apart.)
//
// No wakeup comes twice or early. A waiter is on the queue once, and off it before its one
// Ready. And mu is unlocked only after it has left its stack, so the G that finds it on the
// queue may resume it. (Go issue 13363 and Julia issue 31619 published the waiter before.)
//
// Ready comes after the unlock. So nobody waits under mu for a scheduler's lock in order to end
// a wait. And no object is touched after its Ready, which may let its last user go. (A latch of
// rayon was; issue 740.)
//
// What a G waited for is handed over: it need not compete for it again, and no other G overtakes
// it. Mutex is the one exception, and says why.
//
// # Abandoned Gs
//
// A G that is abandoned when a failed scheduler closes runs its deferred calls. Any of them that
// would block ends there. The abandoned Gs do so one after the other, on one thread, when all Ms
// have ended. So no other G holds a mu then, and none stays held, since a misuse panics only
// after the unlock. What a deferred call hands to a G that is still on a wait queue is lost. That
// is harmless: neither G will run again, and Ready, which knows that, does nothing.
package gsync

import (
	"fmt"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/queue"
)

// gs is a FIFO of waiting Gs, chained through the link that puts a runnable G on a run queue. A
// waiting G is on no run queue.
type gs = queue.List[rt.G, *rt.G]

// readyAll ends the waits of all that were taken off a queue.
func readyAll(p rt.Parker, list *gs) {
	for gp := list.Get(); gp != nil; gp = list.Get() {
		p.Ready(gp)
	}
}

// forever blocks g on what cannot happen: a nil channel, or a Select without cases.
func forever(g *rt.G, reason rt.WaitReason) {
	g.Checkpoint()
	p, mu := g.Parker(), new(host.Mutex)
	p.Lock(mu)
	p.ParkUnlock(reason, mu)
	throw("forever: a G that waits for nothing was readied")
}

// throw reports a misuse, as Go's own types do: by a panic.
func throw(format string, args ...any) {
	panic("gsync: " + fmt.Sprintf(format, args...))
}
