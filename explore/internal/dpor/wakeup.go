package dpor

import (
	"slices"

	"schedlab/explore/internal/engine"
)

// wakeupTree holds the sequences that are still to be explored from a node. Each path
// from the root to a leaf is one; they are explored from left to right.
//
// # Insertion
//
// A sequence v goes down the tree:
//
//  1. At each level it follows the first branch whose step is a weak initial of what is left
//     of v: see 'Sleep sets'. If the step is in v, it is taken out of v.
//  2. Where there is no such branch, what is left of v becomes the last branch.
//  3. Where v is used up, or the path ends, nothing is inserted. A branch that ends is
//     explored freely from there, and so covers all that begins with it.
//
// # Why that is enough
//
// A branch that ends covers all that begins with it, because all that sleeps has been woken
// on the way. When the branch was inserted, nothing that comes before it could begin it. If
// that was only assumed, out of caution, something may sleep on, and the branch does not
// cover what would wake it: then way.doubt is set.
//
// No branch is inserted in vain. v goes behind the branches that are there, and by step 2 none
// of those can begin what is left of it. When it is taken, they sleep, and v wakes them. So the
// execution that follows it is not cut, and is of another trace than all before.
//
// # Example
//
// Threads 1 and 3 store y; threads 2 and 4 store z. Each takes one step, written here as its
// number. The tree holds the path 1-2, and these sequences are inserted:
//
//	2 1    1 is in it and depends on nothing before it, so 1 is followed and taken out.
//	       Then 2 is, likewise. Nothing is left: the path leads to the same trace.
//	2 4    1 is not in it and depends on neither, so 1 is followed. Then 2 is taken out.
//	       4 is left and the path ends: what is explored freely from there covers it.
//	3 2    1 is not in it and depends on 3: both store y. No branch is left, so 3-2 becomes
//	       the last branch of the root.
//	4 2    1 is followed. 2 is in what is left, but depends on 4: both store z. So 4-2
//	       becomes a second branch below 1.
//
// # Order
//
// Branches are explored from left to right, and what is inserted comes last. So a branch never
// loses what has been promised to it: that all to its left has been explored when it begins.
type wakeupTree struct{ first *branch }

// branch is an edge of a wakeup tree, with what follows it.
type branch struct {
	step
	objects int32   // those with smaller ids are the same in all executions that pass the node
	ways    *way    // at least one
	next    *branch // explored later
}

// way is what follows a step, given what Choose returns after it.
type way struct {
	choices []int32
	then    wakeupTree
	next    *way
	doubt   bool // that then is empty does not mean that all is covered: see 'Insertion'
}

// empty says whether nothing is left to be explored.
func (t *wakeupTree) empty() bool { return t.first == nil }

// size returns how many branches begin at the root.
func (t *wakeupTree) size() (n int) {
	for b := t.first; b != nil; b = b.next {
		n++
	}
	return n
}

// take removes the first branch, and returns its step and the ways that follow it.
func (t *wakeupTree) take(p *pool) (step, *way) {
	b := t.first
	t.first = b.next
	s, ways := b.step, b.ways
	p.freeBranch(b)
	return s, ways
}

// add makes s, with nothing known of what follows, the last branch.
func (t *wakeupTree) add(s step, objects int32) {
	*t.end() = &branch{step: s, objects: objects, ways: &way{}}
}

// try makes s the last branch, unless a branch begins with a step of its thread. What sleeps
// has not been woken.
func (t *wakeupTree) try(s step, objects int32) {
	at := &t.first
	for ; *at != nil; at = &(*at).next {
		if (*at).thread == s.thread {
			return
		}
	}
	*at = &branch{step: s, objects: objects, ways: &way{doubt: true}}
}

// end returns where a last branch goes.
func (t *wakeupTree) end() **branch {
	at := &t.first
	for *at != nil {
		at = &(*at).next
	}
	return at
}

// restate puts the first steps of t in the terms of e's execution, which stands before them,
// and so of all that pass its node; objects are known there. What another execution knew of
// them was less: its ids of other objects mean nothing here. But of a step that was an event
// there it knew whether it is the last of a recorded operation.
func (t *wakeupTree) restate(e *engine.Engine, objects int32) {
	for b := t.first; b != nil; b = b.next {
		marks := b.Marks
		b.step, b.objects = stepOf(e.Threads[b.thread]), objects
		b.Marks = marks
	}
}

