package linear

import (
	"fmt"

	"schedlab/rt/queue"
)

// MaxRings is how many rings a state of type Rings has at most.
const MaxRings = 3

// Rings is the state of a set of rings with runnext, between which elements are stolen. It is the
// whole state of the specification [RingsOf].
//
// # Which specification fits
//
// The object is the set of rings, since one ring is not enough. A steal takes from one ring and
// puts into another, and its caller learns only one of the elements. The others follow from the
// victim's state, and must appear in the thief's ring in that order.
//
// A steal is not one operation of that object. It grabs with a CAS on the victim's head, and
// publishes with a store of its own tail. Between the two, the elements are in neither ring,
// and other threads may see both as empty. Two more calls are like that: a put with next takes
// the former runnext out of its slot and then puts it at the tail, and a drain takes runnext and
// then the ring. So each of these calls is two operations with one interval, always in the same
// order: Grab and Publish, Swap and Kick, TakeNext and Drain. Between the two, the elements are
// in the owner's hands.
//
// A thread that looks at a ring does not see what is in its owner's hands. In this, Empty and
// Len err towards "empty". It follows that Go's runqempty can report an empty queue although
// there always was a G in it. That happens if the owner takes the former runnext out of its
// slot, and before that G is at the tail a thief takes the new runnext.
//
// An overflow goes to another object, the sink, as a put of its own. Here the batch is an
// answer.
type Rings struct {
	Size int // capacity of each ring
	Ring [MaxRings]RingState
}

// RingState is the state of one ring.
type RingState struct {
	Items Seq  // the ring, head first
	Next  Elem // runnext
	Hands Seq  // what the owner holds between the two steps of a call
	Busy  bool // the owner is between the two steps of a call
}

// RingsOf is the specification of rings with size slots each.
//
// Some answers are weak:
//
//   - A steal may answer Lost if another operation overlaps it that can have moved something of
//     the victim. A Lost without such an operation is a violation.
//   - A steal may take fewer than half, but at least one: the thief computes half when it reads
//     the tail, and the owner may put more before the CAS.
//   - A steal with Next may take runnext although there is something in the ring, since that may
//     have come there after the thief found the ring empty.
//
// All other answers are strong, also Empty as the answer of a steal.
func RingsOf(size int) Spec[Rings] {
	return Spec[Rings]{Name: "rings", Init: Rings{Size: size}, Extra: checkLost}
}

// with returns s with another state of one ring.
func (s Rings) with(ring int, r RingState) Rings {
	s.Ring[ring] = r
	return s
}

// The operations of Rings. Ring is the index of the ring.
type (
	// RingPut puts In at the tail. If In is one element and the ring is full, half of the ring
	// and In become the overflow Over.
	RingPut struct {
		Ring int
		In   Seq
		Over Seq
	}
	// RingSwap is the first step of a put with next: X becomes runnext, and the former runnext
	// is in the owner's hands.
	RingSwap struct {
		Ring int
		X    Elem
	}
	// RingKick is the second step of a put with next: what is in the owner's hands, if
	// anything, goes to the tail.
	RingKick struct {
		Ring int
		Over Seq
	}
	// RingGet takes runnext (Inherit is true), or the head if there is no runnext. X is 0 if
	// there is neither.
	RingGet struct {
		Ring    int
		X       Elem
		Inherit bool
	}
	// RingGrab is the first step of a steal from Ring by the owner of ring Own, of half of the
	// elements and at most Max (0: no limit). N elements were taken. X is the last of them, and
	// the others are in the hands of Own's owner.
	RingGrab struct {
		Ring, Own int
		Next      bool
		Max       int
		X         Elem
		N         int
		Outcome   queue.Outcome
	}
	// RingPublish is the second step of a steal that took elements: what is in the owner's
	// hands goes to the tail.
	RingPublish struct{ Ring int }
	// RingTakeNext is the first step of a drain: runnext is in the owner's hands.
	RingTakeNext struct{ Ring int }
	// RingDrain is the second step of a drain: what is in the owner's hands, and then everything
	// in the ring, is taken out.
	RingDrain struct {
		Ring int
		Out  Seq
	}
	// RingLen answers with the number of elements, runnext included.
	RingLen struct{ Ring, N int }
	// RingEmpty answers whether there were no elements, runnext included.
	RingEmpty struct {
		Ring int
		Yes  bool
	}
)

// putTail is the step of a put at the tail.
func (s Rings) putTail(ring int, in, over Seq) (Rings, bool) {
	r := s.Ring[ring]
	if room := s.Size - r.Items.Len(); in.Len() <= room {
		r.Items += in
		return s.with(ring, r), over == ""
	}
	half := s.Size / 2
	allowed := in.Len() == 1 && over == r.Items.First(half)+in
	r.Items = r.Items.After(half)
	return s.with(ring, r), allowed
}

func (o RingPut) Step(s Rings) (Rings, bool) { return s.putTail(o.Ring, o.In, o.Over) }

func (o RingSwap) Step(s Rings) (Rings, bool) {
	r := s.Ring[o.Ring]
	allowed := !r.Busy
	r.Busy, r.Hands, r.Next = true, Of(r.Next), o.X
	return s.with(o.Ring, r), allowed
}

func (o RingKick) Step(s Rings) (Rings, bool) {
	r := s.Ring[o.Ring]
	if !r.Busy {
		return s, false
	}
	held := r.Hands
	r.Busy, r.Hands = false, ""
	return s.with(o.Ring, r).putTail(o.Ring, held, o.Over)
}

