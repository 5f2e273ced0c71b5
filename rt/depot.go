package rt

import "schedlab/host"

// depot is the idle things of one kind, such as dead Gs, that are too many for their owners.
// Any thread may use it. An owner, such as a P, keeps a few in a stash, which it alone uses.
// The zero depot and the zero stash are empty.
//
// # Magazines
//
// A stash is two magazines: one that is loaded, and a spare, which is full or empty. What goes
// to the depot and back is a magazine at a time. It goes by its pointer, so the depot's lock is
// held for as long as that takes, however many things are in it.
//
//	get                                   put
//	1. loaded is not empty: take from it  1. loaded is not full: add to it
//	2. the spare is full: swap the two,   2. the spare is empty: swap the two,
//	   go to 1                               go to 1
//	3. under the depot's lock: leave      3. under the depot's lock: leave the
//	   loaded, which is empty; take one      spare, which is full; take an empty
//	   that is not. Left out if the          one, or make one
//	   flag some, which is read without   4. loaded is the spare now, and the
//	   the lock, says that there is none     empty one is loaded; go to 1
//	4. go to 1, or answer that there is
//	   nothing
//
// Proof sketch. Nothing is lost or there twice: a thing is in one magazine, and a magazine in
// one stash or in the depot. Nor does a stash visit the depot again soon: after step 3 it has a
// full magazine and an empty one. That is good for a magazine of gets as well as for one of
// puts.
//
// # Sizes
//
// A magazine holds 32 at first. So an owner has at most 64, gives 32 away when they are too
// many, and takes 32 when it has none: these are the free lists of Go's Ps (gfput, gfget). Under
// contention that is too few: with 64 CPUs, fork-join spent half of its CPU time waiting for the
// lock. So an owner that finds the depot's lock contended makes larger magazines, up to eight
// times as large. Magazines of all sizes go together in the depot.
//
// Source: the magazine layer of Bonwick and Adams, "Magazines and Vmem" (2001), with its
// resizing. We deviate: sizes are an owner's own, and a magazine is not made smaller.
type depot[T any] struct {
	mu    host.CountedMutex
	full  []magazine[T] // each with something in it, and full unless an owner is no more
	empty []magazine[T]

	// contended is what mu had counted when it was taken last.
	contended uint64

	// some says that full is not empty. Stored under mu. Atomic, because a stash loads it
	// without mu. An owner that sees it out of date makes a thing that it need not have made, or
	// looks in vain.
	some host.Bool
}

// magazine is things, the last put the first to be taken. Its size is its capacity. What is taken
// stays in its slot until another comes there, so it keeps as many things as its size from the
// garbage collector: they will be used again anyway.
type magazine[T any] []*T

const (
	magazineSize    = 32
	maxMagazineSize = 8 * magazineSize
)

// lock takes mu. It says whether that was contended.
func (d *depot[T]) lock() (contended bool) {
	d.mu.Lock()
	n := d.mu.Contended()
	contended = n != d.contended
	d.contended = n
	return contended
}

// unlock needs mu, and releases it.
func (d *depot[T]) unlock() {
	if some := len(d.full) > 0; some != d.some.Load() {
		d.some.Store(some)
	}
	d.mu.Unlock()
}

// load is step 3 of get in 'Magazines'. It returns m itself if there is none.
func (d *depot[T]) load(m magazine[T]) (loaded magazine[T], contended bool) {
	contended = d.lock()
	defer d.unlock()
	if len(d.full) == 0 {
		return m, contended
	}
	if cap(m) > 0 {
		d.empty = append(d.empty, m)
	}
	return pop(&d.full), contended
}

// unload is step 3 of put in 'Magazines'. The magazine that it returns has at least size.
func (d *depot[T]) unload(full magazine[T], size int) (empty magazine[T], contended bool) {
	contended = d.lock()
	d.full = append(d.full, full)
	for cap(empty) < size && len(d.empty) > 0 { // one that is too small is dropped
		empty = pop(&d.empty)
	}
	d.unlock()
	if cap(empty) < size {
		empty = make(magazine[T], 0, size)
	}
	return empty, contended
}

