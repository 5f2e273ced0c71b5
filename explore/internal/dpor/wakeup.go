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

// branch is an edge of a wakeup tree, with what follows it. What follows in one way, with the
// choices of the chain, is then; while that is empty, it is the rest of the chain.
type branch struct {
	*chain
	then wakeupTree
	more *way    // what follows other choices
	next *branch // explored later
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
func (t *wakeupTree) take(p *pool) (*step, *way) {
	b, c, w := t.first, t.first.chain, p.newWay()
	t.first = b.next
	w.choices, w.then, w.next, w.doubt = c.choices, b.then, b.more, c.doubt
	if b.then.empty() && c.rest != nil {
		*b = branch{chain: c.rest}
		w.then.first = b
	} else {
		p.freeBranch(b)
	}
	return &c.step, w
}

// add makes s, with nothing known of what follows, the last branch.
func (t *wakeupTree) add(s step, objects int32) {
	*t.end() = &branch{chain: &chain{step: s, objects: objects}}
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
	*at = &branch{chain: &chain{step: s, objects: objects, doubt: true}}
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
// and so of all that pass its node. What another execution knew of them was less: its ids of
// objects that are not known at the node mean nothing here. But of a step that was an event
// there it knew whether it is the last of a recorded operation.
func (t *wakeupTree) restate(e *engine.Engine, p *pool) {
	for b := t.first; b != nil; b = b.next {
		s := stepOf(e.Threads[b.thread])
		s.Marks = b.Marks
		if s != b.step {
			c := *b.chain
			c.step = s
			b.chain = p.chains.one(&c)
		}
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

// grow makes the step that follows b in its chain, if one does, a branch.
func (b *branch) grow(p *pool) {
	if b.then.empty() && b.rest != nil {
		then := p.newBranch()
		then.chain, b.then.first = b.rest, then
	}
}

// unroll makes the n steps that follow b in its chain branches, and returns the last.
func (b *branch) unroll(n int, p *pool) *branch {
	for ; n > 0; n-- {
		b.grow(p)
		b = b.then.first
	}
	return b
}

// insert puts v into t, the tree of a node, unless a branch leads to the same. See 'Insertion'.
func (t *wakeupTree) insert(v *reversal, p *pool) {
	if t.empty() {
		t.append(v, p)
		return
	}
	v.set(v.h, v.list, v.f)
	t.insertBelow(v, v.objects, p)
}

// insertBelow is insert for a tree in which at least so many objects are known: the node
// at its root knows them, even if they were not known where a branch was inserted.
func (t *wakeupTree) insertBelow(v *reversal, objects int32, p *pool) {
	b, at := t.follow(v, objects)
	switch {
	case b == nil:
		t.append(v, p) // no branch can begin v
	case at < 0 && b.more != nil:
		b.insertAll(v, p) // it may choose anything there
	case at >= 0 && v.choosesOther(at, b.choices):
		b.insertOther(v, at, p)
	default:
		b.insertFirst(v, p)
	}
}

// insertFirst puts v behind the step of b, whose choices are those of v.
func (b *branch) insertFirst(v *reversal, p *pool) {
	switch {
	case b.then.empty():
		b.insertInChain(v, p)
	case !v.empty():
		b.then.insertBelow(v, 0, p)
	}
}

// insertInChain puts v behind the step of b, a chain, unless that leads to the same. What v
// follows stays a chain until v goes another way.
func (b *branch) insertInChain(v *reversal, p *pool) {
	c := b.chain
	for n := 0; !v.empty(); n++ {
		if c.rest == nil && !c.doubt {
			return // what ends covers v
		}
		at, ok := int32(notInV), false
		if c.rest != nil {
			at, ok = v.follow(&c.rest.step, c.rest.objects)
		}
		if !ok {
			b = b.unroll(n, p)
			b.grow(p)
			b.then.append(v, p)
			return
		}
		c = c.rest
		if at >= 0 && v.choosesOther(at, c.choices) {
			b.unroll(n+1, p).insertOther(v, at, p)
			return
		}
	}
}

// choosesOther says whether what Choose returned after event at is something else than choices.
func (v *reversal) choosesOther(at int32, choices []int32) bool {
	if len(v.h.e.Choices) == 0 {
		return len(choices) > 0
	}
	return !slices.Equal(v.h.e.ChoicesAfter(at), choices)
}

// insertOther puts v behind b, whose choices are not those of v. The step of b has been taken
// out of v, where it was at.
func (b *branch) insertOther(v *reversal, at int32, p *pool) {
	choices := v.h.e.ChoicesAfter(at)
	w := &b.more
	for *w != nil && !slices.Equal((*w).choices, choices) {
		w = &(*w).next
	}
	if *w == nil {
		// The same step, but Choose returns other numbers after it.
		*w = &way{choices: choices, doubt: v.doubt}
		(*w).then.append(v, p)
	} else if !(*w).covers(v) {
		(*w).then.insertBelow(v, 0, p)
	}
}

// covers says whether v needs no branch after w.
func (w *way) covers(v *reversal) bool { return v.empty() || w.then.empty() && !w.doubt }

// insertAll puts v behind all ways on from b: each uses up a copy.
func (b *branch) insertAll(v *reversal, p *pool) {
	list, doubt, elsewhere := slices.Clone(v.list), v.doubt, len(v.elsewhere)
	b.insertFirst(v, p)
	for w := b.more; w != nil; w = w.next {
		v.set(v.h, append(v.room[:0], list...), v.f)
		v.doubt, v.elsewhere = doubt, v.elsewhere[:elsewhere]
		if !w.covers(v) {
			w.then.insertBelow(v, 0, p)
		}
	}
}

// notInV says that a step is not in v.
const notInV = -2

// follow returns the first branch of t whose step can come before all of v, takes that
// step out of v and says which it was. At least so many objects are known in t.
func (t *wakeupTree) follow(v *reversal, objects int32) (b *branch, at int32) {
	for b := t.first; b != nil; b = b.next {
		if at, ok := v.follow(&b.step, max(b.objects, objects)); ok {
			return b, at
		}
	}
	return nil, notInV
}

// follow takes s, a step of a branch, out of v and says which it was, if it can come before all
// of v.
func (v *reversal) follow(s *step, objects int32) (at int32, ok bool) {
	// A thread's next step is the same in both, so it is the same step if it is in v.
	if k := v.find(s.thread); k >= 0 {
		if !v.initial(k) {
			return notInV, false
		}
		at := v.list[k]
		v.remove(k)
		return at, true
	}
	if !v.startsAfter(s, objects) {
		return notInV, false
	}
	v.elsewhere = append(v.elsewhere, s.thread)
	return notInV, true
}

// append makes v the last branch, which is explored last.
func (t *wakeupTree) append(v *reversal, p *pool) {
	if v.empty() {
		return // all is explored freely
	}
	c := chain{objects: v.objects, doubt: v.doubt}
	for k := len(v.list) - 1; k >= 0; k-- {
		i := v.list[k]
		v.describe(i, &c.step)
		if i != foreseenStep { // which is the last, if it is there
			c.choices = v.h.e.ChoicesAfter(i)
		}
		c.rest = p.chains.one(&c)
	}
	b := p.newBranch()
	b.chain = c.rest
	*t.end() = b
}

// pool keeps what trees are made of, for one worker. Branches and ways that are not in use are
// used again, and chains that are equal are one: a step allocates nothing.
type pool struct {
	spare  *branch // not in use
	made   int     // branches, in use or not
	ways   *way    // not in use
	chains chains
}

// newBranch returns a branch that is in no tree; the caller sets its chain.
func (p *pool) newBranch() *branch {
	if p.spare == nil {
		p.fill()
	}
	b := p.spare
	p.spare, b.next = b.next, nil
	return b
}

// freeBranch gives b back, without its ways.
func (p *pool) freeBranch(b *branch) { *b, p.spare = branch{next: p.spare}, b }

// newWay returns a way that the caller sets all fields of.
func (p *pool) newWay() *way {
	w := p.ways
	if w == nil {
		return &way{}
	}
	p.ways = w.next
	return w
}

// freeWay gives w back, and returns what followed it.
func (p *pool) freeWay(w *way) wakeupTree {
	then := w.then
	w.then, w.next, p.ways = wakeupTree{}, p.ways, w
	return then
}

// fill makes many branches at a time, since trees have thousands.
func (p *pool) fill() {
	some := make([]branch, 64)
	for i := range some {
		p.freeBranch(&some[i])
	}
	p.made += len(some)
}

// Stored says how much room the wakeup trees take or have taken: how many branches at one
// time, and how many chains, however often they were met.
func (d *Strategy) Stored() (branches, chains int) { return d.pool.made, d.pool.chains.made }
