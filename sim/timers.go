package sim

// timers are the sleeps that have an end: a binary heap, the earliest first, of equal ones
// that which began first.
type timers struct {
	heap []*thread
	seq  uint64
	leaf int32 // in machine.clocks
}

// arm sees to it that t, which goes to sleep at ps, is woken after ns.
func (m *machine) arm(t *thread, ps, ns int64) {
	ts := &m.timers
	t.when = m.expires + 1 // it is not seen any more
	if ns < m.expires/picosPerNs {
		t.when = min(t.when, ps+ns*picosPerNs+m.costs.timerSlack)
	}
	ts.seq++
	t.seq = ts.seq
	ts.heap = append(ts.heap, t)
	t.timer = len(ts.heap)
	ts.up(t.timer - 1)
	m.publish()
}

// disarm takes the timer of t back, if it has one.
func (m *machine) disarm(t *thread) {
	if t.timer == 0 {
		return
	}
	ts := &m.timers
	i, last := t.timer-1, len(ts.heap)-1
	moved := ts.heap[last]
	ts.heap[last] = nil
	ts.heap = ts.heap[:last]
	t.timer = 0
	if i < last {
		ts.put(moved, i)
		ts.down(i)
		ts.up(i)
	}
	m.publish()
}

// fire wakes the thread whose timer is due.
func (m *machine) fire() {
	t := m.timers.heap[0]
	m.disarm(t)
	t.futex.remove(t)
	t.timedOut = true
	m.n.TimersFired++
	m.place(t, t.when)
}

func (m *machine) publish() {
	if ts := &m.timers; len(ts.heap) == 0 {
		m.clocks.clear(ts.leaf)
	} else {
		m.clocks.set(ts.leaf, ts.heap[0].when)
	}
	m.behind()
}

func (ts *timers) put(t *thread, i int) {
	ts.heap[i] = t
	t.timer = i + 1
}

func (t *thread) before(other *thread) bool {
	return t.when < other.when || t.when == other.when && t.seq < other.seq
}

func (ts *timers) up(i int) {
	t := ts.heap[i]
	for i > 0 && t.before(ts.heap[(i-1)/2]) {
		ts.put(ts.heap[(i-1)/2], i)
		i = (i - 1) / 2
	}
	ts.put(t, i)
}

func (ts *timers) down(i int) {
	t := ts.heap[i]
	for {
		child := 2*i + 1
		if child >= len(ts.heap) {
			break
		}
		if child+1 < len(ts.heap) && ts.heap[child+1].before(ts.heap[child]) {
			child++
		}
		if !ts.heap[child].before(t) {
			break
		}
		ts.put(ts.heap[child], i)
		i = child
	}
	ts.put(t, i)
}
