package explore

// shadow is what is known of the accesses to plain memory: the last write, and
// the last read of each thread, as the threads' own clocks then stood (FastTrack,
// Flanagan and Freund, PLDI 2009).
type shadow struct {
	_       noCopy
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
	s.accessed(t, reads)
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
	s.accessed(t, writes)
}

func (s *shadow) race(t *thread, does, done string, other *thread) {
	name := s.name
	if name == "" {
		name = "a Var"
	}
	t.violate(DataRace, "%v %s %s that %v has %s, and nothing orders the two%s",
		t, does, name, other, done, s.accesses(t, other))
}

// accesses tells where t, which is about to access what s belongs to, and other have
// done it, if that is recorded.
func (s *shadow) accesses(t *thread, other *thread) string {
	if s.e.observer == nil {
		return ""
	}
	return s.e.observer.raced(s, t, other)
}

// touch notes that t accesses what s belongs to, which is owner. It says whether
// that is the first access in this execution.
func (s *shadow) touch(t *thread, owner interface{ reset() }) (first bool) {
	if s.e == nil {
		first = true
		s.e, s.toucher = t.e, t.id
		t.e.plain = append(t.e.plain, owner)
	}
	if s.e != t.e {
		panic("explore: a Var is used by two explorations at the same time; make it inside the program, or explore with one worker")
	}
	s.touched(t)
	return first
}

// touched notes that t accesses what s belongs to.
func (s *shadow) touched(t *thread) {
	if s.toucher != t.id {
		t.e.sharing = connected
	}
}

// accessed tells the observer that t has accessed what s belongs to.
func (s *shadow) accessed(t *thread, m mode) {
	if o := t.e.observer; o != nil {
		o.accessed(s, t, m)
	}
}