// one takes one thing, for a thread without a stash. It returns nil, and counts that in missed,
// if there is none.
func (d *depot[T]) one(missed *uint64) *T {
	d.lock()
	defer d.unlock()
	if len(d.full) == 0 {
		*missed++
		return nil
	}
	last := &d.full[len(d.full)-1]
	x := last.pop()
	if len(*last) == 0 {
		d.empty = append(d.empty, pop(&d.full))
	}
	return x
}

// add takes in what an owner leaves that is no more.
func (d *depot[T]) add(s *stash[T]) {
	d.lock()
	for _, m := range []magazine[T]{s.loaded, s.spare} {
		if len(m) > 0 {
			d.full = append(d.full, m)
		}
	}
	d.unlock()
	*s = stash[T]{}
}

// drop forgets everything.
func (d *depot[T]) drop() {
	d.lock()
	d.full, d.empty = nil, nil
	d.unlock()
}

// len counts what there is.
func (d *depot[T]) len() (n int) {
	d.lock()
	defer d.unlock()
	for _, m := range d.full {
		n += len(m)
	}
	return n
}

// stash is the idle things of an owner.
type stash[T any] struct {
	loaded, spare magazine[T]
	size          int // of the magazines that it makes; 0: magazineSize
	pressure      int // see visited
}

// get takes the thing that was put last, of those in loaded, or a thing of the depot; nil if
// there is none.
func (s *stash[T]) get(d *depot[T]) *T {
	if x := s.loaded.pop(); x != nil {
		return x
	}
	return s.reload(d)
}

// put keeps x.
func (s *stash[T]) put(x *T, d *depot[T]) {
	if len(s.loaded) == cap(s.loaded) {
		s.unload(d)
	}
	n := len(s.loaded)
	s.loaded = s.loaded[:n+1]
	s.loaded[n] = x
}

// reload is steps 2 to 4 of get in 'Magazines'.
func (s *stash[T]) reload(d *depot[T]) *T {
	switch {
	case len(s.spare) > 0:
		s.loaded, s.spare = s.spare, s.loaded
	case d.some.Load():
		loaded, contended := d.load(s.loaded)
		s.loaded = loaded
		s.visited(contended)
	}
	return s.loaded.pop()
}

// unload is steps 2 to 4 of put in 'Magazines'.
func (s *stash[T]) unload(d *depot[T]) {
	if len(s.spare) > 0 {
		empty, contended := d.unload(s.spare, s.sizeNow())
		s.loaded, s.spare = empty, s.loaded
		s.visited(contended)
		return
	}
	s.loaded, s.spare = s.spare, s.loaded
	if cap(s.loaded) == 0 {
		s.loaded = make(magazine[T], 0, s.sizeNow())
	}
}

func (s *stash[T]) sizeNow() int { return max(s.size, magazineSize) }

// Magazines grow if more than one visit in nine finds the depot's lock contended: this is by
// how much such a visit counts for more than another, and at what the sum they grow.
const (
	contendedWeight = 8
	growAt          = 32
)

// visited is called after each visit to the depot.
func (s *stash[T]) visited(contended bool) {
	if !contended {
		s.pressure = max(s.pressure-1, 0)
		return
	}
	if s.pressure += contendedWeight; s.pressure >= growAt {
		s.pressure = 0
		s.size = min(2*s.sizeNow(), maxMagazineSize)
	}
}

// pop takes the last thing; nil if there is none. It is so small that it is inlined.
func (m *magazine[T]) pop() *T {
	last := len(*m) - 1
	if last < 0 {
		return nil
	}
	x := (*m)[last]
	*m = (*m)[:last]
	return x
}

// pop takes the last magazine of a list that has one.
func pop[T any](list *[]magazine[T]) magazine[T] {
	last := len(*list) - 1
	m := (*list)[last]
	(*list)[last] = nil
	*list = (*list)[:last]
	return m
}
