package dpor

import "slices"

// # Space
//
// Nearly all of a wakeup tree are chains: what was inserted as one branch, with nothing inserted
// below it since. And most chains end alike, since executions that differ early go on alike.
//
//  1. A chain is stored from its end, and equal ends are stored once (hash consing): each step
//     points to what follows it, and several point to the same. So a chain never changes.
//  2. A branch that nothing has been inserted below is its chain, and nothing else.
//  3. A sequence that is inserted follows the steps of a chain as it follows branches. Where it
//     parts from them, the steps down to there become branches of their own (unroll). What comes
//     after them is still the chain.
//  4. What is taken out of a tree leaves its chain in the same way, one step at a time.
//
// So the space is a branch for each step down to where sequences part, and whatever follows is
// nearly free. lastzero(15) has 147 456 traces. At one time 766 000 steps are in its trees. Of
// these 164 000 are branches of 32 bytes each, and the others are in chains, which have had 1 228
// different ends in all: 5.1 MiB. As branches of 96 bytes, with their ways, they took 70 MiB.
//
// Rejected: trees that share all that is equal, not only ends. 1 200 branches would do for
// lastzero(15). But then nothing may change in place, and an insertion makes all branches anew
// on its way down, and those to their left: lastzero(10) took a third longer.

// chain is a step of a wakeup tree, and the steps that follow it. It never changes, and
// several branches, also of several workers, may have it.
type chain struct {
	step
	objects int32   // those with smaller ids are the same in all executions that pass the node
	hash    uint32  // of what is said here
	choices []int32 // what Choose returns after the step
	doubt   bool    // see way
	rest    *chain  // what follows; nil: the chain ends
}

// chains has one chain of those that are equal. It is a hash table: a chain stands in the slot
// that its hash says, or in one of those after it, before the first that is free.
//
// The number of slots has a limit. When they are full, all are emptied. Then two chains that
// are equal need not be one: that costs space, and is never wrong.
type chains struct {
	slots []*chain // their number is a power of two; at most half are used
	used  int
	made  int     // in use or not
	room  []chain // for the next ones: some at a time are allocated faster, and take less
}

// The least and the greatest number of slots.
const (
	fewestSlots = 1 << 6
	mostSlots   = 1 << 15
)

// one returns the chain that is equal to c, whose hash is not set.
func (cs *chains) one(c *chain) *chain {
	c.hash = c.sum()
	if len(cs.slots) > 0 {
		if found := *cs.find(c); found != nil {
			return found
		}
	}
	return cs.add(c)
}

// add stores c, which is not there, and returns it as it is stored.
func (cs *chains) add(c *chain) *chain {
	if 2*cs.used >= len(cs.slots) {
		cs.makeRoom()
	}
	if len(cs.room) == 0 {
		cs.room = make([]chain, 8)
	}
	stored := &cs.room[0]
	cs.room = cs.room[1:]
	*stored = *c // c itself is not on the heap
	*cs.find(c) = stored
	cs.used++
	cs.made++
	return stored
}

// find returns the slot of a chain that is equal to c or, if there is none, where it belongs.
func (cs *chains) find(c *chain) **chain {
	last := len(cs.slots) - 1
	for i := int(c.hash) & last; ; i = (i + 1) & last {
		if x := cs.slots[i]; x == nil || x.equals(c) {
			return &cs.slots[i]
		}
	}
}

// makeRoom makes more slots, or empties all of them if there may be no more.
func (cs *chains) makeRoom() {
	old := cs.slots
	if len(old) == mostSlots {
		clear(old)
		cs.used = 0
		return
	}
	cs.slots = make([]*chain, max(fewestSlots, 2*len(old)))
	for _, c := range old {
		if c != nil {
			*cs.find(c) = c
		}
	}
}

func (c *chain) equals(d *chain) bool {
	return c.hash == d.hash && c.rest == d.rest && c.step == d.step &&
		c.objects == d.objects && c.doubt == d.doubt && slices.Equal(c.choices, d.choices)
}

// sum returns the hash of c.
func (c *chain) sum() uint32 {
	x := uint64(uint32(c.thread))<<32 | uint64(uint32(c.seq))
	y := uint64(uint32(c.Obj))<<32 | uint64(uint32(c.Obj2))
	z := uint64(uint32(c.objects))<<16 | uint64(c.kind)<<8 | uint64(c.Mode)
	if c.rest != nil {
		z ^= uint64(c.rest.hash) << 32
	}
	// Odd numbers whose bits are irregular: each bit reaches the upper half.
	h := x*0x9e3779b97f4a7c15 + y*0xc2b2ae3d27d4eb4f + z*0x165667b19e3779f9
	return uint32(h>>32) ^ uint32(h>>53)
}
