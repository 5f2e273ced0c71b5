package queue

// Outcome is the answer of a steal.
type Outcome uint8

const (
	// Empty: at one moment of the call there was nothing to take.
	Empty Outcome = iota
	// Got: elements were taken.
	Got
	// Lost: another thread took or put in between, and nothing was taken. There may
	// be elements left: a thief that must not miss work tries again.
	Lost
)

func (o Outcome) String() string { return [...]string{"empty", "got", "lost"}[o] }

// Thief is the side of a [Ring] that any thread may use at any time, the owner
// included. [Ring.Thief] makes it, at no cost. The protocol is in Ring's comment.
type Thief[T any] struct {
	victim *Ring[T]
}

// Half is the limit of a steal that allows half of the victim's ring, rounded up. No
// steal takes more.
const Half = 0

// StealInto takes half of the victim's ring, rounded up, or max elements if that
// is less, from the head; max is at least 1, or [Half]. The last of them is
// returned, and the others go to the tail of own in one publication. n counts all.
//
// It leaves runnext alone. A thief that wants runnext, but lets the victim run it first,
// goes on with [Thief.Next] and [Thief.StealNext].
//
// It tries once: see [Lost]. own must be another Ring with room for half a ring,
// or StealInto panics. Executed only by the owner of own.
func (v Thief[T]) StealInto(own *Ring[T], max int) (x *T, n int, outcome Outcome) {
	x, n, outcome, _ = v.steal(own, max)
	return x, n, outcome
}

// StealAnyInto is StealInto, but if there was nothing in the ring it takes and returns
// runnext. It promises to try the ring first. It does not promise that the ring is still
// empty when it takes runnext.
func (v Thief[T]) StealAnyInto(own *Ring[T], max int) (x *T, n int, outcome Outcome) {
	x, n, outcome, seen := v.steal(own, max)
	if outcome == Empty {
		return v.lastResort(seen)
	}
	return x, n, outcome
}

// steal is StealInto. It also returns the victim's tail as it saw it.
func (v Thief[T]) steal(own *Ring[T], max int) (x *T, n int, outcome Outcome, seen uint32) {
	if own.Room() < int(ringSize()/2) {
		panic("queue: Thief.StealInto: the thief's ring has no room for half a ring")
	}
	t := own.tail.Load()
	h := v.victim.head.Load()
	seen = v.victim.tail.Load() // after head, so that equal means empty
	got := stealSize(seen-h, max)
	switch {
	case got == 0:
		return nil, 0, Empty, seen
	case !v.grab(own, t, h, got):
		return nil, 0, Lost, seen
	}
	if got > 1 {
		own.tail.Store(t + got - 1)
	}
	return own.load(t + got - 1), int(got), Got, seen
}

// stealSize is how many of n elements a steal takes.
func stealSize(n uint32, max int) uint32 {
	n -= n / 2
	if max != Half {
		n = min(n, uint32(max))
	}
	return n
}

// grab copies n elements from count h on into own's slots from t on, where no thread
// looks yet, and makes them the caller's with the CAS. It returns false if another
// thread moved the head.
func (v Thief[T]) grab(own *Ring[T], t, h, n uint32) bool {
	if n > ringSize()/2 {
		// Head and tail are not of one moment. The CAS would find out, but only
		// after own's elements have been overwritten.
		return false
	}
	for i := range n {
		own.store(t+i, v.victim.load(h+i))
	}
	return v.victim.head.CompareAndSwap(h, h+n)
}

// lastResort takes runnext. The ring was empty when its tail was seen. If the tail has
// not moved since, Empty is true for the moment of Next. If it has, the owner may have
// sent one runnext to the ring, behind our back, and taken the other.
func (v Thief[T]) lastResort(seen uint32) (*T, int, Outcome) {
	x := v.Next()
	switch {
	case x == nil && v.victim.tail.Load() == seen:
		return nil, 0, Empty
	case x != nil && v.StealNext(x):
		return x, 1, Got
	}
	return nil, 0, Lost
}

// Next returns runnext, or nil, and leaves it where it is. The element is not
// the caller's: it may only be handed to StealNext.
func (v Thief[T]) Next() *T { return v.victim.runnext.Load() }

// StealNext takes runnext if it is still x, and says whether it did. Between Next and
// StealNext a thief can wait for the victim to run its runnext itself. Go waits 3 µs if
// the victim is running. An element put there is often about to be run (a wakeup just
// before blocking), and to move it would cost more than it saves.
func (v Thief[T]) StealNext(x *T) bool { return v.victim.runnext.CompareAndSwap(x, nil) }

// Len returns the number of elements at one moment of the call, runnext included, but
// without those in hands: see 'Two moments'. It begins again when elements come or go
// meanwhile.
func (v Thief[T]) Len() int {
	for {
		h := v.victim.head.Load()
		t := v.victim.tail.Load()
		n := int(t - h)
		if v.Next() != nil {
			n++
		}
		if v.victim.tail.Load() == t && v.victim.head.Load() == h {
			return n
		}
	}
}

// Empty says whether there were no elements at one moment of the call, runnext included.
// It does not see those in hands: see 'Two moments'.
//
// One look at head, tail and runnext is not enough (Go CL 20858). Let there be one
// element in runnext, and none in the ring. After our look at the ring the owner may put
// another as runnext, which sends the first to the ring. Before our look at runnext it
// may take the second. So tail is read again. If it has not moved, nothing was put into
// the ring between the two reads. So an empty ring was empty all the time, also when
// runnext was read.
func (v Thief[T]) Empty() bool {
	for {
		h := v.victim.head.Load()
		t := v.victim.tail.Load()
		next := v.Next()
		if v.victim.tail.Load() == t {
			return h == t && next == nil
		}
	}
}
