package dpor

import "slices"

// # Space
//
// Most of a wakeup tree is chains: what was inserted as one branch, and nothing has been
// inserted below. Many chains end alike, since executions that differ early go on alike. So a
// chain is stored from its end, and each end once (hash consing): a step points to what
// follows it, and chains with the same end point to the same. For that a chain never changes.
// When something is inserted below, the steps down to there become branches of their own (grow),
// and the rest stays shared.
//
// lastzero(15) has 147 456 traces. 766 000 steps of it are in the trees at one time; 163 000 are
// branches, and the others are 350 steps of chains.
//
// The ends are found by a hash table of limited size. A step that is found in it is not stored
// again. One that is not takes the place of what was there. That can cost space, and is never
// wrong: two chains that are equal need not be one.

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

// chains has one chain of many that are equal. It is a hash table: a chain stands in the slot
// that its hash says, or in one of those after it, before the first that is free.
type chains struct {
	slots []*chain // their number is a power of two; at most half are used
	used  int
}

// The least and the greatest number of slots.
const (
	fewestSlots = 1 << 6
	mostSlots   = 1 << 15
)

// one returns the chain that is equal to c, whose hash is not set.
func (cs *chains) one(c *chain) *chain {
	if 2*cs.used >= len(cs.slots) {
		cs.makeRoom()
	}
	c.hash = c.sum()
	slot := cs.find(c)
	if *slot == nil {
		stored := *c // so that c itself is not on the heap
		*slot = &stored
		cs.used++
	}
	return *slot
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
