package sim

import "encoding/binary"

// Counters are what a machine has counted.
type Counters struct {
	Hits      uint64                   // operations on lines that the CPU held
	Lines     uint64                   // lines that were used, each once
	Transfers [numDistances - 1]uint64 // of lines: within a cluster, a socket, between sockets
	QueuedPs  int64                    // ps that requests waited for a line that was busy

	Turns           uint64 // times that a CPU became the one that operates
	Switches        uint64 // of these, times that another coroutine went on
	StackSwitches   uint64 // from a Stack to another
	ContextSwitches uint64 // of CPUs from a thread to another
	Preemptions     uint64 // of these, times because a slice was over
	Sleeps          uint64 // futex calls that slept
	Wakes           uint64 // futex calls that woke a thread
	TimersFired     uint64
}

// Operations returns how many operations on lines there were.
func (n *Counters) Operations() uint64 {
	sum := n.Hits + n.Lines
	for _, t := range n.Transfers {
		sum += t
	}
	return sum
}

// Sub returns n - before: what happened between two readings.
func (n Counters) Sub(before Counters) Counters {
	n.Hits -= before.Hits
	n.Lines -= before.Lines
	for i := range n.Transfers {
		n.Transfers[i] -= before.Transfers[i]
	}
	n.QueuedPs -= before.QueuedPs
	n.Turns -= before.Turns
	n.Switches -= before.Switches
	n.StackSwitches -= before.StackSwitches
	n.ContextSwitches -= before.ContextSwitches
	n.Preemptions -= before.Preemptions
	n.Sleeps -= before.Sleeps
	n.Wakes -= before.Wakes
	n.TimersFired -= before.TimersFired
	return n
}

// words are all counters, in the order of the fields.
func (n *Counters) words() []uint64 {
	list := append([]uint64{n.Hits, n.Lines}, n.Transfers[:]...)
	return append(list, uint64(n.QueuedPs), n.Turns, n.Switches, n.StackSwitches,
		n.ContextSwitches, n.Preemptions, n.Sleeps, n.Wakes, n.TimersFired)
}

// Count returns what the running machine has counted so far; nothing where none runs.
func Count() Counters {
	if m := running.Load(); m != nil {
		return m.n
	}
	return Counters{}
}

// Report is what a run has come to.
type Report struct {
	Machine string // the name of its Config
	CPUs    int
	Threads int   // that were started
	Ns      int64 // virtual time from the start to the end of the last thread
	IdleNs  int64 // that CPUs had no thread, all CPUs together
	Counters

	// Hash is over all counters and all clocks: two runs with the same hash were the same, for
	// all that is counted.
	Hash uint64
}

func (m *machine) report() Report {
	r := Report{Machine: m.cfg.Name, CPUs: len(m.cpus), Threads: m.threadsMade, Counters: m.n}
	if m.cpu == nil {
		return r
	}
	end := m.cpu.now
	h := hash(14695981039346656037)
	for _, w := range m.n.words() {
		h.add(w)
	}
	for _, c := range m.cpus {
		idle := c.idle
		if m.idle.has(c) && c.idleFrom < end {
			idle += end - c.idleFrom
		}
		r.IdleNs += idle / picosPerNs
		h.add(uint64(c.now))
	}
	r.Ns, r.Hash = end/picosPerNs, uint64(h)
	return r
}

// hash is FNV-1a.
type hash uint64

func (h *hash) add(w uint64) {
	for _, b := range binary.LittleEndian.AppendUint64(nil, w) {
		*h = (*h ^ hash(b)) * 1099511628211
	}
}
