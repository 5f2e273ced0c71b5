//go:build model

package model_test

import (
	"testing"

	"schedlab/explore"
	"schedlab/rt/queue"
)

// firstCount is where a ring's counts begin: just short of the wrap-around. The size of
// a ring is four here: see [host.Cap].
const firstCount = ^uint32(1)

// elements are what a program puts into rings. Each is a number: how often it was taken.
type elements [8]int

// newRing returns a ring that holds the elements from first up to end.
func (e *elements) newRing(first, end int) *queue.Ring[int] {
	r := &queue.Ring[int]{}
	r.StartAt(firstCount)
	for i := first; i < end; i++ {
		r.Put(&e[i], nil)
	}
	return r
}

// get takes an element, if there is one, and says whether there was.
func get(r *queue.Ring[int]) bool {
	x, _ := r.Get()
	return take(x)
}

func take(x *int) bool {
	if x != nil {
		*x++
	}
	return x != nil
}

// PutBatch implements [queue.Overflow]. What overflows counts as taken.
func (e *elements) PutBatch(batch []*int) {
	for _, x := range batch {
		take(x)
	}
}

// thief tries to steal so many times. Each time it empties its own ring afterwards.
type thief struct {
	own      *queue.Ring[int]
	steals   int
	takeNext bool
	notEmpty bool // the victim never is
}

func (th thief) steal(victim *queue.Ring[int]) {
	for range th.steals {
		before := th.own.Len()
		steal := victim.Thief().StealInto
		if th.takeNext {
			steal = victim.Thief().StealAnyInto
		}
		x, n, outcome := steal(th.own, queue.Half)
		explore.Assert(take(x) == (outcome == queue.Got), "the answer is %v with %v", outcome, x)
		explore.Assert(th.own.Len() == before+max(n-1, 0),
			"of %d stolen, %d are in the thief's ring", n, th.own.Len()-before)
		explore.Assert(outcome != queue.Empty || !th.notEmpty,
			"the answer is that there is nothing, but there always was")
		for get(th.own) {
		}
	}
}

// ringProgram is an owner and thieves. In the end each element was taken once.
type ringProgram struct {
	name       string
	executions uint64
	before     int                                   // elements in the ring at first
	owner      func(r *queue.Ring[int], e *elements) // puts the next ones
	thieves    int
	thief      thief
	kept       int // elements that each thief has in its own ring: the last ones
	elements   int // in all
}

var ringPrograms = []ringProgram{
	{name: "gets", executions: 25, before: 3, elements: 3, thieves: 1, thief: thief{steals: 2},
		owner: func(r *queue.Ring[int], e *elements) {
			get(r)
			get(r)
		}},
	{name: "puts that overflow", executions: 70,
		before: 3, elements: 6, thieves: 1, thief: thief{steals: 2},
		owner: func(r *queue.Ring[int], e *elements) {
			r.Put(&e[3], e)
			r.Put(&e[4], e)
			r.Put(&e[5], e)
		}},
	{name: "runnext", executions: 38,
		elements: 2, thieves: 1, thief: thief{steals: 2, takeNext: true},
		owner: func(r *queue.Ring[int], e *elements) {
			r.PutNext(&e[0], e)
			r.PutNext(&e[1], e)
			get(r)
		}},
	{name: "drain", executions: 24,
		before: 2, elements: 4, thieves: 1, thief: thief{steals: 2, takeNext: true},
		owner: func(r *queue.Ring[int], e *elements) {
			r.PutNext(&e[2], e)
			r.Drain(e)
			r.Put(&e[3], e)
		}},
	{name: "never empty", executions: 13,
		before: 2, elements: 3, thieves: 1, thief: thief{steals: 1, notEmpty: true},
		owner: func(r *queue.Ring[int], e *elements) {
			r.Put(&e[2], e)
			get(r)
			get(r)
		}},
	{name: "a thief with elements", executions: 8,
		before: 4, elements: 7, kept: 2, thieves: 1, thief: thief{steals: 1},
		owner: func(r *queue.Ring[int], e *elements) {
			get(r)
			r.Put(&e[4], e)
		}},
	{name: "two thieves", executions: 272,
		before: 2, elements: 3, thieves: 2, thief: thief{steals: 1},
		owner: func(r *queue.Ring[int], e *elements) {
			get(r)
			r.Put(&e[2], e)
			get(r)
		}},
	{name: "two thieves and runnext", executions: 44,
		before: 1, elements: 3, thieves: 2, thief: thief{steals: 1, takeNext: true},
		owner: func(r *queue.Ring[int], e *elements) {
			r.PutNext(&e[1], e)
			r.PutNext(&e[2], e)
			get(r)
		}},
	{name: "two thieves and an overflow", executions: 359,
		before: 3, elements: 5, thieves: 2, thief: thief{steals: 1},
		owner: func(r *queue.Ring[int], e *elements) {
			r.Put(&e[3], e)
			r.Put(&e[4], e)
			get(r)
		}},
	{name: "two thieves, twice", executions: 3916,
		before: 3, elements: 5, thieves: 2, thief: thief{steals: 2, takeNext: true},
		owner: func(r *queue.Ring[int], e *elements) {
			r.PutNext(&e[3], e)
			get(r)
			r.Put(&e[4], e)
			get(r)
		}},
	{name: "three thieves", executions: 286,
		before: 3, elements: 3, thieves: 3, thief: thief{steals: 1},
		owner: func(r *queue.Ring[int], e *elements) { get(r) }},
}

func (p ringProgram) run() {
	e := &elements{}
	r := e.newRing(0, p.before)
	all := []func(){func() { p.owner(r, e) }}
	for i := range p.thieves {
		th, end := p.thief, p.elements-i*p.kept
		th.own = e.newRing(end-p.kept, end)
		all = append(all, func() { th.steal(r) })
	}
	beside(all...)
	for get(r) {
	}
	for i, n := range e[:p.elements] {
		explore.Assert(n == 1, "element %d was taken %d times", i, n)
	}
}

func TestRing(t *testing.T) {
	for _, p := range ringPrograms {
		t.Run(p.name, func(t *testing.T) { verify(t, p.executions, p.run) })
	}
}
