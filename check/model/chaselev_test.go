//go:build model

package model_test

import (
	"testing"

	"schedlab/explore"
	"schedlab/host"
)

// deque is that of Chase and Lev ("Dynamic Circular Work-Stealing Deque", SPAA 2005)
// without growing. Its owner pushes and pops at the bottom, and thieves take at the top.
type deque struct {
	top, bottom host.Int32
	slots       [4]host.Int32
}

func (d *deque) push(v int32) {
	b := d.bottom.Load()
	explore.Assert(b-d.top.Load() < int32(len(d.slots)), "the deque is full")
	d.slots[b%4].Store(v)
	d.bottom.Store(b + 1)
}

// pop takes the element at the bottom; 0 if there is none.
func (d *deque) pop() (v int32) {
	b := d.bottom.Load() - 1
	d.bottom.Store(b)
	t := d.top.Load()
	if t > b {
		d.bottom.Store(b + 1)
		return 0
	}
	v = d.slots[b%4].Load()
	if t == b { // this is the last one, and thieves want it, too
		if !d.top.CompareAndSwap(t, t+1) {
			v = 0
		}
		d.bottom.Store(b + 1)
	}
	return v
}

// steal takes the element at the top; 0 if there is none, or another thread took it.
func (d *deque) steal() int32 {
	t := d.top.Load()
	b := d.bottom.Load()
	if t >= b {
		return 0
	}
	v := d.slots[t%4].Load()
	if !d.top.CompareAndSwap(t, t+1) {
		return 0
	}
	return v
}

// TestChaseLev: the number of executions with one thief is that of the literature.
func TestChaseLev(t *testing.T) {
	for thieves, executions := range []uint64{1: 18, 2: 332} {
		if thieves == 0 {
			continue
		}
		verify(t, executions, func() {
			var d deque
			var taken [3]int
			take := func(v int32) { taken[v]++ }
			all := []func(){func() {
				d.push(1)
				d.push(2)
				take(d.pop())
				take(d.pop())
			}}
			for range thieves {
				all = append(all, func() { take(d.steal()) })
			}
			beside(all...)
			explore.Assert(taken[1] == 1 && taken[2] == 1,
				"taken: 1 %d times, 2 %d times", taken[1], taken[2])
		})
	}
}
