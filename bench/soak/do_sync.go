package main

import (
	"sync/atomic"

	"schedlab/rt/gsync"
)

// marks counts, for each value, how often it was received.
type marks []atomic.Int32

func (m marks) check(x *actor, part string) {
	for v := range m {
		if n := m[v].Load(); n != 1 {
			x.p.fault("%s: value %d was received %d times; it was sent once", part, v, n)
			return
		}
	}
}

// passValues has Gs that send and Gs that receive. Each value must arrive once.
func passValues(x *actor) {
	senders, receivers, each := x.upTo(6), x.upTo(6), x.many(500)
	c := gsync.NewChan[int](x.g, []int{0, 0, 1, 7, 100}[x.rnd.IntN(5)])
	got := make(marks, senders*each)
	var sending atomic.Int32
	sending.Store(int32(senders))
	x.crew(senders+receivers, func(x *actor, i int) {
		if i >= senders {
			receive(x, c, got)
			return
		}
		for k := range each {
			send(x, c, i*each+k)
		}
		if sending.Add(-1) == 0 {
			c.Close(x.g)
		}
	})
	got.check(x, "chan")
}

func send(x *actor, c *gsync.Chan[int], v int) {
	if x.oneIn(32) {
		x.lull()
	}
	if !x.oneIn(8) || !c.TrySend(x.g, v) {
		c.Send(x.g, v)
	}
}

// receive receives until c is closed.
func receive(x *actor, c *gsync.Chan[int], got marks) {
	for {
		v, ok := c.Recv(x.g)
		if !ok {
			return
		}
		got[v].Add(1)
		x.did(countChans)
	}
}

// selectValues does the same over several channels, by Select. One more channel tells the
// receivers that no value will come any more.
func selectValues(x *actor) {
	senders, receivers, each := x.upTo(4), x.upTo(4), x.many(200)
	over := gsync.NewChan[int](x.g, 0)
	chans := make([]*gsync.Chan[int], x.upTo(5))
	for i := range chans {
		chans[i] = gsync.NewChan[int](x.g, x.rnd.IntN(3))
	}
	got := make(marks, senders*each)
	var left atomic.Int32
	left.Store(int32(len(got)))
	x.crew(senders+receivers, func(x *actor, i int) {
		if i >= senders {
			selectAll(x, chans, over, got, &left)
			return
		}
		for k := range each {
			selectSend(x, chans, i*each+k)
		}
	})
	got.check(x, "select")
}

// selectSend sends v to one of chans, out of up to three cases.
func selectSend(x *actor, chans []*gsync.Chan[int], v int) {
	cases := make([]gsync.Case, 0, 3)
	for range x.upTo(3) {
		cases = append(cases, chans[x.rnd.IntN(len(chans))].OnSend(v))
	}
	if x.oneIn(16) {
		x.lull()
	}
	i := gsync.Select(x.g, cases...)
	x.check(i >= 0 && i < len(cases), "select: case %d of %d", i, len(cases))
	x.did(countSelects)
}

// selectAll receives until all values have been received. The G that receives the last one
// tells the others.
func selectAll(
	x *actor, chans []*gsync.Chan[int], over *gsync.Chan[int], got marks, left *atomic.Int32,
) {
	v, ok := -1, false
	cases := []gsync.Case{over.OnRecv(nil, nil)}
	for _, c := range chans {
		cases = append(cases, c.OnRecv(&v, &ok))
	}
	for {
		i := -1
		if x.oneIn(4) {
			i = gsync.SelectOrDefault(x.g, cases...)
		}
		if i < 0 {
			i = gsync.Select(x.g, cases...)
		}
		x.did(countSelects)
		if i == 0 {
			return
		}
		x.check(ok && v >= 0, "select: case %d received %d, %t", i, v, ok)
		got[v].Add(1)
		v, ok = -1, false
		if left.Add(-1) == 0 {
			over.Close(x.g)
		}
	}
}

// exclude has Gs that change plain memory under a Mutex.
func exclude(x *actor) {
	var mu gsync.Mutex
	n, gs, each := 0, x.upTo(10), x.many(500)
	x.crew(gs, func(x *actor, _ int) {
		for range each {
			if !x.oneIn(4) || !mu.TryLock(x.g) {
				mu.Lock(x.g)
			}
			was := n
			if x.oneIn(16) {
				x.lull()
			}
			n = was + 1
			mu.Unlock(x.g)
			x.did(countMutexes)
		}
	})
	x.check(n == gs*each, "mutex: counted to %d; %d Gs added %d each", n, gs, each)
}

