package explore

// Var is plain shared memory: reading and writing it are no steps, and two
// accesses that nothing orders, one of them a write, are a data race, which is
// a violation. See 'Two kinds of happens-before'.
type Var[T any] struct {
	_      noCopy
	v      T
	first  T // before the execution
	shadow shadow
}

func (x *Var[T]) reset() { x.v, x.first, x.shadow = x.first, *new(T), shadow{} }

// Load returns the value.
func (x *Var[T]) Load() T {
	t := self("Var.Load")
	x.touch(t)
	x.shadow.read(t)
	if t.e.trace != nil {
		t.e.trace.value(x.v)
	}
	return x.v
}

// Store sets the value.
func (x *Var[T]) Store(v T) {
	t := self("Var.Store")
	x.touch(t)
	x.shadow.write(t)
	x.v = v
	if t.e.trace != nil {
		t.e.trace.value(v)
	}
}

func (x *Var[T]) touch(t *thread) {
	if x.shadow.e == nil {
		x.first = x.v
		x.shadow.e, x.shadow.toucher = t.e, t.id
		t.e.plain = append(t.e.plain, x)
	}
	if x.shadow.e != t.e {
		panic("explore: a Var is used by two explorations at the same time; make it inside the program, or explore with one worker")
	}
	x.shadow.touched(t)
}

func (x *Var[T]) named(e *engine, name string) {
	x.touch(e.cur)
	x.shadow.name = name
}

// shadow is what is known of the accesses to plain memory: the last write, and
// the last read of each thread, as the threads' own clocks then stood (FastTrack,
// Flanagan and Freund, PLDI 2009).
type shadow struct {
	e       *engine
	name    string
	toucher int32 // the first thread that touched it in this execution
	writer  int32
	written int32 // 0: never
	reads   clock
}

func (s *shadow) read(t *thread) {
	if s.written > t.sync.at(s.writer) {
		s.race(t, "reads", "written", t.e.threads[s.writer])
	}
	s.reads.put(t.id, t.sync[t.id])
	t.e.accessed(s, t, reads)
}

func (s *shadow) write(t *thread) {
	if s.written > t.sync.at(s.writer) {
		s.race(t, "writes", "written", t.e.threads[s.writer])
	}
	for u, n := range s.reads {
		if n > t.sync.at(int32(u)) {
			s.race(t, "writes", "read", t.e.threads[u])
		}
	}
	s.writer, s.written = t.id, t.sync[t.id]
	t.e.accessed(s, t, writes)
}

func (s *shadow) race(t *thread, does, done string, other *thread) {
	name := s.name
	if name == "" {
		name = "a Var"
	}
	t.violate(DataRace, "%v %s %s that %v has %s, and nothing orders the two%s",
		t, does, name, other, done, s.e.trace.accesses(s, t, other))
}
