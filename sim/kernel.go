package sim

// The kernel's run queue: see 'The kernel'. What decides is thread.ran, the time that a thread
// has run. A thread that was away counts as having run at most a slice less than any other that
// is awake. So a long sleep gives no right to a CPU for long. (CFS has the same clamp.)

// place makes t, which has no CPU, runnable at ps.
func (m *machine) place(t *thread, ps int64) {
	if m.idles > 0 {
		c := m.idleNear(t.last)
		m.idle.remove(c)
		m.idles--
		c.now = max(c.now, ps+m.costs.wakeLatency)
		c.idle += c.now - c.idleFrom
		m.give(c, t)
	} else {
		most := m.measure()
		t.ran = max(t.ran, m.leastRan-m.costs.slice)
		if most.ran()-t.ran > m.costs.wakePreempts {
			most.sliceEnd = 0
		}
		m.enqueue(t, ps)
	}
	m.behind()
}

// enqueue adds t to the run queue, at ps. CPUs that wait for a line must know.
func (m *machine) enqueue(t *thread, ps int64) {
	m.runq = append(m.runq, t)
	for _, c := range m.cpus {
		if c.wait.line != nil && c.wait.state == watching {
			m.watchUntil(c, max(c.sliceEnd, ps))
		}
	}
}

// idleNear returns an idle CPU: c itself, or one as near as possible. There is one.
func (m *machine) idleNear(c *cpu) *cpu {
	if c == nil {
		return m.cpus[m.idle.first(m.idle)]
	}
	if m.idle.has(c) {
		return c
	}
	for _, set := range [...]cpus{c.cluster, c.socket, m.idle} {
		if i := m.idle.first(set); i >= 0 {
			return m.cpus[i]
		}
	}
	panic("sim: idleNear: no CPU is idle")
}

// ran returns how long the thread on c has run.
func (c *cpu) ran() int64 { return c.thread.ran + c.now - c.thread.since }

// measure updates leastRan and returns the CPU whose thread has run most. No CPU is idle, but
// the one that calls may have no thread at this moment.
func (m *machine) measure() (most *cpu) {
	least := int64(never)
	for _, c := range m.cpus {
		if c.thread == nil {
			continue
		}
		ran := c.ran()
		least = min(least, ran)
		if most == nil || ran > most.ran() {
			most = c
		}
	}
	for _, t := range m.runq {
		least = min(least, t.ran)
	}
	m.leastRan = max(m.leastRan, least)
	return most
}

// give makes t the thread of c, which has none.
func (m *machine) give(c *cpu, t *thread) {
	c.thread, t.on, t.last = t, c, c
	t.since = c.now
	c.sliceEnd = c.now + m.costs.slice
	c.wait, t.wait.line = t.wait, nil
	m.clocks.set(c.id, c.now)
}

// off takes the thread of c off it.
func (m *machine) off(c *cpu) *thread {
	t := c.thread
	t.ran = c.ran()
	t.wait, c.wait.line = c.wait, nil
	c.thread, t.on = nil, nil
	return t
}

// next gives c, which has no thread, one that waits. If there is none, c is idle.
func (m *machine) next(c *cpu) {
	if len(m.runq) == 0 {
		m.clocks.clear(c.id)
		m.idle.add(c)
		m.idles++
		c.idleFrom = c.now
		return
	}
	c.now += m.costs.contextSwitch
	m.n.ContextSwitches++
	m.give(c, m.dequeue())
}

// dequeue takes the thread out of the run queue that has run least; of equal ones the first.
func (m *machine) dequeue() *thread {
	least := m.least()
	t := m.runq[least]
	m.runq = append(m.runq[:least], m.runq[least+1:]...)
	return t
}

func (m *machine) least() (at int) {
	for i, t := range m.runq {
		if t.ran < m.runq[at].ran {
			at = i
		}
	}
	return at
}

// preempted is called when the slice of the thread on c is over and others wait. It says
// whether c has another thread now.
func (m *machine) preempted(c *cpu) bool {
	if c.ran() <= m.runq[m.least()].ran {
		c.sliceEnd = c.now + m.costs.slice
		return false
	}
	t := m.off(c)
	next := m.dequeue()
	m.enqueue(t, c.now)
	c.now += m.costs.contextSwitch
	m.n.ContextSwitches++
	m.n.Preemptions++
	m.give(c, next)
	return true
}

// block takes the running thread off its CPU, and returns when it runs again.
func (m *machine) block() {
	c := m.cpu
	m.off(c)
	m.next(c)
	m.resumeNext()
}

// behind is called when a CPU or the timers may have become due earlier, or a thread has begun
// to wait for a CPU.
func (m *machine) behind() {
	c := m.cpu
	if c == nil {
		return // before the first thread runs
	}
	m.limit = min(int64(m.clocks.first()>>leafBits), c.now+maxTurn)
	if len(m.runq) > 0 {
		m.limit = min(m.limit, c.sliceEnd)
	}
	m.ahead = m.limit + m.costs.ahead
}

// maxTurn is how many ps a CPU goes on at most before it asks whose turn it is, though no
// other is behind: so the limit of a run is seen.
const maxTurn = 1e9
