package sim

// Line stands for plain memory whose cache lines travel together: what a lock protects, the
// record of a G. The zero Line is held by no CPU.
type Line struct{ l line }

// Touch is a write of so many lines of it: they come to the CPU that calls. Those after the
// first overlap with it in part (Costs.Follow).
func (l *Line) Touch(lines int) {
	m := running.Load()
	if m == nil {
		return
	}
	if c := m.cpu; l.l.holder == c.tag {
		c.now += int64(lines) * m.costs.hit
		m.n.Hits++
		return
	}
	m.touch(touch{&l.l, lines, true})
}

// Read is a read of so many lines of it, of which other CPUs keep their copies.
func (l *Line) Read(lines int) {
	m := running.Load()
	if m == nil {
		return
	}
	if c := m.cpu; l.l.holder == c.tag || l.l.holder == m.shared && l.l.sharedBy(c) {
		c.now += int64(lines) * m.costs.hit
		m.n.Hits++
		return
	}
	m.touch(touch{&l.l, lines, false})
}

// touch is a Touch or a Read that waits for its turn. The program learns nothing from it, so its
// coroutine is not continued for it.
type touch struct {
	line  *line
	lines int
	write bool
}

func (m *machine) touch(t touch) {
	c := m.cpu
	if c.now > m.limit {
		c.touch = t
		m.pass()
		return
	}
	m.touches(c, t)
}

func (m *machine) touches(c *cpu, t touch) {
	var took int64
	if t.write {
		took = m.own(t.line, c)
	} else {
		took = m.share(t.line, c)
	}
	m.follow(t.line, c, took, t.lines)
}

// follow is the part of a Touch or a Read that goes for the lines after the first, whose
// transfer took so long.
func (m *machine) follow(l *line, c *cpu, took int64, lines int) {
	if more := int64(lines - 1); more > 0 && took > 0 {
		more *= took * m.costs.follow / whole
		c.now += more
		l.busy += more
	}
	c.now += int64(lines) * m.costs.hit
}

// pieceNs is how long a computation lasts at most before other threads may take its CPU.
const pieceNs = 100_000

// Work says that the caller computed for so many ns, in its own cache.
func Work(ns int64) {
	m := running.Load()
	if m == nil {
		return
	}
	for ns = min(ns, maxLimit.Nanoseconds()); ns > pieceNs; ns -= pieceNs {
		m.cpu.now += pieceNs * picosPerNs
		m.pass()
	}
	m.cpu.now += max(ns, 0) * picosPerNs
}

// local passes ps in which the CPU does nothing that another one could see: it needs no turn.
// It returns the time.
func (m *machine) local(ps int64) int64 {
	c := m.cpu
	if c.now > m.ahead+maxTurn {
		c = m.pass()
	}
	c.now += ps
	return c.now
}

// Pause says that the caller executed n instructions of a spin loop.
func Pause(n uint32) {
	m := running.Load()
	if m == nil {
		return
	}
	c := m.cpu
	c.now += int64(n) * m.costs.pause
	if c.now > m.ahead {
		m.pass()
	}
}

// Use is a load or a store of plain memory that the CPU holds.
func Use() {
	if m := running.Load(); m != nil {
		m.cpu.now += m.costs.hit
	}
}

// Nanotime returns the virtual time in nanoseconds since the machine began; 0 where none runs.
func Nanotime() int64 {
	m := running.Load()
	if m == nil {
		return 0
	}
	return m.local(m.costs.clock) / picosPerNs
}

// Ticks is Nanotime for the cheaper counter of the CPU. It costs half.
func Ticks() int64 {
	m := running.Load()
	if m == nil {
		return 0
	}
	return m.local(m.costs.clock/2) / picosPerNs
}

// CPU returns the number of the CPU that runs the caller; -1 where no machine runs.
func CPU() int {
	if m := running.Load(); m != nil {
		return int(m.cpu.id)
	}
	return -1
}

// CPUs returns how many CPUs the machine has; 0 where none runs.
func CPUs() int {
	if m := running.Load(); m != nil {
		return len(m.cpus)
	}
	return 0
}

// Distance returns how far two CPUs are from each other: 0 for the same one, 1 in a cluster, 2
// in a socket, 3 for two sockets. It is 0 if one of them is no CPU of the machine.
func Distance(a, b int) int {
	m := running.Load()
	if m == nil || a < 0 || b < 0 || a >= len(m.cpus) || b >= len(m.cpus) {
		return 0
	}
	return int(m.cpus[a].distance(m.cpus[b]))
}

// Await looks at x up to tries times, with a Pause of so many instructions after each look that
// does not find until. It returns how many looks were left with the one that found it; 0: none
// did. The time that it takes is that of the loop
//
//	for left = tries; left > 0; left-- {
//		if x.Load() == until {
//			return left
//		}
//		Pause(pauses)
//	}
//	return 0
//
// See 'Waiting for a line'.
func (x *Uint32) Await(until uint32, tries int, pauses uint32) (left int) {
	if m := running.Load(); m != nil {
		return m.await(&x.l, pauses, waiting{word: &x.v, until: until, left: tries})
	}
	if x.v != until {
		return 0
	}
	return tries
}

// AwaitSwap is Await that tries to swap until for new when it has found it, and says whether it
// did. A swap that fails is followed by the same Pause.
//
//	for range tries {
//		if x.Load() == until && x.CompareAndSwap(until, new) {
//			return true
//		}
//		Pause(pauses)
//	}
//	return false
func (x *Uint32) AwaitSwap(until, new uint32, tries int, pauses uint32) bool {
	if m := running.Load(); m != nil {
		w := waiting{word: &x.v, until: until, swap: true, new: new, left: tries}
		return m.await(&x.l, pauses, w) > 0
	}
	if x.v != until || tries <= 0 {
		return false
	}
	x.v = new
	return true
}
