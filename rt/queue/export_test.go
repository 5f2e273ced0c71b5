package queue

// RingSize is the size of a Ring.
var RingSize = int(ringSize())

// Counts returns how many elements were taken from and put into the ring.
func (r *Ring[T]) Counts() (head, tail uint32) { return r.head.Load(), r.tail.Load() }

// StealSize is the size rule of a steal.
var StealSize = stealSize

// Kept returns how many elements the batch of r still refers to.
func (r *Ring[T]) Kept() int {
	n := 0
	for _, x := range r.batch {
		if x != nil {
			n++
		}
	}
	return n
}
