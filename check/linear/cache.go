package linear

import "hash/maphash"

// Cache judges histories by a Spec, and remembers those that passed. It is for checkers that run
// a program in all its interleavings, which meet the same history many times: in a scenario of
// this package's tests, 600 interleavings have 9 histories. Histories of real threads hardly
// ever repeat; for them use the Spec.
//
// A history is remembered by 128 bits of hash, so it passes wrongly only if all of these are
// those of another. Ops must be comparable. A Cache is used by one thread at a time.
type Cache[S comparable] struct {
	Spec   Spec[S]
	Hits   int // histories that were not judged again
	passed map[[2]uint64]struct{}
}

// seeds make the two halves of a digest independent.
var seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// Judge returns what [Spec.Judge] returns.
func (c *Cache[S]) Judge(h History[S]) error {
	digest := h.digest()
	if _, ok := c.passed[digest]; ok {
		c.Hits++
		return nil
	}
	err := c.Spec.Judge(h)
	if err == nil {
		if c.passed == nil {
			c.passed = map[[2]uint64]struct{}{}
		}
		c.passed[digest] = struct{}{}
	}
	return err
}

// digest returns 128 bits of hash. Stamps count returns, so a history has the same stamps, and
// the same digest, in every execution.
func (h History[S]) digest() (d [2]uint64) {
	for i, seed := range seeds {
		var hash maphash.Hash
		hash.SetSeed(seed)
		for _, e := range h {
			maphash.WriteComparable(&hash, e)
		}
		d[i] = hash.Sum64()
	}
	return d
}
