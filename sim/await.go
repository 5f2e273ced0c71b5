package sim

// waiting is a CPU that looks at a word again and again: see 'Waiting for a line'. Its clock
// stands at the next look, or swap, that it has not made.
type waiting struct {
	line  *line // nil: it does not wait
	word  *uint32
	until uint32
	swap  bool // when the word is until, swap it for new
	new   uint32
	left  int   // looks that it has not made, counted from that with which the current try began
	every int64 // ps from one look to the next, if both are hits
	found bool

	state         waitState
	before, after *cpu // in the line's list
}

type waitState uint8

const (
	watching waitState = iota // in the line's list; its leaf stands at the end of all looks
	looking                   // the line has changed: the next look is made for its own sake
	swapping                  // the look has found until: the swap is next
)

// await is [Uint32.Await] and [Uint32.AwaitSwap], for a CPU whose wait is filled in but for line
// and every.
func (m *Machine) await(l *line, pauses uint32, w waiting) (left int) {
	if w.left <= 0 {
		return 0
	}
	w.line, w.every = l, m.costs.load+int64(pauses)*m.costs.pause
	w.state = looking
	m.cpu.wait = w
	m.pass()
	if w := &m.cpu.wait; w.found {
		return w.left
	}
	return 0
}

// watch makes c, all of whose looks would be hits, wait for its line to change.
func (m *Machine) watch(c *cpu) {
	w := &c.wait
	w.state, w.before, w.after = watching, nil, w.line.watch
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
			hits := min(int((late+w.every-1)/w.every), w.left)
			c.now += int64(hits) * w.every
			w.left -= hits
			m.n.Hits += uint64(hits)
		}
		w.state = looking
		m.clocks.set(c.id, c.now)
	}
	l.watch = nil
	m.behind()
}

// awaits is called when it is the turn of a CPU that waits. It says whether its thread goes on.
func (m *Machine) awaits(c *cpu) (goesOn bool) {
	w := &c.wait
	switch w.state {
	case watching:
		c.unwatch()
		m.n.Hits += uint64(w.left)
		c.now += int64(w.left) * w.every
		w.left = 0
	case looking:
		if w.left > 0 {
			m.look(c)
		}
	case swapping:
		m.trySwap(c)
	}
	if w.found || w.left == 0 {
		w.line = nil
		return true
	}
	return false
}

// look is one look of a CPU that waits.
func (m *Machine) look(c *cpu) {
	w := &c.wait
	c.now += m.costs.code
	m.share(w.line, c)
	c.now += m.costs.hit
	switch {
	case *w.word != w.until:
		m.missed(c)
	case w.swap:
		w.state = swapping
		m.clocks.set(c.id, c.now)
	default:
		w.found = true
	}
}

// trySwap is one CAS of a CPU that waits.
func (m *Machine) trySwap(c *cpu) {
	w := &c.wait
	c.now += m.costs.code
	asked := c.now
	m.own(w.line, c)
	c.now += m.costs.rmw
	if *w.word == w.until {
		*w.word, w.found = w.new, true
	}
	if w.line.watch != nil {
		m.changed(w.line, asked)
	}
	if !w.found {
		m.missed(c)
	}
}

// missed is the pause after a try that failed.
func (m *Machine) missed(c *cpu) {
	w := &c.wait
	w.left--
	c.now += w.every - m.costs.load
	if w.left > 0 {
		m.watch(c)
	}
}
