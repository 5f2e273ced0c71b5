package strategy

import "math"

// explored is a set of traces. What follows them has been explored, with so many preemptions
// as stand beside them. It is a hash table of buckets. If a bucket is full the table doubles.
// If it may not grow, something else is forgotten, and will be explored again.
//
// Traces are told apart by 96 bits of their hashes. Two that are alike by chance would be taken
// for one, and something left out. Among 2^32 traces the probability of that is 2^-33.
type explored struct {
	slots  []slot
	most   int  // slots, at most; 0: nothing is kept
	forgot bool // something was forgotten
}

// slot is a trace. What follows has been explored with fewer than free preemptions, whichever
// thread goes on, even if to switch to it is free. It has been explored with free preemptions
// if a thread of lasts took the last step and can go on.
type slot struct {
	key   uint64
	check uint32
	free  uint16
	lasts uint16 // a bit for each thread: see lastBit
}

const (
	slotBytes = 16
	bucket    = 8 // slots, which are two cache lines
)

// nobody stands for the last thread where it cannot go on: every switch is free.
const nobody = -1

// lastBit returns the bit of thread last in slot.lasts. For large ids, and for nobody, that
// is 0.
func lastBit(last int32) uint16 { return uint16(1) << uint32(last) }

// covers says whether what follows s has been explored with so many preemptions, where last
// can go on.
func (s *slot) covers(last int32, left uint16) bool {
	return left < s.free || left == s.free && s.lasts&lastBit(last) != 0
}

// add notes that what follows s is explored with so many preemptions, where last can go on.
func (s *slot) add(last int32, left uint16) {
	free, bit := left, lastBit(last)
	if last == nobody {
		free++
	}
	if free > s.free {
		s.free, s.lasts = free, 0
	}
	if free == s.free {
		s.lasts |= bit
	}
}

func (s *slot) used() bool { return s.free > 0 || s.lasts != 0 }

func (s *slot) is(h hash) bool { return s.key == h.a && s.check == uint32(h.b) && s.used() }

// within returns left as a slot holds it. A smaller number than left promises less.
func within(left int) uint16 { return uint16(min(left, math.MaxUint16-1)) }

// bucketOf returns the slots among which h stands, if it is there.
func (x *explored) bucketOf(h hash) []slot {
	at := int(h.a) & (len(x.slots) - 1) &^ (bucket - 1)
	return x.slots[at : at+bucket]
}

// covers says whether what follows the trace h has been explored. none stands for a trace that is
// not known.
func (x *explored) covers(h hash, last int32, left int) bool {
	if len(x.slots) == 0 || h == none {
		return false
	}
	b := x.bucketOf(h)
	for i := range b {
		if s := &b[i]; s.is(h) {
			return s.covers(last, within(left))
		}
	}
	return false
}

// visit says whether what follows the trace h has been explored. If not, that is done now, and
// noted.
func (x *explored) visit(h hash, last int32, left int) (known bool) {
	if x.most == 0 {
		return false
	}
	s := x.slotOf(h)
	if !s.is(h) {
		*s = slot{key: h.a, check: uint32(h.b)}
	} else if s.covers(last, within(left)) {
		return true
	}
	s.add(last, within(left))
	return false
}

// slotOf returns the slot of h, or else one that h may have.
func (x *explored) slotOf(h hash) *slot {
	for len(x.slots) > 0 {
		b := x.bucketOf(h)
		least := &b[0]
		for i := range b {
			s := &b[i]
			if s.is(h) {
				return s
			}
			if !s.used() || least.used() && s.free < least.free {
				least = s
			}
		}
		if !least.used() {
			return least
		}
		if 2*len(x.slots) > x.most {
			x.forgot = true
			return least
		}
		x.grow()
	}
	x.slots = make([]slot, bucket)
	return x.slotOf(h)
}

// grow doubles the table: of each bucket some slots go into the bucket that is new.
func (x *explored) grow() {
	old := x.slots
	x.slots = make([]slot, 2*len(old))
	for at := 0; at < len(old); at += bucket {
		var n [2]int
		for _, s := range old[at : at+bucket] {
			if s.used() {
				side := 0
				if int(s.key)&len(old) != 0 {
					side = 1
				}
				x.slots[at+side*len(old)+n[side]] = s
				n[side]++
			}
		}
	}
}