// readAndWrite has writers that keep two numbers equal under a RWMutex.
func readAndWrite(x *actor) {
	var mu gsync.RWMutex
	var a, b, writes int
	var expected atomic.Int64
	each := x.many(200)
	x.crew(x.upTo(10), func(x *actor, _ int) {
		for range each {
			if x.oneIn(4) {
				mu.Lock(x.g)
				a++
				x.lull()
				b++
				writes++
				mu.Unlock(x.g)
				expected.Add(1)
			} else {
				mu.RLock(x.g)
				was := a
				if x.oneIn(8) {
					x.lull()
				}
				x.check(a == b && a == was,
					"rwmutex: a reader sees %d, then %d and %d", was, a, b)
				mu.RUnlock(x.g)
			}
			x.did(countRWMutexes)
		}
	})
	x.check(int64(writes) == expected.Load(),
		"rwmutex: %d writes are left of %d", writes, expected.Load())
}

// limit has Gs that pass a Semaphore, which must let in no more than it has permits.
func limit(x *actor) {
	permits := x.upTo(4)
	s := gsync.NewSemaphore(x.g, permits)
	var inside atomic.Int32
	each := x.many(200)
	x.crew(permits+x.upTo(8), func(x *actor, _ int) {
		for range each {
			if !x.oneIn(4) || !s.TryAcquire(x.g) {
				s.Acquire(x.g)
			}
			n := inside.Add(1)
			x.check(int(n) <= permits, "semaphore: %d are inside; there are %d permits", n, permits)
			if x.oneIn(8) {
				x.lull()
			}
			inside.Add(-1)
			s.Release(x.g)
			x.did(countSemaphores)
		}
	})
}

// meetAgain has Gs that wait for each other again and again, by WaitGroups.
func meetAgain(x *actor) {
	gs, rounds := x.upTo(12), x.many(60)
	groups := make([]gsync.WaitGroup, rounds)
	for i := range groups {
		groups[i].Add(x.g, gs)
	}
	var arrived atomic.Int64
	x.crew(gs, func(x *actor, _ int) {
		for r := range rounds {
			arrived.Add(1)
			if x.oneIn(8) {
				x.lull()
			}
			groups[r].Done(x.g)
			groups[r].Wait(x.g)
			n := arrived.Load()
			x.check(n >= int64(gs*(r+1)),
				"waitgroup: %d of %d had arrived when Wait returned", n, gs*(r+1))
			x.did(countWaitGroups)
		}
	})
}

// boundedBuffer has Gs that share a queue of few places, guarded by two Conds.
func boundedBuffer(x *actor) {
	b := &buffer{room: x.upTo(4), all: x.oneIn(2)}
	b.notFull.L, b.notEmpty.L = &b.mu, &b.mu
	pairs, each := x.upTo(5), x.many(150)
	got := make(marks, pairs*each)
	x.crew(2*pairs, func(x *actor, i int) {
		for k := range each {
			if i < pairs {
				b.put(x, i*each+k)
			} else {
				got[b.get(x)].Add(1)
			}
			x.did(countConds)
		}
	})
	got.check(x, "cond")
}

type buffer struct {
	mu                gsync.Mutex
	notFull, notEmpty gsync.Cond
	values            []int
	room              int
	all               bool // wake by Broadcast, not by Signal
}

func (b *buffer) put(x *actor, v int) {
	b.mu.Lock(x.g)
	for len(b.values) == b.room {
		b.notFull.Wait(x.g)
	}
	b.values = append(b.values, v)
	b.mu.Unlock(x.g)
	b.wake(x, &b.notEmpty)
}

func (b *buffer) get(x *actor) (v int) {
	b.mu.Lock(x.g)
	for len(b.values) == 0 {
		b.notEmpty.Wait(x.g)
	}
	v = b.values[0]
	b.values = b.values[1:]
	b.mu.Unlock(x.g)
	b.wake(x, &b.notFull)
	return v
}

func (b *buffer) wake(x *actor, c *gsync.Cond) {
	if b.all {
		c.Broadcast(x.g)
	} else {
		c.Signal(x.g)
	}
}
