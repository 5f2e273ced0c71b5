package sim

// waiting is a CPU that looks at a word again and again: see 'Waiting for a line'. Its clock
// stands at the next look that it has not made.
type waiting struct {
	line  *line // nil: it does not wait
	word  *uint32
	until uint32
	left  int   // looks that it has not made
	every int64 // ps from one look to the next, if both are hits

	// due: the line has changed since the last look, so the next one is made for its own
	// sake. Otherwise the CPU is in the line's list, and its leaf stands at the end of all
	// looks that are left.
	due           bool
	before, after *cpu // in that list
}

// await is [Uint32.Await].
func (m *Machine) await(l *line, word *uint32, until uint32, tries int, pauses uint32) (left int) {
	if tries <= 0 {
		return 0
	}
	m.load(l)
	if *word == until {
		return tries
	}
	pause := int64(pauses) * m.costs.pause
	c := m.cpu
	c.now += pause
	if tries == 1 {
		return 0
	}
	c.wait = waiting{
		line: l, word: word, until: until, left: tries - 1, every: m.costs.load + pause,
	}
	m.watch(c)
	m.resumeNext()
	return m.cpu.wait.left
}

// watch makes c wait for its line to change.
func (m *Machine) watch(c *cpu) {
	w := &c.wait
	w.due, w.before, w.after = false, nil, w.line.watch
	if w.after != nil {
		w.after.wait.before = c
	}
	w.line.watch = c
	m.clocks.set(c.id, c.now+int64(w.left)*w.every)
}

// unwatch takes c out of the list of its line.
func (c *cpu) unwatch() {
	w := &c.wait
	if w.after != nil {
		w.after.wait.before = w.before
	}
	if w.before != nil {
		w.before.wait.after = w.after
	} else {
		w.line.watch = w.after
	}
}

// changed is called when another CPU has asked for l at ps, to write it. Each CPU that waits
// for that makes its first look from then on.
func (m *Machine) changed(l *line, ps int64) {
	for c := l.watch; c != nil; c = c.wait.after {
		w := &c.wait
		if late := ps - c.now; late > 0 {
			// Looks before were hits. If all were, the loop ends at the time that its leaf says.
			hits := min(int(late+w.every-1)/int(w.every), w.left)
			c.now += int64(hits) * w.every
			w.left -= hits
			m.n.Hits += uint64(hits)
		}
		w.due = true
		m.clocks.set(c.id, c.now)
	}
	l.watch = nil
}

// look is called when it is the turn of a CPU that waits. It says whether its thread goes on.
func (m *Machine) look(c *cpu) (goesOn bool) {
	w := &c.wait
	if !w.due {
		c.unwatch()
		m.n.Hits += uint64(w.left)
		c.now += int64(w.left) * w.every
		w.left = 0
	}
	if w.left == 0 {
		w.line = nil
		return true
	}
	c.now += m.costs.code
	m.share(w.line, c)
	c.now += m.costs.hit
	if *w.word == w.until {
		w.line = nil
		return true
	}
	w.left--
	c.now += w.every - m.costs.load
	if w.left == 0 {
		w.line = nil
		return true
	}
	m.watch(c)
	return false
}
