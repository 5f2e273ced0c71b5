package linear

import (
	"math/rand/v2"
	"testing"

	"schedlab/explore"
	"schedlab/rt/queue"
)

func init() { explore.Wrapper() }

// RingQueue is the owner's side of a ring under test, as [queue.Ring] has it.
type RingQueue interface {
	Put(x *Item, over queue.Overflow[Item])
	PutNext(x *Item, over queue.Overflow[Item])
	PutBatch(batch []*Item)
	Room() int
	Get() (x *Item, inherit bool)
	Drain(to queue.Overflow[Item]) int
	Len() int
	Empty() bool
}

// Steal is the thief's side: [queue.Thief.StealInto] with the victim first, or, with
// takeNext, [queue.Thief.StealAnyInto].
type Steal[R RingQueue] func(victim, own R, takeNext bool, max int) (*Item, int, queue.Outcome)

// RingOwner owns one ring of a set. For one thread, it does operations on that ring, steals from
// the others, and records all that.
type RingOwner[R RingQueue] struct {
	c     *Client[Rings]
	rings []R
	me    int
	size  int
	steal Steal[R]
	make  maker
	over  overflow
}

// overflow is the owner's sink. It keeps the names of what came since the last take.
type overflow struct{ all Seq }

func (o *overflow) PutBatch(batch []*Item) { o.all += ids(batch...) }

func (o *overflow) take() Seq {
	all := o.all
	o.all = ""
	return all
}

// NewRingOwner returns the owner of rings[me], which is client me of rec. The rings have size
// slots.
func NewRingOwner[R RingQueue](
	rec *Recorder[Rings], rings []R, me, size int, steal Steal[R],
) *RingOwner[R] {
	return &RingOwner[R]{
		c: rec.Client(me), rings: rings, me: me, size: size, steal: steal, make: newMaker(me),
	}
}

// Put puts a new item.
func (o *RingOwner[R]) Put() {
	x := o.make.item()
	at := o.c.Call()
	o.rings[o.me].Put(x, &o.over)
	o.c.Return(at, RingPut{o.me, ids(x), o.over.take()})
}

// PutNext puts a new item as runnext.
func (o *RingOwner[R]) PutNext() {
	x := o.make.item()
	at := o.c.Call()
	o.rings[o.me].PutNext(x, &o.over)
	o.c.Return(at, RingSwap{o.me, x.ID}, RingKick{o.me, o.over.take()})
}

// PutBatch puts n new items, or as many as there is room for.
func (o *RingOwner[R]) PutBatch(n int) {
	batch := o.make.items(max(0, min(n, o.rings[o.me].Room())))
	at := o.c.Call()
	o.rings[o.me].PutBatch(batch)
	o.c.Return(at, RingPut{Ring: o.me, In: ids(batch...)})
}

// Get gets an item and says whether there was one.
func (o *RingOwner[R]) Get() bool {
	at := o.c.Call()
	x, inherit := o.rings[o.me].Get()
	o.c.Return(at, RingGet{o.me, name(x), inherit})
	return x != nil
}

// Steal steals from ring victim, unless the own ring has no room for half of a full one.
func (o *RingOwner[R]) Steal(victim int, takeNext bool, max int) {
	if o.rings[o.me].Room() < o.size/2 {
		return
	}
	at := o.c.Call()
	x, n, outcome := o.steal(o.rings[victim], o.rings[o.me], takeNext, max)
	grab := RingGrab{Ring: victim, Own: o.me, Next: takeNext, Max: max, N: n, Outcome: outcome}
	if outcome != queue.Got {
		o.c.Return(at, grab)
		return
	}
	grab.X = name(x)
	o.c.Return(at, grab, RingPublish{o.me})
}

// Drain takes everything out of the own ring.
func (o *RingOwner[R]) Drain() {
	at := o.c.Call()
	o.rings[o.me].Drain(&o.over)
	o.c.Return(at, RingTakeNext{o.me}, RingDrain{o.me, o.over.take()})
}

// Len asks for the length of a ring.
func (o *RingOwner[R]) Len(ring int) {
	at := o.c.Call()
	n := o.rings[ring].Len()
	o.c.Return(at, RingLen{ring, n})
}

// Empty asks whether a ring is empty.
func (o *RingOwner[R]) Empty(ring int) {
	at := o.c.Call()
	yes := o.rings[ring].Empty()
	o.c.Return(at, RingEmpty{ring, yes})
}

// any does an operation at random. Now and then it fills the ring, so that there are overflows and
// steals of many elements.
func (o *RingOwner[R]) any(rng *rand.Rand) {
	other := rng.IntN(len(o.rings) - 1)
	if other >= o.me {
		other++
	}
	switch op := rng.IntN(40); {
	case op < 8:
		o.Put()
	case op < 16:
		o.PutNext()
	case op < 24:
		o.Get()
	case op < 34:
		o.Steal(other, op%2 == 0, op%3)
	case op == 34:
		o.Drain()
	case op == 35:
		o.PutBatch(o.size)
	case op < 38:
		o.Len(other)
	default:
		o.Empty(other)
	}
}

// StressRings checks the rings that fresh makes, with size slots each, in sets of 2 to [MaxRings].
func StressRings[R RingQueue](t testing.TB, plan Plan, size int, fresh func() R, steal Steal[R]) {
	t.Helper()
	for n := 2; n <= MaxRings; n++ {
		Stress(t, RingsOf(size), plan, func() Subject[Rings] {
			rec, rings, owners := NewRecorder[Rings](n), []R{}, []*RingOwner[R]{}
			for range n {
				rings = append(rings, fresh())
			}
			s := Subject[Rings]{Recorder: rec}
			for i := range n {
				owners = append(owners, NewRingOwner(rec, rings, i, size, steal))
				s.Workers = append(s.Workers, owners[i].any)
			}
			s.Settle = func() {
				for _, o := range owners {
					o.Drain()
				}
			}
			return s
		})
	}
}
