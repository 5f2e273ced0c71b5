package gm

import (
	"fmt"

	"schedlab/designs"
	"schedlab/host"
)

// procWord is the one atomic of the design: how many Ms run Gs, how many may,
// and whether Gs wait for one.
//
//	bits  0-14  mcpu      Ms that run Gs
//	bits 15-29  mcpumax   how many may
//	bit  30     gwaiting  the run queue is not empty
//	bit  31     waitstop  (reserved for stop-the-world)
//
// mcpu goes down and up again without sched.lock, around system calls; mcpumax
// and gwaiting change only under it.
type procWord struct{ w host.Uint32 }

const (
	mcpuWidth    = 15
	mcpuOne      = 1
	mcpumaxShift = mcpuWidth
	mcpuMask     = 1<<mcpuWidth - 1
	gwaitingBit  = 1 << (2 * mcpuWidth)
)

// procState is a value of procWord.
type procState uint32

func (s procState) mcpu() int      { return int(s & mcpuMask) }
func (s procState) mcpumax() int   { return int(s >> mcpumaxShift & mcpuMask) }
func (s procState) gwaiting() bool { return s&gwaitingBit != 0 }

func (s procState) String() string {
	return fmt.Sprintf("mcpu %d of %d, gwaiting %t", s.mcpu(), s.mcpumax(), s.gwaiting())
}

func (p *procWord) init(mcpumax int) { p.w.Store(uint32(mcpumax) << mcpumaxShift) }

func (p *procWord) load() procState { return procState(p.w.Load()) }

// addCPU adds n, 1 or -1, to mcpu and returns the new state.
func (p *procWord) addCPU(n int) procState {
	s := procState(p.w.Add(uint32(n * mcpuOne)))
	if n < 0 && s.mcpu() == mcpuMask {
		panic(designs.Broken("gm: procWord.addCPU: mcpu is negative: " + s.String()))
	}
	return s
}

// tryAddCPU adds 1 to mcpu if that does not exceed mcpumax (canaddmcpu).
func (p *procWord) tryAddCPU() bool {
	for {
		s := p.load()
		if s.mcpu() >= s.mcpumax() {
			return false
		}
		if p.w.CompareAndSwap(uint32(s), uint32(s)+mcpuOne) {
			return true
		}
	}
}

// setWaiting sets or clears gwaiting. Under sched.lock.
func (p *procWord) setWaiting(on bool) {
	if on {
		p.w.Add(gwaitingBit)
	} else {
		p.w.Add(^uint32(gwaitingBit - 1))
	}
}