func (o RingGet) Step(s Rings) (Rings, bool) {
	r := s.Ring[o.Ring]
	switch {
	case r.Next != 0:
		allowed := o.X == r.Next && o.Inherit
		r.Next = 0
		return s.with(o.Ring, r), allowed
	case r.Items != "":
		allowed := o.X == r.Items.At(0) && !o.Inherit
		r.Items = r.Items.After(1)
		return s.with(o.Ring, r), allowed
	}
	return s, o.X == 0
}

func (o RingGrab) Step(s Rings) (Rings, bool) {
	r := s.Ring[o.Ring]
	switch o.Outcome {
	case queue.Lost:
		return s, true
	case queue.Empty:
		return s, r.Items == "" && (r.Next == 0 || !o.Next)
	}
	own := s.Ring[o.Own]
	switch {
	case own.Busy:
		return s, false
	case o.Next && o.N == 1 && o.X == r.Next:
		r.Next = 0
	case 1 <= o.N && o.N <= o.atMost(r.Items.Len()) && o.X == r.Items.At(o.N-1):
		own.Hands = r.Items.First(o.N - 1)
		r.Items = r.Items.After(o.N)
	default:
		return s, false
	}
	own.Busy = true
	return s.with(o.Ring, r).with(o.Own, own), true
}

// atMost returns how many of n elements o may take: half, rounded up, or Max if that is less.
func (o RingGrab) atMost(n int) int {
	half := (n + 1) / 2
	if o.Max > 0 {
		return min(half, o.Max)
	}
	return half
}

func (o RingPublish) Step(s Rings) (Rings, bool) { return RingKick{Ring: o.Ring}.Step(s) }

func (o RingTakeNext) Step(s Rings) (Rings, bool) { return RingSwap{Ring: o.Ring}.Step(s) }

func (o RingDrain) Step(s Rings) (Rings, bool) {
	r := s.Ring[o.Ring]
	allowed := r.Busy && o.Out == r.Hands+r.Items
	r.Busy, r.Hands, r.Items = false, "", ""
	return s.with(o.Ring, r), allowed
}

func (r RingState) len() int { return r.Items.Len() + Of(r.Next).Len() }

func (o RingLen) Step(s Rings) (Rings, bool)   { return s, s.Ring[o.Ring].len() == o.N }
func (o RingEmpty) Step(s Rings) (Rings, bool) { return s, (s.Ring[o.Ring].len() == 0) == o.Yes }

func (o RingPut) String() string {
	return fmt.Sprintf("put %v in %d%s", o.In, o.Ring, over(o.Over))
}
func (o RingSwap) String() string { return fmt.Sprintf("put %d as next of %d", o.X, o.Ring) }
func (o RingKick) String() string {
	return fmt.Sprintf("kick to tail of %d%s", o.Ring, over(o.Over))
}
func (o RingGet) String() string {
	return fmt.Sprintf("get of %d: %d inherit=%t", o.Ring, o.X, o.Inherit)
}
func (o RingGrab) String() string {
	return fmt.Sprintf("grab of %d for %d next=%t max=%d: %v n=%d x=%d",
		o.Ring, o.Own, o.Next, o.Max, o.Outcome, o.N, o.X)
}
func (o RingPublish) String() string  { return fmt.Sprintf("publish in %d", o.Ring) }
func (o RingTakeNext) String() string { return fmt.Sprintf("take next of %d", o.Ring) }
func (o RingDrain) String() string    { return fmt.Sprintf("drain of %d: %v", o.Ring, o.Out) }
func (o RingLen) String() string      { return fmt.Sprintf("len of %d: %d", o.Ring, o.N) }
func (o RingEmpty) String() string    { return fmt.Sprintf("empty of %d: %t", o.Ring, o.Yes) }

// over describes an overflow, if there is one.
func over(batch Seq) string {
	if batch == "" {
		return ""
	}
	return fmt.Sprintf(", overflow %v", batch)
}

// String describes a state for pictures.
func (s Rings) String() string {
	text := ""
	for i, r := range s.Ring {
		text += fmt.Sprintf("%d: next=%d %v hands=%v  ", i, r.Next, r.Items, r.Hands)
	}
	return text
}

// checkLost returns an error if a Lost overlaps no operation that can have moved something
// of the victim.
func checkLost(h History[Rings]) error {
	for i, e := range h {
		grab, ok := e.Op.(RingGrab)
		if ok && grab.Outcome == queue.Lost && !contested(h, i, grab.Ring) {
			return fmt.Errorf("client %d answered lost, but no operation that overlaps can have "+
				"changed the victim: %v", e.Client, grab)
		}
	}
	return nil
}

// contested says whether another client's operation that overlaps h[i] can have changed ring.
func contested(h History[Rings], i, ring int) bool {
	for j, other := range h {
		if j != i && other.Client != h[i].Client && other.overlaps(h[i]) && moves(other.Op, ring) {
			return true
		}
	}
	return false
}

// moves says whether op can have changed head, tail or runnext of ring.
func moves(op Op[Rings], ring int) bool {
	switch op := op.(type) {
	case RingPut:
		return op.Ring == ring
	case RingSwap:
		return op.Ring == ring
	case RingKick:
		return op.Ring == ring
	case RingGet:
		return op.Ring == ring && op.X != 0
	case RingGrab:
		return op.Ring == ring && op.Outcome == queue.Got || op.Own == ring && op.N > 1
	case RingDrain:
		return op.Ring == ring && op.Out != ""
	}
	return false
}
