package queue_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt/queue"
)

func listOf(all []*elem) *list {
	q := &list{}
	q.PutBatch(all)
	return q
}

// requireList takes q apart.
func requireList(t *testing.T, want []*elem, q *list) {
	t.Helper()
	require.Equal(t, len(want), q.Len())
	for _, x := range want {
		require.Same(t, x, q.Get())
	}
	require.Nil(t, q.Get())
	require.True(t, q.Empty())
	require.Zero(t, q.Len())
}

func TestListPutHeadIsLIFO(t *testing.T) {
	all := elements(0, 3)
	q := &list{}
	for _, x := range all {
		q.PutHead(x)
	}
	last := &elem{}
	q.Put(last) // the tail is known although every put was at the head
	requireList(t, []*elem{all[2], all[1], all[0], last}, q)
}

func TestListAppendMovesAll(t *testing.T) {
	for a := range 3 {
		for b := range 3 {
			all := elements(0, a+b+1)
			first, second := listOf(all[:a]), listOf(all[a:a+b])
			first.Append(second)
			require.True(t, second.Empty())
			require.Zero(t, second.Len())
			first.Put(all[a+b])
			requireList(t, all, first)
		}
	}
}

func TestListTakeSplits(t *testing.T) {
	for size := range 4 {
		for n := -1; n < 6; n++ {
			all := elements(0, size)
			q := listOf(all)
			taken := q.Take(n)
			n := min(max(n, 0), size)
			// Both parts know their tails.
			afterTaken, afterRest := &elem{}, &elem{}
			taken.Put(afterTaken)
			q.Put(afterRest)
			requireList(t, append(all[:n:n], afterTaken), &taken)
			requireList(t, append(all[n:], afterRest), q)
		}
	}
}

func TestListGetBatchFillsBuffer(t *testing.T) {
	all := elements(0, 5)
	q := listOf(all)
	require.Equal(t, all[:3], q.GetBatch(make([]*elem, 3)))
	require.Equal(t, all[3:], q.GetBatch(make([]*elem, 3)))
	require.Empty(t, q.GetBatch(make([]*elem, 3)))
}

func TestListPutPanicsOnAnElementOfAList(t *testing.T) {
	all := elements(0, 2)
	listOf(all)
	const want = "queue: List.Put: the element is on a list already"
	require.PanicsWithValue(t, want, func() { new(list).Put(all[0]) })
	require.PanicsWithValue(t, want, func() { new(list).PutHead(all[0]) })
}

func TestGlobalLengthFollowsEveryChange(t *testing.T) {
	q, all := &global{}, elements(0, 8)
	for _, c := range []struct {
		name   string
		change func()
		want   int
	}{
		{"put", func() { q.Put(all[0]) }, 1},
		{"puthead", func() { q.PutHead(all[1]) }, 2},
		{"putbatch", func() { q.PutBatch(all[2:5]) }, 5},
		{"append", func() { q.Append(listOf(all[5:])) }, 8},
		{"get", func() { require.Same(t, all[1], q.Get()) }, 7},
		{"getbatch", func() { require.Len(t, q.GetBatch(make([]*elem, 4)), 4) }, 3},
		{"the rest", func() { require.Equal(t, all[5:], q.GetBatch(make([]*elem, 4))) }, 0},
		{"get of nothing", func() { require.Nil(t, q.Get()) }, 0},
	} {
		c.change()
		require.Equal(t, c.want, q.Len(), c.name)
		require.Equal(t, c.want == 0, q.Empty(), c.name)
	}
}

func TestBatchSizeIsAShare(t *testing.T) {
	for _, c := range []struct{ size, procs, max, want int }{
		{0, 4, 128, 0},
		{1, 4, 128, 1},
		{2, 1, 128, 2},
		{3, 4, 128, 1},
		{4, 4, 128, 2},
		{100, 4, 128, 26},
		{100, 1, 128, 100},
		{1000, 1, 128, 128},
		{1000, 4, 128, 128},
		{1000, 4, 1, 1},
	} {
		require.Equal(t, c.want, queue.BatchSize(c.size, c.procs, c.max), "%+v", c)
	}
}

func TestLockedCountsItsLock(t *testing.T) {
	q := &locked{}
	require.Nil(t, q.Get())
	require.Empty(t, q.GetBatch(make([]*elem, 1)))
	require.Zero(t, q.Count().Acquired, "an empty queue was found by taking the lock")
	q.PutHead(&elem{})
	require.NotNil(t, q.Get())
	require.EqualValues(t, 2, q.Count().Acquired)
}

// TestNothingAllocates: no operation but LockFree's Put.
func TestNothingAllocates(t *testing.T) {
	all := elements(0, queue.RingSize)
	extra, buf := &elem{}, make([]*elem, queue.RingSize+1)
	r, own, l, q := &ring{}, &ring{}, &locked{}, queue.NewLockFree[elem]()
	for _, c := range []struct {
		name string
		op   func()
		want float64
	}{
		{"locked", func() { l.PutBatch(all); l.GetBatch(buf) }, 0},
		{"ring", func() { r.Put(all[0], l); r.PutNext(all[1], l); r.Get(); r.Get() }, 0},
		{"overflow", func() { r.PutBatch(all); r.Put(extra, l); r.Drain(l); l.GetBatch(buf) }, 0},
		{"steal", func() {
			r.PutBatch(all[:8])
			r.Thief().StealAnyInto(own, queue.Half)
			r.Drain(l)
			own.Drain(l)
			l.GetBatch(buf)
		}, 0},
		{"lockfree", func() { q.Put(all[0]); q.Get() }, 1},
	} {
		require.Equal(t, c.want, testing.AllocsPerRun(100, c.op), c.name)
	}
}