// dropAsleep removes the first steps of t that sleep at n: all that begins with them has been
// explored. They were put there because it was not known what they would do.
func (t *wakeupTree) dropAsleep(n *node, e *engine.Engine) {
	for at := &t.first; *at != nil; {
		if n.sleeps(e.Threads[(*at).thread]) {
			*at = (*at).next
		} else {
			at = &(*at).next
		}
	}
}

// insert puts v into t, unless a branch leads to the same. See 'Insertion'.
func (t *wakeupTree) insert(v *reversal, p *pool) {
	b, at := t.follow(v)
	if b == nil {
		t.append(v, p) // no branch can begin v
		return
	}
	w := b.ways
	if at >= 0 {
		choices := v.h.e.ChoicesAfter(at)
		if w = b.after(choices); w == nil {
			// The same step, but Choose returns other numbers after it.
			w = b.newWay(choices, v.doubt)
			w.then.append(v, p)
			return
		}
	} else if w.next != nil {
		v.insertAll(w, p) // it may choose anything there
		return
	}
	if !w.covers(v) {
		w.then.insert(v, p)
	}
}

// covers says whether v needs no branch after w.
func (w *way) covers(v *reversal) bool { return v.empty() || w.then.empty() && !w.doubt }

// after returns how b goes on after choices; nil if that is not known.
func (b *branch) after(choices []int32) *way {
	w := b.ways
	for w != nil && !slices.Equal(w.choices, choices) {
		w = w.next
	}
	return w
}

// newWay adds one that b goes on, after choices.
func (b *branch) newWay(choices []int32, doubt bool) *way {
	w := &b.ways
	for *w != nil {
		w = &(*w).next
	}
	*w = &way{choices: choices, doubt: doubt}
	return *w
}

// insertAll puts v behind w and those after it: each uses up a copy.
func (v *reversal) insertAll(w *way, p *pool) {
	list, doubt, elsewhere := slices.Clone(v.list), v.doubt, len(v.elsewhere)
	for ; w != nil; w = w.next {
		v.set(v.h, append(v.room[:0], list...), v.f)
		v.doubt, v.elsewhere = doubt, v.elsewhere[:elsewhere]
		if !w.covers(v) {
			w.then.insert(v, p)
		}
	}
}

// notInV says that a step is not in v.
const notInV = -2

// follow returns the first branch of t whose step can come before all of v, takes that
// step out of v and says which it was.
func (t *wakeupTree) follow(v *reversal) (b *branch, at int32) {
	for b := t.first; b != nil; b = b.next {
		// A thread's next step is the same in both, so it is the same step if it is in v.
		if k := v.find(b.thread); k >= 0 {
			if v.initial(k) {
				at := v.list[k]
				v.remove(k)
				return b, at
			}
		} else if v.startsAfter(b) {
			v.elsewhere = append(v.elsewhere, b.thread)
			return b, notInV
		}
	}
	return nil, notInV
}

// append makes v the last branch, which is explored last.
func (t *wakeupTree) append(v *reversal, p *pool) {
	at := t.end()
	for _, i := range v.list {
		b := p.newBranch()
		b.step, b.objects, b.ways = v.step(i), v.objects, p.newWay()
		b.ways.doubt = v.doubt
		if i != foreseenStep {
			b.ways.choices = v.h.e.ChoicesAfter(i)
		}
		*at = b
		at = &b.ways.then.first
	}
}

// pool keeps branches and ways that are not in use: a step allocates nothing.
type pool struct {
	branches *branch
	ways     *way
}

// newBranch returns a branch that is in no tree; the caller sets its fields.
func (p *pool) newBranch() *branch {
	if p.branches == nil {
		p.fill()
	}
	b := p.branches
	p.branches, b.next = b.next, nil
	return b
}

// newWay returns a zero way.
func (p *pool) newWay() *way {
	if p.ways == nil {
		p.fill()
	}
	w := p.ways
	p.ways = w.next
	*w = way{}
	return w
}

// freeBranch gives b back, without its ways.
func (p *pool) freeBranch(b *branch) { b.ways, b.next, p.branches = nil, p.branches, b }

// freeWay gives w back, and returns what followed it.
func (p *pool) freeWay(w *way) wakeupTree {
	then := w.then
	w.then, w.next, p.ways = wakeupTree{}, p.ways, w
	return then
}

// fill makes many branches and ways at a time, since trees have thousands.
func (p *pool) fill() {
	some := make([]struct {
		b branch
		w way
	}, 64)
	for i := range some {
		b, w := &some[i].b, &some[i].w
		b.next, p.branches = p.branches, b
		w.next, p.ways = p.ways, w
	}
}
