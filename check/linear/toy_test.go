package linear_test

import "schedlab/rt/queue"

// toy is a ring of toySize slots and runnext in the simplest form. It has one thread and plain
// memory, and pauses between any two atomic steps, so that another client can do a step there.
// Its field fault chooses one of the known ways to get such a ring wrong.
type toy struct {
	head, tail uint32
	next       *item
	slots      [toySize]*item
	fault      fault
	pause      func()
}

const toySize = 4

// fault says what is wrong with a toy.
type fault string

const (
	correct         fault = "correct"
	slotAfterTail   fault = "the slot is written after the tail is published"
	getWithoutCAS   fault = "get stores the head without comparing"
	getAtTail       fault = "get takes at the tail"
	copyAfterCAS    fault = "grab copies after its CAS"
	grabWithoutCAS  fault = "grab stores the head without comparing"
	grabAll         fault = "grab takes everything"
	ignoreMax       fault = "grab ignores its limit"
	forgetPublish   fault = "steal keeps what it should publish"
	lostAlone       fault = "steal answers lost at once"
	emptyByHalf     fault = "steal answers empty for a ring of one"
	nextNotCleared  fault = "runnext is stolen and stays"
	nextUnseen      fault = "the last resort does not look at the tail again"
	emptyNoReread   fault = "empty does not look at the tail again"
	lenWithoutNext  fault = "len does not count runnext"
	overflowLoses   fault = "overflow loses the new element"
	overflowWrong   fault = "overflow takes the half at the tail"
	kickLoses       fault = "put with next drops the former runnext"
	drainForgets    fault = "drain leaves runnext"
	drainWithoutCAS fault = "drain stores the head without comparing"
)

func (r *toy) slot(i uint32) **item { return &r.slots[i%toySize] }

func (r *toy) Room() int { return toySize - int(r.tail-r.head) }

func (r *toy) PutNext(x *item, over queue.Overflow[item]) {
	if x, r.next = r.next, x; x == nil || r.fault == kickLoses {
		return
	}
	r.pause()
	r.Put(x, over)
}

func (r *toy) Put(x *item, over queue.Overflow[item]) {
	for {
		h := r.head
		r.pause()
		if r.tail-h < toySize {
			r.putTail(x)
			return
		}
		if r.spill(h, x, over) {
			return
		}
	}
}

// putTail puts x at the tail, for which there is room.
func (r *toy) putTail(x *item) {
	if r.fault == slotAfterTail {
		r.tail++
		r.pause()
		*r.slot(r.tail - 1) = x
		return
	}
	*r.slot(r.tail) = x
	r.pause()
	r.tail++
}

// spill puts half of the full ring and x into over, unless the head is no longer h.
func (r *toy) spill(h uint32, x *item, over queue.Overflow[item]) bool {
	from := h
	if r.fault == overflowWrong {
		from += toySize / 2
	}
	batch := []*item{}
	for i := range uint32(toySize / 2) {
		batch = append(batch, *r.slot(from + i))
	}
	r.pause()
	if r.head != h {
		return false
	}
	r.head += toySize / 2
	if r.fault != overflowLoses {
		batch = append(batch, x)
	}
	over.PutBatch(batch)
	return true
}

func (r *toy) PutBatch(batch []*item) {
	for i, x := range batch {
		*r.slot(r.tail + uint32(i)) = x
	}
	r.pause()
	r.tail += uint32(len(batch))
}

// takeNext takes runnext out, if there is one.
func (r *toy) takeNext() *item {
	x := r.next
	if x == nil {
		return nil
	}
	r.pause()
	x, r.next = r.next, nil
	return x
}

func (r *toy) Get() (*item, bool) {
	if x := r.takeNext(); x != nil {
		return x, true
	}
	for {
		h := r.head
		if r.tail == h {
			return nil, false
		}
		if r.fault == getAtTail {
			r.tail--
			return *r.slot(r.tail), false
		}
		x := *r.slot(h)
		r.pause()
		if r.head == h || r.fault == getWithoutCAS {
			r.head = h + 1
			return x, false
		}
	}
}

func (r *toy) Drain(to queue.Overflow[item]) int {
	all := []*item{}
	if r.fault != drainForgets {
		if x := r.takeNext(); x != nil {
			all = append(all, x)
		}
	}
	h := r.head
	for {
		r.pause()
		if r.head == h || r.fault == drainWithoutCAS {
			break
		}
		h = r.head
	}
	for r.head = r.tail; h != r.tail; h++ {
		all = append(all, *r.slot(h))
	}
	to.PutBatch(all)
	return len(all)
}

// stealToy is the thief's side. The ring own has the same fault as the victim r.
func stealToy(r, own *toy, takeNext bool, max int) (*item, int, queue.Outcome) {
	h := r.head
	r.pause()
	seen := r.tail
	n := r.stealSize(seen-h, max)
	switch {
	case r.fault == lostAlone:
		return nil, 0, queue.Lost
	case n == 0 && takeNext:
		return r.lastResort(seen)
	case n == 0:
		return nil, 0, queue.Empty
	case n > toySize/2 && r.fault != grabAll || !r.grab(own, h, n):
		return nil, 0, queue.Lost
	}
	x := *own.slot(own.tail + n - 1)
	r.pause()
	if r.fault != forgetPublish {
		own.tail += n - 1
	}
	return x, int(n), queue.Got
}

// stealSize returns how many of n elements a thief takes.
func (r *toy) stealSize(n uint32, max int) uint32 {
	switch r.fault {
	case grabAll:
		return n
	case emptyByHalf:
		return n / 2
	}
	n -= n / 2
	if max > 0 && r.fault != ignoreMax {
		n = min(n, uint32(max))
	}
	return n
}

// grab copies n elements from the head h on to own, and commits, unless the head is no longer h.
func (r *toy) grab(own *toy, h, n uint32) bool {
	copyOut := func() {
		for i := range n {
			*own.slot(own.tail + i) = *r.slot(h + i)
		}
	}
	if r.fault != copyAfterCAS {
		copyOut()
	}
	r.pause()
	if r.head != h && r.fault != grabWithoutCAS {
		return false
	}
	r.head = h + n
	if r.fault == copyAfterCAS {
		r.pause()
		copyOut()
	}
	return true
}

// lastResort takes runnext for a thief that has found the ring empty, with its tail at seen.
func (r *toy) lastResort(seen uint32) (*item, int, queue.Outcome) {
	r.pause()
	x := r.next
	r.pause()
	if x == nil {
		if r.tail == seen || r.fault == nextUnseen {
			return nil, 0, queue.Empty
		}
		return nil, 0, queue.Lost
	}
	if r.next != x {
		return nil, 0, queue.Lost
	}
	if r.fault != nextNotCleared {
		r.next = nil
	}
	return x, 1, queue.Got
}

// look reads head, tail and runnext again until they are of one moment.
func (r *toy) look() (n int, next bool) {
	for {
		h := r.head
		r.pause()
		t := r.tail
		r.pause()
		next := r.next != nil
		r.pause()
		if r.fault == emptyNoReread || r.tail == t && r.head == h {
			return int(t - h), next
		}
	}
}

func (r *toy) Len() int {
	n, next := r.look()
	if next && r.fault != lenWithoutNext {
		n++
	}
	return n
}

func (r *toy) Empty() bool {
	n, next := r.look()
	return n == 0 && !next
}
