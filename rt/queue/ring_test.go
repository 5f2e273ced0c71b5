package queue_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt/queue"
)

// filled returns a ring with n elements that counts from just short of wrap-around.
func filled(n int) (*ring, []*elem) {
	r, all := &ring{}, elements(0, n)
	r.StartAt(justShort)
	r.PutBatch(all)
	return r, all
}

// sink is an Overflow that keeps copies of the batches.
type sink struct{ batches [][]*elem }

func (s *sink) PutBatch(batch []*elem) {
	s.batches = append(s.batches, append([]*elem{}, batch...))
}

// contents gets all of r, whose owner is the caller.
func contents(r *ring) []*elem {
	all := []*elem{}
	for x, _ := r.Get(); x != nil; x, _ = r.Get() {
		all = append(all, x)
	}
	return all
}

func TestRunnextComesFirstAndInherits(t *testing.T) {
	r, all := filled(2)
	x := &elem{}
	r.PutNext(x, nil)

	got, inherit := r.Get()
	require.Same(t, x, got)
	require.True(t, inherit)
	got, inherit = r.Get()
	require.Same(t, all[0], got)
	require.False(t, inherit)
}

func TestPutNextSendsFormerRunnextToTail(t *testing.T) {
	r, all := filled(1)
	first, second := &elem{}, &elem{}
	r.PutNext(first, nil)
	r.PutNext(second, nil)
	require.Equal(t, []*elem{second, all[0], first}, contents(r))
}

func TestOverflowMovesHalfAndTheNewOne(t *testing.T) {
	for name, put := range map[string]func(r *ring, x *elem, over *sink){
		"Put": func(r *ring, x *elem, over *sink) { r.Put(x, over) },
		"PutNext": func(r *ring, x *elem, over *sink) {
			r.PutNext(x, nil)
			r.PutNext(&elem{}, over) // sends x to the tail
			r.Get()
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, all := filled(queue.RingSize)
			half := queue.RingSize / 2
			x, s := &elem{}, &sink{}
			put(r, x, s)
			require.Equal(t, [][]*elem{append(all[:half:half], x)}, s.batches)
			require.Equal(t, all[half:], contents(r))
		})
	}
}

func TestPutBatchPublishesUpToRoom(t *testing.T) {
	r, all := filled(3)
	require.Equal(t, queue.RingSize-3, r.Room())
	more := elements(1, r.Room())
	require.PanicsWithValue(t, "queue: Ring.PutBatch: the batch is larger than Room",
		func() { r.PutBatch(append(more, &elem{})) })
	r.PutBatch(more)
	require.Zero(t, r.Room())
	require.Equal(t, append(all, more...), contents(r))
}

func TestStealSizeIsHalfRoundedUp(t *testing.T) {
	for _, c := range []struct {
		n    uint32
		max  int
		want uint32
	}{
		{0, 0, 0}, {1, 0, 1}, {2, 0, 1}, {3, 0, 2}, {4, 0, 2}, {255, 0, 128}, {256, 0, 128},
		{0, 1, 0}, {1, 1, 1}, {256, 1, 1}, {256, 200, 128}, {5, 2, 2},
	} {
		require.Equal(t, c.want, queue.StealSize(c.n, c.max), "of %d, at most %d", c.n, c.max)
	}
}

func TestStealMovesHeadOfVictimToTailOfThief(t *testing.T) {
	for _, c := range []struct{ victim, own, max, want int }{
		{0, 0, 0, 0}, {1, 0, 0, 1}, {2, 0, 0, 1}, {3, 0, 0, 2},
		{7, 3, 0, 4}, {7, 3, 2, 2}, {7, 3, 1, 1},
		{queue.RingSize, 0, 0, queue.RingSize / 2},
		{queue.RingSize, queue.RingSize / 2, 0, queue.RingSize / 2},
	} {
		t.Run(fmt.Sprintf("victim=%d/own=%d/max=%d", c.victim, c.own, c.max), func(t *testing.T) {
			victim, all := filled(c.victim)
			own, before := filled(c.own)
			x, n, outcome := victim.Thief().StealInto(own, c.max)
			require.Equal(t, c.want, n)
			if n == 0 {
				require.Nil(t, x)
				require.Equal(t, queue.Empty, outcome)
				return
			}
			require.Equal(t, queue.Got, outcome)
			require.Same(t, all[n-1], x)
			require.Equal(t, all[n:], contents(victim))
			require.Equal(t, append(before, all[:n-1]...), contents(own))
		})
	}
}

