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
	watching waitState = iota // in the line's list: see watchUntil
	looking                   // the line has changed: the next look is made for its own sake
	swapping                  // the look has found until: the swap is next
)

// await is [Uint32.Await] and [Uint32.AwaitSwap], for a CPU whose wait is filled in but for line
// and every.
func (m *machine) await(l *line, pauses uint32, w waiting) (left int) {
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
func (m *machine) watch(c *cpu) {
	w := &c.wait
	w.state, w.before, w.after = watching, nil, w.line.watch
	if w.after != nil {
		w.after.wait.before = c
	}
	w.line.watch = c
	m.watchUntil(c, c.sliceEnd)
}

// watchUntil lets c wait for its line until all looks have been hits, but no longer than until
// ps if threads wait for a CPU.
func (m *machine) watchUntil(c *cpu, ps int64) {
	w := &c.wait
	end := c.now + min(int64(w.left), latest/w.every)*w.every
	if len(m.runq) > 0 {
		end = min(end, max(ps, c.now))
	}
	m.clocks.set(c.id, end)
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
func (m *machine) changed(l *line, ps int64) {
	for c := l.watch; c != nil; c = c.wait.after {
		m.hits(c, ps)
		m.clocks.set(c.id, c.now)
	}
	l.watch = nil
	m.behind()
}

// hits counts the looks of c, which waits for its line, that come before ps.
func (m *machine) hits(c *cpu, ps int64) {
	w := &c.wait
	if late := ps - c.now; late > 0 {
		n := min((late+w.every-1)/w.every, int64(w.left))
		c.now += n * w.every
		w.left -= int(n)
		m.n.Hits += uint64(n)
	}
	w.state = looking
}

// watched is called when it is the turn of c, at ps, and it still waits for its line.
func (m *machine) watched(c *cpu, ps int64) {
	c.unwatch()
	m.hits(c, ps)
}

// awaits is called when it is the turn of a CPU that waits. It says whether its thread goes on.
func (m *machine) awaits(c *cpu) (goesOn bool) {
	w := &c.wait
	if w.left > 0 {
		if w.state == swapping {
			m.trySwap(c)
		} else {
			m.look(c)
		}
	}
	if w.found || w.left == 0 {
		w.line = nil
		return true
	}
	return false
}

// look is one look of a CPU that waits.
func (m *machine) look(c *cpu) {
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
func (m *machine) trySwap(c *cpu) {
	w := &c.wait
	asked := c.now
	c.now += m.costs.code
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
func (m *machine) missed(c *cpu) {
	w := &c.wait
	w.left--
	c.now += w.every - m.costs.load
	if w.left > 0 {
		m.watch(c)
	}
}
