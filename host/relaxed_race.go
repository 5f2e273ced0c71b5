//go:build (race || model) && !sim

package host

// Relaxed is an atomic, so that the race detector lets it be read at any time. The plain
// build's says when to use it.
type Relaxed[T any] struct{ p Pointer[T] }

// Load returns a value that was stored.
func (r *Relaxed[T]) Load() *T { return r.p.Load() }

// Store sets the value.
func (r *Relaxed[T]) Store(p *T) { r.p.Store(p) }
