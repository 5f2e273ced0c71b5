//go:build !race && !model

package host

// Relaxed is a pointer that threads read and write without any order: an atomic
// of which only that is asked that a read returns something that was written.
// Go's memory model promises that of every word, so in the plain build it is a
// plain word: a store is then a MOV, where an atomic one is an XCHG on amd64,
// some 5 to 8 ns. A build under the race detector, which would report such
// reads, uses an atomic instead; so the two builds differ in what they promise
// to the detector and in nothing that a correct program may see.
//
// Use it for what is read before it is known to be valid, and thrown away if an
// atomic elsewhere says so: the slots of a ring, whose head decides. Never for
// what must be seen, or seen in an order.
type Relaxed[T any] struct{ p *T }

// Load returns a value that was stored.
func (r *Relaxed[T]) Load() *T { return r.p }

// Store sets the value.
func (r *Relaxed[T]) Store(p *T) { r.p = p }