func TestStealTakesRunnextOnlyAsLastResort(t *testing.T) {
	victim, all := filled(1)
	x, own := &elem{}, &ring{}
	victim.PutNext(x, nil)

	got, _, _ := victim.Thief().StealAnyInto(own, queue.Half)
	require.Same(t, all[0], got)
	_, _, outcome := victim.Thief().StealInto(own, queue.Half)
	require.Equal(t, queue.Empty, outcome)
	got, n, outcome := victim.Thief().StealAnyInto(own, queue.Half)
	require.Same(t, x, got)
	require.Equal(t, 1, n)
	require.Equal(t, queue.Got, outcome)
	require.True(t, victim.Empty())
}

func TestStealNextTakesOnlyWhatWasSeen(t *testing.T) {
	victim := &ring{}
	thief := victim.Thief()
	require.Nil(t, thief.Next())
	first, second := &elem{}, &elem{}
	victim.PutNext(first, nil)
	require.Same(t, first, thief.Next())
	victim.PutNext(second, nil)
	require.False(t, thief.StealNext(first))
	require.True(t, thief.StealNext(second))
	require.Equal(t, []*elem{first}, contents(victim))
}

func TestStealNeedsRoom(t *testing.T) {
	victim, _ := filled(1)
	own, _ := filled(queue.RingSize/2 + 1)
	const want = "queue: Thief.StealInto: the thief's ring has no room for half a ring"
	require.PanicsWithValue(t, want, func() { victim.Thief().StealInto(own, queue.Half) })
	require.PanicsWithValue(t, want, func() { victim.Thief().StealAnyInto(own, queue.Half) })
}

func TestDrainGivesEverythingRunnextFirst(t *testing.T) {
	for _, n := range []int{0, 1, queue.RingSize / 2, queue.RingSize/2 + 1, queue.RingSize} {
		for _, next := range []bool{false, true} {
			t.Run(fmt.Sprintf("n=%d/next=%t", n, next), func(t *testing.T) {
				r, want := filled(n)
				if next {
					x := &elem{}
					r.PutNext(x, nil)
					want = append([]*elem{x}, want...)
				}
				s := &sink{}
				require.Equal(t, len(want), r.Drain(s))
				got := []*elem{}
				for _, batch := range s.batches {
					got = append(got, batch...)
				}
				require.Equal(t, want, got)
				require.True(t, r.Empty())
			})
		}
	}
}

// TestDrainAmongThieves: what is drained is not stolen, and the other way round.
func TestDrainAmongThieves(t *testing.T) {
	victim, over := &ring{}, &locked{}
	victim.StartAt(justShort)
	all := elements(0, rounds(100_000))
	thieves := make([]ring, 2)
	var put atomic.Bool
	together(len(thieves)+1, func(me int) {
		if me < len(thieves) {
			for !put.Load() {
				x, _, _ := victim.Thief().StealAnyInto(&thieves[me], queue.Half)
				if x != nil {
					x.taken++
				}
				thieves[me].Drain(over)
			}
			return
		}
		for i, x := range all {
			if i%5 == 0 {
				victim.PutNext(x, over)
			} else {
				victim.Put(x, over)
			}
			if i%10 == 9 {
				victim.Drain(over)
			}
		}
		victim.Drain(over)
		put.Store(true)
	})
	for x := over.Get(); x != nil; x = over.Get() {
		x.taken++
	}
	requireTakenOnce(t, all)
}

func TestBatchesAreNotKept(t *testing.T) {
	r, _ := filled(queue.RingSize)
	r.Put(&elem{}, &sink{})
	require.Zero(t, r.Kept())
	r.Drain(&sink{})
	require.Zero(t, r.Kept())
}

func TestOutcomeNames(t *testing.T) {
	require.Equal(t, "empty got lost", fmt.Sprint(queue.Empty, queue.Got, queue.Lost))
}
