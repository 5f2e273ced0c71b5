package queue_test

import (
	"testing"

	"schedlab/rt/queue"
)

// discard is an Overflow for benchmarks.
type discard struct{}

func (discard) PutBatch([]*elem) {}

// BenchmarkQueue is the cost of one operation, or pair of operations, without
// contention: what a queue costs a thread that is alone with it.
//
//	putget    one in, one out
//	spawn     one in as the next to run, one out: go f() whose G runs soon
//	overflow  per element put into a ring that is full again and again
//	steal     per element stolen out of a full ring
//	empty     a look at an empty queue
func BenchmarkQueue(b *testing.B) {
	for _, s := range subjects {
		b.Run("queue="+s.name+"/op=putget", func(b *testing.B) { benchPutGet(b, s.make(1)) })
		b.Run("queue="+s.name+"/op=empty", func(b *testing.B) { benchEmpty(b, s.make(1)) })
	}
	b.Run("queue=ring-alone/op=putget", benchRing)
	b.Run("queue=ring-alone/op=spawn", benchRingNext)
	b.Run("queue=ring-alone/op=overflow", benchOverflow)
	b.Run("queue=ring-alone/op=steal", benchSteal)
	b.Run("queue=list-alone/op=putget", benchList)
}

func benchPutGet(b *testing.B, q subject) {
	b.ReportAllocs()
	x := &elem{}
	for b.Loop() {
		q.put(0, x)
		q.get(0)
	}
}

func benchEmpty(b *testing.B, q subject) {
	for b.Loop() {
		q.empty()
	}
}

func benchRing(b *testing.B) {
	r, x, over := &ring{}, &elem{}, discard{}
	for b.Loop() {
		r.Put(x, over)
		r.Get()
	}
}

func benchRingNext(b *testing.B) {
	r, x, over := &ring{}, &elem{}, discard{}
	for b.Loop() {
		r.PutNext(x, over)
		r.Get()
	}
}

func benchList(b *testing.B) {
	q, x := &list{}, &elem{}
	for b.Loop() {
		q.Put(x)
		q.Get()
	}
}

func benchOverflow(b *testing.B) {
	r, x := &ring{}, &elem{}
	over := queue.Overflow[elem](discard{})
	for b.Loop() {
		r.Put(x, over)
	}
}

// benchSteal steals half of a full ring at a time and counts elements.
func benchSteal(b *testing.B) {
	victim, own, over := &ring{}, &ring{}, discard{}
	all := elements(0, queue.RingSize)
	left := 0
	for b.Loop() {
		if left == 0 {
			b.StopTimer()
			own.Drain(over)
			victim.Drain(over)
			victim.PutBatch(all)
			b.StartTimer()
			_, left, _ = victim.Thief().StealInto(own, queue.Half)
		}
		left--
	}
}
