//go:build !race && !model && !sim

package host

// Relaxed is a pointer that threads read and write without any order. A read returns
// something that was written, and that is all it promises. Go's memory model promises as
// much of every word, so in the plain build Relaxed is a plain word. A store is then a MOV;
// an atomic one is an XCHG on amd64, some 5 to 8 ns.
//
// The race detector would report such reads, so a build under it uses an atomic. The two
// builds differ in what they promise to the detector, and in nothing that a correct program
// may see.
//
// Use it for what is read before it is known to be valid, and is thrown away if an atomic
// elsewhere says so: the slots of a ring, whose head decides. Never use it for what must be
// seen, or seen in an order.
type Relaxed[T any] struct{ p *T }

// Load returns a value that was stored.
func (r *Relaxed[T]) Load() *T { return r.p }

// Store sets the value.
func (r *Relaxed[T]) Store(p *T) { r.p = p }
