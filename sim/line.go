package sim

// line is a cache line: see 'The transfer of a line'. It is part of the variable that it holds.
// The zero line is held by no CPU.
type line struct {
	// holder is who holds the line, stamped with the machine: the tag of the CPU that holds
	// it alone, or machine.shared. What an earlier machine has written is neither, and
	// counts as no holder.
	holder uint64

	busy  int64  // ps until which a transfer occupies it
	low   uint64 // the first 64 CPUs that share it, if it is shared
	more  *[MaxCPUs/64 - 1]uint64
	watch *cpu // CPUs that wait for it to change, the last first: see waiting
}

const (
	// tagBits is how many bits of a holder are the CPU's number, or sharedTag.
	tagBits   = 16
	sharedTag = 1<<tagBits - 1
)

// sharedBy says whether c has a copy of a line that is shared.
func (l *line) sharedBy(c *cpu) bool {
	if c.word == 0 {
		return l.low&c.bit != 0
	}
	return l.more != nil && l.more[c.word-1]&c.bit != 0
}

// load is an operation that reads l.
func (m *machine) load(l *line) {
	c := m.cpu
	if c.now > m.ahead {
		c = m.pass()
	}
	if l.holder == c.tag || l.holder == m.shared && l.sharedBy(c) {
		c.now += m.costs.load
		m.n.Hits++
		return
	}
	m.fetch(l)
}

// update is an operation that writes l, or may.
func (m *machine) update(l *line) {
	c := m.cpu
	if c.now > m.ahead {
		c = m.pass()
	}
	if l.holder == c.tag {
		c.now += m.costs.update
		m.n.Hits++
		return
	}
	m.take(l)
}

// fetch is a load that is no hit: the rest of its list in 'The transfer of a line'.
func (m *machine) fetch(l *line) {
	c := m.turn()
	c.now += m.costs.code
	m.share(l, c)
	c.now += m.costs.hit
}

// take is an update that is no hit: the rest of its list there.
func (m *machine) take(l *line) {
	c := m.turn()
	asked := c.now
	c.now += m.costs.code
	m.own(l, c)
	c.now += m.costs.rmw
	if l.watch != nil {
		m.changed(l, asked)
	}
}

// share gives c a copy of l, and returns the ps that the transfer took; 0: there was none.
func (m *machine) share(l *line, c *cpu) (took int64) {
	switch {
	case l.holder == c.tag || l.holder == m.shared && l.sharedBy(c):
		m.n.Hits++
	case l.holder>>tagBits != m.epoch:
		m.first(l, c)
	case l.holder == m.shared:
		took = m.transfer(l, c, l.nearest(c), m.costs.loadShare)
		l.addSharer(m, c)
	default:
		owner := m.cpus[l.holder&sharedTag]
		took = m.transfer(l, c, c.distance(owner), m.costs.loadShare)
		l.holder = m.shared
		l.low = 0
		if l.more != nil {
			clear(l.more[:])
		}
		l.addSharer(m, owner)
		l.addSharer(m, c)
	}
	return took
}

// own makes c the only holder of l, and returns what share does.
func (m *machine) own(l *line, c *cpu) (took int64) {
	switch {
	case l.holder == c.tag:
		m.n.Hits++
	case l.holder>>tagBits != m.epoch:
		m.first(l, c)
	case l.holder == m.shared:
		if far := l.farthest(c); far != same {
			took = m.transfer(l, c, far, whole)
		} else {
			m.n.Hits++
		}
	default:
		took = m.transfer(l, c, c.distance(m.cpus[l.holder&sharedTag]), whole)
	}
	l.holder = c.tag
	return took
}

// first is the first use of l in this machine.
func (m *machine) first(l *line, c *cpu) {
	l.holder, l.busy, l.watch = c.tag, 0, nil
	m.n.Lines++
}

// whole is the share of a transfer that keeps its line busy to the end.
const whole = 1024

// transfer brings l to c from d away. The line is busy for share of it.
func (m *machine) transfer(l *line, c *cpu, d distance, share int64) (took int64) {
	start := c.now
	if l.busy > start {
		m.n.QueuedPs += l.busy - start
		start = l.busy
	}
	took = m.latency(d)
	l.busy = start + took*share/whole
	c.now = start + took
	m.n.Transfers[d-1]++
	return took
}

// latency draws the time of a transfer.
func (m *machine) latency(d distance) int64 {
	ps := m.costs.latency[d]
	if m.costs.jitter == 0 {
		return ps
	}
	// -1023 to 1023 of 1024 parts of the jitter, which is in 1024ths itself.
	r := int64(m.rand.next()&2047) - 1023
	return ps + ps*m.costs.jitter>>10*r>>10
}

// addSharer says that c has a copy.
func (l *line) addSharer(m *machine, c *cpu) {
	if c.word == 0 {
		l.low |= c.bit
		return
	}
	if l.more == nil {
		l.more = m.moreSharers()
	}
	l.more[c.word-1] |= c.bit
}

// moreSharers returns room for the CPUs from 64 on, all zero.
func (m *machine) moreSharers() *[MaxCPUs/64 - 1]uint64 {
	if len(m.sharers) == 0 {
		m.sharers = make([][MaxCPUs/64 - 1]uint64, 64)
	}
	s := &m.sharers[0]
	m.sharers = m.sharers[1:]
	return s
}

// within says whether a CPU of set other than c shares l.
func (l *line) within(set cpus, c *cpu) bool {
	for i, w := range set {
		w &= l.sharerWord(i)
		if int32(i) == c.word {
			w &^= c.bit
		}
		if w != 0 {
			return true
		}
	}
	return false
}

// beyond says whether a CPU that is not in set shares l.
func (l *line) beyond(set cpus) bool {
	for i, w := range set {
		if l.sharerWord(i)&^w != 0 {
			return true
		}
	}
	return false
}

func (l *line) sharerWord(i int) uint64 {
	switch {
	case i == 0:
		return l.low
	case l.more == nil:
		return 0
	}
	return l.more[i-1]
}

// nearest returns how far c is from the nearest CPU that shares l.
func (l *line) nearest(c *cpu) distance {
	switch {
	case l.within(c.cluster, c):
		return near
	case l.within(c.socket, c):
		return far
	}
	return remote
}

// farthest returns how far c is from the farthest other CPU that shares l; same: there is none.
func (l *line) farthest(c *cpu) distance {
	switch {
	case l.beyond(c.socket):
		return remote
	case l.beyond(c.cluster):
		return far
	case l.within(c.cluster, c):
		return near
	}
	return same
}
