package sim

import "math/bits"

// distance is how far a line travels.
type distance int

const (
	same   distance = iota // the CPU itself
	near                   // another one of its cluster
	far                    // of its socket
	remote                 // of another socket
	numDistances
)

// cpu is one CPU. Its number is its place in machine.cpus.
type cpu struct {
	id     int32
	tag    uint64 // says in a line that this CPU alone holds it: see line.holder
	word   int32  // where its bit is in a set of CPUs
	bit    uint64
	now    int64   // its clock, in ps; that of an idle CPU stands still
	thread *thread // nil: idle

	sliceEnd int64 // when the thread must give way to one that waits

	wait  waiting // for a line to change
	touch touch   // to be done at its turn; the zero touch is none

	cluster, socket cpus // that it belongs to
	idleFrom        int64
	idle            int64 // ps that it was idle, up to idleFrom
}

// cpus is a set of CPUs.
type cpus []uint64

func newCPUs(n int) cpus { return make(cpus, (n+63)/64) }

func (s cpus) add(c *cpu)      { s[c.word] |= c.bit }
func (s cpus) remove(c *cpu)   { s[c.word] &^= c.bit }
func (s cpus) has(c *cpu) bool { return s[c.word]&c.bit != 0 }

// first returns the lowest CPU that is in both sets; -1: none.
func (s cpus) first(other cpus) int {
	for i, w := range s {
		if w &= other[i]; w != 0 {
			return i*64 + bits.TrailingZeros64(w)
		}
	}
	return -1
}

// newCPU makes CPU id of m, of which there is no other yet.
func (m *machine) newCPU(id int) *cpu {
	return &cpu{
		id: int32(id), tag: m.epoch<<tagBits | uint64(id),
		word: int32(id / 64), bit: 1 << (id % 64),
	}
}

// group fills in the clusters and sockets of all CPUs.
func (m *machine) group() {
	socket, cluster := m.cfg.groups()
	for first := 0; first < len(m.cpus); first += cluster {
		group := newCPUs(len(m.cpus))
		for _, c := range m.cpus[first : first+cluster] {
			group.add(c)
			c.cluster = group
		}
	}
	for first := 0; first < len(m.cpus); first += socket {
		group := newCPUs(len(m.cpus))
		for _, c := range m.cpus[first : first+socket] {
			group.add(c)
			c.socket = group
		}
	}
}

// distance returns how far c is from another CPU.
func (c *cpu) distance(other *cpu) distance {
	switch {
	case c == other:
		return same
	case c.cluster.has(other):
		return near
	case c.socket.has(other):
		return far
	}
	return remote
}
