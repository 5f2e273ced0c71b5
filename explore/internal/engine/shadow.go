package engine

// Shadow is what is known of the accesses to plain memory: the last write, and the last read
// of each thread, as the threads' own clocks then stood (FastTrack, Flanagan and Freund,
// PLDI 2009). See 'Two kinds of happens-before'.
type Shadow struct {
	_       noCopy
	e       *Engine
	Name    string
	toucher int32 // the first thread that touched it in this execution
	writer  int32
	written int32 // 0: never
	reads   clock
}

// Read says that t reads the memory: a data race with a write that nothing orders before it.
func (s *Shadow) Read(t *Thread) {
	if t.alone {
		t.e.solo.plain = true
		t.e.solo.touches++
		return // it will be judged on the record
	}
	t.touches++
	if s.written > t.sync.at(s.writer) {
		s.race(t, "reads", "written", t.e.Threads[s.writer])
	}
	s.reads.put(t.ID, t.sync[t.ID])
	s.accessed(t, Reads)
}

// Write says that t writes the memory: a data race with all that nothing orders before it.
func (s *Shadow) Write(t *Thread) {
	t.hidden = true
	if t.alone {
		t.e.solo.plain = true
		t.e.solo.touches++
		return
	}
	t.touches++
	if s.written > t.sync.at(s.writer) {
		s.race(t, "writes", "written", t.e.Threads[s.writer])
	}
	for u, n := range s.reads {
		if n > t.sync.at(int32(u)) {
			s.race(t, "writes", "read", t.e.Threads[u])
		}
	}
	s.writer, s.written = t.ID, t.sync[t.ID]
	s.accessed(t, Writes)
}

// race ends the execution: t does what other has done, and nothing orders the two.
func (s *Shadow) race(t *Thread, does, done string, other *Thread) {
	name := s.Name
	if name == "" {
		name = "a Var"
	}
	t.Violate(DataRace, "%v %s %s that %v has %s, and nothing orders the two%s",
		t, does, name, other, done, s.accesses(t, other))
}

// accesses tells where t, which is about to access the memory, and other have done it, if
// that is recorded.
func (s *Shadow) accesses(t *Thread, other *Thread) string {
	if t.Observer() == nil {
		return ""
	}
	return t.Observer().Raced(s, t, other)
}

// Touch notes that t accesses the memory, which belongs to owner. It says whether that is
// the first access in this execution.
func (s *Shadow) Touch(t *Thread, owner interface{ Reset() }) (first bool) {
	if s.e == nil {
		first = true
		s.e, s.toucher = t.e, t.ID
		t.e.plain = append(t.e.plain, owner)
	}
	if s.e != t.e {
		panic("explore: a Var is used by two explorations at the same time; " +
			"make it inside the program, or explore with one worker")
	}
	s.touched(t)
	return first
}

// touched notes that t accesses the memory: perhaps another thread has touched it.
func (s *Shadow) touched(t *Thread) {
	if s.toucher != t.ID {
		t.e.Sharing = connected
	}
}

// accessed tells the observer that t has accessed the memory.
func (s *Shadow) accessed(t *Thread, m Mode) {
	if o := t.Observer(); o != nil {
		o.Accessed(s, t, m)
	}
}
