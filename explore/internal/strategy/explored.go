package strategy

import "math"

// explored is a set of what has been explored: of traces, each with the preemptions that
// were left there. It is a hash table, of buckets that fill one or two cache lines. When a
// bucket is full the table doubles. When it may not grow any more, something else is
// forgotten, and may be explored again.
//
// A trace is told from others by 96 bits of its hash.
type explored struct {
	slots  []slot
	most   int  // slots, at most; 0: nothing is kept
	forgot bool // something was forgotten
}

// slot is a trace. Everything below it has been explored with less than free preemptions,
// whichever thread takes the next step, even if that is no preemption. If a thread of lasts
// took the last step and goes on, also with free preemptions.
type slot struct {
	key   uint64
	check uint32
	free  uint16
	lasts uint16 // threads, a bit each: see lastBit
}

const (
	slotBytes = 16
	bucket    = 8 // slots
)

// nobody is the last thread where to switch is free.
const nobody = -1

// lastBit is the bit of thread last in slot.lasts. Of threads with large ids and of nobody
// it is 0.
func lastBit(last int32) uint16 { return uint16(1) << uint32(last) }

// covers says whether everything below s has been explored with so many preemptions, if
// last took the last step.
func (s *slot) covers(last int32, left uint16) bool {
	return left < s.free || left == s.free && s.lasts&lastBit(last) != 0
}

// add notes that everything below s is explored with so many preemptions.
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

// within returns left as a slot holds it. A smaller number claims less.
func within(left int) uint16 { return uint16(min(left, math.MaxUint16-1)) }

// bucketOf returns the slots among which h stands, if it is there.
func (x *explored) bucketOf(h hash) []slot {
	at := int(h.a) & (len(x.slots) - 1) &^ (bucket - 1)
	return x.slots[at : at+bucket]
}

// covers says whether everything below the trace h has been explored.
func (x *explored) covers(h hash, last int32, left int) bool {
	if len(x.slots) == 0 {
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

// visit says whether everything below the trace h has been explored. Otherwise it will be,
// and is noted.
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
