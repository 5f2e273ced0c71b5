// Package gsync has the channels, locks and timers of Gs: [Chan] and [Select],
// [Mutex], [RWMutex], [Semaphore], [WaitGroup], [Cond]; [Sleep], [Timer], [Ticker].
// The same code serves all designs, because it stands on two calls of a G alone,
// ParkUnlock and Ready; timers on package rt' Timer besides. For the Gs of
// designs/native the same types are Go's own, at the price of one
// predictable branch; that is the only use of package sync here.
//
// Every method takes the calling G, which must be running, and begins with a
// safe point. Any G of the same scheduler may call it at any time, if its own
// comment does not say otherwise. An object must not be copied once used, and
// serves either native Gs or others, never both.
//
// # Waiting
//
// Each object has a host.Mutex, mu, which guards all its fields and is held for
// some tens of ns: never across a safe point. To wait and to end a wait are the
// two sides of one protocol:
//
//	who waits (G)                          who ends the wait
//	1. lock mu                             1. lock mu
//	2. look: if there is what it wants,    2. change the state; if that is what
//	   take it, unlock, done                  a waiter wants, take the first one
//	3. get on the wait queue                  off the queue and give it that
//	4. ParkUnlock: leave the stack, and    3. unlock mu
//	   only then unlock mu                 4. Ready(G)
//	5. run again: what it wanted is its
//
// Look and queue are one step under mu, and so are change and dequeue: either
// the change comes first, and the look finds it, or G is on the queue, and the
// change finds G (B38 and B41 separate the two). G is on the queue only once, and
// is off it before its one Ready. Since mu is unlocked after G has left its
// stack, whoever finds G on the queue may resume it (B06).
// Ready comes after the unlock, so that a scheduler's lock is never waited for
// under mu by those who end waits, and no object is touched after its Ready,
// which may let its last user go (B40).
//
// What is waited for is handed over: the waiter need not compete for it again,
// and nobody overtakes it. Mutex is the one exception, and says why.
//
// B06, B07 and so on are bugs of real schedulers, of which the checks keep
// re-created versions under these numbers.
//
// # Abandoned Gs
//
// A G that is abandoned when a failed scheduler closes runs its deferred calls,
// and any of them that would block ends there. One G after the other does so,
// on one thread, when all Ms have ended; so no mu is held by anybody else, and
// since a misuse panics only after the unlock, none stays held. What a deferred
// call hands to a G that is still on a wait queue is lost, which is harmless:
// neither will run again, and Ready, which knows that, does nothing.
package gsync

import (
	"fmt"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/queue"
)

// gs is a FIFO of waiting Gs, chained through the link that puts a runnable G
// on a run queue: a waiting one is on none.
type gs = queue.List[rt.G, *rt.G]

// readyAll ends the waits of all that were taken off a queue.
func readyAll(p rt.Parker, list *gs) {
	for gp := list.Get(); gp != nil; gp = list.Get() {
		p.Ready(gp)
	}
}

// forever blocks g on what cannot happen: a nil channel, a Select of none.
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
