package gpm

import "schedlab/host"

// lastCPU is the CPU that a P or an M last ran on. Where the host does not know CPUs it costs
// nothing. Atomic, because thieves load it; it orders nothing, and may be out of date, since the
// kernel moves threads.
type lastCPU struct{ word host.Int32 } // 1 + the number of the CPU; 0: not known

// note is called on the thread that runs the P or the M.
func (c *lastCPU) note() {
	cpu := host.CPU()
	if cpu < 0 {
		return
	}
	if word := int32(cpu + 1); c.word.Load() != word {
		c.word.Store(word)
	}
}

// get returns the number of the CPU; -1: not known.
func (c *lastCPU) get() int { return int(c.word.Load()) - 1 }
