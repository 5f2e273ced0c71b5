package strategy

import (
	"math/rand/v2"

	"schedlab/explore/internal/engine"
)

// # Weights
//
// URW and SURW draw the next thread with a probability in proportion to the steps that it
// still has to take, or to those of them that count. So they must know these numbers in
// advance. Steps are ordered as a forest: a step comes after the one before it in its thread,
// and the first step of a thread after the step that made the thread. A uniform linear
// extension of a forest is drawn root by root: each time one of the roots, with a probability
// in proportion to the size of its tree. So the weight of a thread counts its own steps that
// are left, and all steps of the threads that it will still make, of those that these will
// make, and so on. When a thread is made, its weight is taken from its maker's.
//
// A thread that is made before the first step of its parent has another maker: the thread of
// the step before, or none. No decision lies between the two.
//
// The numbers are means of the executions before that came to their end. They are exact if
// each thread takes the same steps in all executions. In the first execution nothing is known,
// and all weights are 1.

// census counts, over all executions, how often each thread was made. Threads are known by
// their ids.
type census struct {
	made  []int64 // executions
	maker []int32 // the thread that took the step which made it; noThread: no step did
}

const noThread = -1

// makerOf returns the thread that took the step which made t.
func makerOf(e *engine.Engine, t *engine.Thread) int32 {
	if t.Birth < 0 {
		return noThread
	}
	return e.Events[t.Birth].Thread
}

// add counts the threads of the execution of e.
func (c *census) add(e *engine.Engine) {
	for _, t := range e.Alive {
		for int(t.ID) >= len(c.made) {
			c.made, c.maker = append(c.made, 0), append(c.maker, noThread)
		}
		c.made[t.ID]++
		c.maker[t.ID] = makerOf(e, t)
	}
}

// tally is how many steps each thread has taken in all executions, by id.
type tally []int64

// add counts a step of thread.
func (y *tally) add(thread int32) {
	for int(thread) >= len(*y) {
		*y = append(*y, 0)
	}
	(*y)[thread]++
}

// at returns the number of thread.
func (y tally) at(thread int) int64 {
	if thread < len(y) {
		return y[thread]
	}
	return 0
}

// weights are those of the threads in the execution under way, by id. See 'Weights'.
type weights struct {
	left    []int64 // less than 0: more steps than expected
	threads int     // of this execution's threads, those that are in left
}

// begin sets the weights to what c and y let expect.
func (w *weights) begin(c *census, y tally) {
	w.threads, w.left = 0, w.left[:0]
	for id := range c.made {
		w.left = append(w.left, y.at(id))
	}
	for id := len(w.left) - 1; id >= 0; id-- { // a maker has the smaller id
		if m := c.maker[id]; m != noThread {
			w.left[m] += w.left[id]
		}
		if n := c.made[id]; n > 0 {
			w.left[id] = (w.left[id] + n/2) / n
		}
	}
}

// birth takes the weight of the next thread that is new from its maker's. It returns both;
// nil: there is no new thread.
func (w *weights) birth(e *engine.Engine) (t *engine.Thread, maker int32) {
	if w.threads == len(e.Alive) {
		return nil, noThread
	}
	t = e.Alive[w.threads]
	w.threads++
	for int(t.ID) >= len(w.left) {
		w.left = append(w.left, 0)
	}
	maker = makerOf(e, t)
	if maker != noThread {
		w.left[maker] -= w.left[t.ID]
	}
	return t, maker
}

// exact says whether the threads of e's execution, which is over, took as many steps as they
// were expected to.
func (w *weights) exact(e *engine.Engine) bool {
	for _, t := range e.Alive {
		if w.left[t.ID] != 0 {
			return false
		}
	}
	return true
}

// pick draws one of ts with a probability in proportion to its weight, which is at least
// least(t).
func (w *weights) pick(
	rng *rand.Rand, ts []*engine.Thread, least func(*engine.Thread) int64,
) *engine.Thread {
	all := int64(0)
	for _, t := range ts {
		all += max(w.left[t.ID], least(t))
	}
	n := rng.Int64N(all)
	for _, t := range ts {
		if n -= max(w.left[t.ID], least(t)); n < 0 {
			return t
		}
	}
	panic("weights.pick: the weights have changed")
}
