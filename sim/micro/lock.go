package micro

import "schedlab/sim"

// Lock is a lock that a thread takes with a node of its own.
type Lock interface {
	Lock(*Node)
	Unlock(*Node)
}

// Node is what a thread brings along to wait on. It is used for one lock at a time.
type Node struct {
	next   sim.Pointer[Node]
	locked sim.Uint32 // 1: the thread waits
}

// Kinds is the table of the locks of this package.
var Kinds = []struct {
	Name string
	New  func() Lock
}{
	{"spin", func() Lock { return &Spin{} }},
	{"ticket", func() Lock { return &Ticket{} }},
	{"queue", func() Lock { return &Queue{} }},
	{"futex", func() Lock { return &Futex{Spins: 40} }},
}

// forever is more looks than a test makes.
const forever = 1 << 30

// Spin is a lock whose waiters look at its word until it is free, and then try to swap it:
// test-and-test-and-set.
type Spin struct{ word sim.Uint32 }

// Lock takes l.
func (l *Spin) Lock(*Node) { l.word.AwaitSwap(0, 1, forever, 1) }

// Unlock releases l.
func (l *Spin) Unlock(*Node) { l.word.Store(0) }

// Ticket is a lock that is taken in the order of tickets. All waiters look at one word.
type Ticket struct{ next, serves sim.Uint32 }

// Lock takes l.
func (l *Ticket) Lock(*Node) {
	mine := l.next.Add(1) - 1
	l.serves.Await(mine, forever, 1)
}

// Unlock releases l. The holder alone writes the word, so it needs no addition in one step.
func (l *Ticket) Unlock(*Node) { l.serves.Store(l.serves.Load() + 1) }

// Queue is a lock whose waiters form a queue, in which each looks at a word of its own
// (Mellor-Crummey and Scott 1991).
type Queue struct{ tail sim.Pointer[Node] }

// Lock takes l.
func (l *Queue) Lock(n *Node) {
	n.next.Store(nil)
	n.locked.Store(1)
	if before := l.tail.Swap(n); before != nil {
		before.next.Store(n)
		n.locked.Await(0, forever, 1)
	}
}

// Unlock releases l.
func (l *Queue) Unlock(n *Node) {
	next := n.next.Load()
	if next == nil {
		if l.tail.CompareAndSwap(n, nil) {
			return
		}
		for next == nil { // it has swapped tail, and is about to say who it is
			sim.Pause(1)
			next = n.next.Load()
		}
	}
	next.locked.Store(0)
}

// Futex is a lock whose waiters sleep, after so many looks: the protocol of FutexMutex of package
// host.
type Futex struct {
	Spins int
	word  sim.Uint32
}

const (
	free = iota
	held
	contended // held, and a thread may sleep
)

// Lock takes l.
func (l *Futex) Lock(*Node) {
	if l.word.CompareAndSwap(free, held) || l.word.AwaitSwap(free, held, l.Spins, 8) {
		return
	}
	for l.word.Swap(contended) != free {
		l.word.Wait(contended, -1)
	}
}

// Unlock releases l.
func (l *Futex) Unlock(*Node) {
	if l.word.Swap(free) == contended {
		l.word.Wake()
	}
}
