package queue_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt/queue"
)

// everyQueue runs one test body over the table.
func everyQueue(
	t *testing.T, body func(t *testing.T, fifo bool, make func(workers int) subject),
) {
	for _, s := range subjects {
		t.Run(s.name, func(t *testing.T) { body(t, s.fifo, s.make) })
	}
}

// rounds is n, or less with -short.
func rounds(n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}

// together runs body(0) .. body(n-1), all started at the same moment, to the end.
func together(n int, body func(me int)) {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(n)
	for me := range n {
		done.Go(func() {
			ready.Done()
			<-start
			body(me)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
}

// elements returns n elements of one producer.
func elements(producer, n int) []*elem {
	all := make([]*elem, n)
	for i := range all {
		all[i] = &elem{producer: producer, seq: i}
	}
	return all
}

// requireTakenOnce is exactly-once for the elements of all producers.
func requireTakenOnce(t *testing.T, all ...[]*elem) {
	t.Helper()
	for _, elements := range all {
		for _, x := range elements {
			require.Equal(t, 1, x.taken,
				"times that element %d of producer %d was taken", x.seq, x.producer)
		}
	}
}

// order checks that one getter sees each producer's elements in ascending order. A FIFO
// promises that even if it has several getters.
type order map[int]int

func (o order) follows(x *elem) bool {
	last, seen := o[x.producer]
	o[x.producer] = x.seq
	return !seen || last < x.seq
}

func TestSmoke(t *testing.T) {
	everyQueue(t, func(t *testing.T, fifo bool, make func(int) subject) {
		q, all := make(1), elements(0, 3*queue.RingSize)
		for i, x := range all {
			q.put(0, x)
			require.Equal(t, i+1, q.len())
			require.False(t, q.empty())
		}
		for i := range all {
			x := q.get(0)
			require.NotNil(t, x)
			x.taken++
			require.Equal(t, len(all)-i-1, q.len())
			if fifo {
				require.Same(t, all[i], x)
			}
		}
		requireTakenOnce(t, all)
		require.True(t, q.empty())
	})
}

func TestEmpty(t *testing.T) {
	everyQueue(t, func(t *testing.T, _ bool, make func(int) subject) {
		q := make(2)
		for range 20 {
			for me := range 2 {
				require.Nil(t, q.get(me))
				require.Zero(t, q.len())
				require.True(t, q.empty())
			}
			x := &elem{}
			q.put(0, x)
			require.False(t, q.empty())
			require.Same(t, x, q.get(1))
		}
	})
}

// getAll gets until all callers together have got left elements. It says whether it saw
// them in order.
func getAll(q subject, me int, left *atomic.Int64) (ordered bool) {
	last := order{}
	ordered = true
	for left.Load() > 0 {
		x := q.get(me)
		if x == nil {
			runtime.Gosched()
			continue
		}
		x.taken++
		left.Add(-1)
		ordered = last.follows(x) && ordered
	}
	return ordered
}

// flow lets producers put n elements each while getters get them. It checks that each
// arrives once and, in a FIFO, in order.
func flow(t *testing.T, fifo bool, make func(int) subject, producers, getters, n int) {
	q := make(producers + getters)
	all := [][]*elem{}
	for p := range producers {
		all = append(all, elements(p, n))
	}
	var left, disorders atomic.Int64
	left.Store(int64(producers * n))
	together(producers+getters, func(me int) {
		if me < producers {
			for _, x := range all[me] {
				q.put(me, x)
			}
			return
		}
		if !getAll(q, me, &left) {
			disorders.Add(1)
		}
	})
	requireTakenOnce(t, all...)
	require.True(t, q.empty())
	require.Nil(t, q.get(0))
	if fifo {
		require.Zero(t, disorders.Load(),
			"getters that saw one producer's elements in another order")
	}
}

func TestSPSC(t *testing.T) {
	everyQueue(t, func(t *testing.T, fifo bool, make func(int) subject) {
		flow(t, fifo, make, 1, 1, rounds(20_000))
	})
}

func TestMPMC(t *testing.T) {
	everyQueue(t, func(t *testing.T, fifo bool, make func(int) subject) {
		flow(t, fifo, make, 3, 3, rounds(10_000))
	})
}

// TestStampede: many threads want one element, and one gets it.
func TestStampede(t *testing.T) {
	const getters = 4
	everyQueue(t, func(t *testing.T, _ bool, make func(int) subject) {
		q := make(getters + 1)
		for range rounds(500) {
			x := &elem{seq: 1}
			q.put(getters, x)
			var winners atomic.Int64
			together(getters, func(me int) {
				if got := q.get(me); got != nil {
					got.taken++
					winners.Add(1)
				}
			})
			require.EqualValues(t, 1, winners.Load())
			requireTakenOnce(t, []*elem{x})
		}
	})
}

// TestStress: each worker puts and gets, in bursts that fill rings and empty them.
func TestStress(t *testing.T) {
	const workers = 4
	everyQueue(t, func(t *testing.T, _ bool, make func(int) subject) {
		q, n := make(workers), rounds(20_000)
		var left atomic.Int64
		left.Store(int64(workers * n))
		all := [][]*elem{}
		for p := range workers {
			all = append(all, elements(p, n))
		}
		together(workers, func(me int) {
			for i, x := range all[me] {
				q.put(me, x)
				if i%1000 < 500 { // the first half of a burst overflows a ring
					continue
				}
				for range 2 {
					if got := q.get(me); got != nil {
						got.taken++
						left.Add(-1)
					}
				}
			}
			getAll(q, me, &left)
		})
		requireTakenOnce(t, all...)
		require.True(t, q.empty())
		require.Zero(t, q.len())
	})
}

// TestNoStarvation: an element with k others before it is out after k+1 gets,
// however many come after it.
func TestNoStarvation(t *testing.T) {
	everyQueue(t, func(t *testing.T, _ bool, make func(int) subject) {
		const k = 100
		q := make(1)
		for range k {
			q.put(0, &elem{})
		}
		q.put(0, &elem{producer: 1})
		for range k {
			// seq is even, so none goes to runnext, which passes the queue by.
			q.put(0, &elem{})
			require.Zero(t, q.get(0).producer)
		}
		require.Equal(t, 1, q.get(0).producer)
	})
}

// TestWrap: nothing changes when counts pass 2^32. Rings begin just short of that.
func TestWrap(t *testing.T) {
	everyQueue(t, func(t *testing.T, _ bool, make func(int) subject) {
		q := make(1)
		all := elements(0, 2*queue.RingSize)
		for i, x := range all {
			q.put(0, x)
			if i >= 3 {
				q.get(0).taken++
			}
		}
		require.Equal(t, 3, q.len())
		for range 3 {
			q.get(0).taken++
		}
		requireTakenOnce(t, all)
		if rings, ok := q.(*rings); ok {
			head, tail := rings.own[0].Counts()
			require.Less(t, head, uint32(justShort), "the test did not reach wrap-around")
			require.Equal(t, head, tail)
		}
	})
}
