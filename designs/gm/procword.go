package gm

import (
	"fmt"

	"schedlab/host"
	"schedlab/rt"
)

// procWord is the one atomic of the design: how many Ms run Gs, how many may, whether Gs
// wait for one, and whether StopWorld waits for Ms to stop.
//
//	bits  0-14  mcpu      Ms that run Gs
//	bits 15-29  mcpumax   how many may
//	bit  30     gwaiting  the run queue is not empty
//	bit  31     waitstop  StopWorld waits until mcpu is at most mcpumax
//
// mcpu goes down and up again without sched.lock, around system calls. A stop needs no
// lock either. gwaiting changes only under sched.lock. mcpumax goes up only under it: an
// M that finds mcpu at mcpumax and then waits does both under it.
type procWord struct{ w host.Uint32 }

const (
	mcpuWidth    = 15
	mcpuOne      = 1
	mcpumaxShift = mcpuWidth
	mcpuMask     = 1<<mcpuWidth - 1
	gwaitingBit  = 1 << (2 * mcpuWidth)
	waitstopBit  = 1 << (2*mcpuWidth + 1)
)

// procState is a value of procWord.
type procState uint32

func (s procState) mcpu() int      { return int(s & mcpuMask) }
func (s procState) mcpumax() int   { return int(s >> mcpumaxShift & mcpuMask) }
func (s procState) gwaiting() bool { return s&gwaitingBit != 0 }
func (s procState) waitstop() bool { return s&waitstopBit != 0 }

// within says that no more Ms run Gs than may.
func (s procState) within() bool { return s.mcpu() <= s.mcpumax() }

func (s procState) String() string {
	return fmt.Sprintf("mcpu %d of %d, gwaiting %t, waitstop %t",
		s.mcpu(), s.mcpumax(), s.gwaiting(), s.waitstop())
}

func (p *procWord) init(mcpumax int) { p.w.Store(uint32(mcpumax) << mcpumaxShift) }

func (p *procWord) load() procState { return procState(p.w.Load()) }

func (p *procWord) cas(old, new procState) bool {
	return p.w.CompareAndSwap(uint32(old), uint32(new))
}

// addCPU adds n, 1 or -1, to mcpu and returns the new state.
func (p *procWord) addCPU(n int) procState {
	s := procState(p.w.Add(uint32(n * mcpuOne)))
	if n < 0 && s.mcpu() == mcpuMask {
		panic(rt.Broken("gm: procWord.addCPU: mcpu is negative: " + s.String()))
	}
	return s
}

// tryAddCPU adds 1 to mcpu if that does not exceed mcpumax. Go's name is canaddmcpu.
func (p *procWord) tryAddCPU() bool {
	for {
		s := p.load()
		if s.mcpu() >= s.mcpumax() {
			return false
		}
		if p.cas(s, s+mcpuOne) {
			return true
		}
	}
}

// setMax sets mcpumax. Executed only by an M that has stopped the world or is about to.
func (p *procWord) setMax(mcpumax int) {
	for {
		s := p.load()
		if p.cas(s, s&^(mcpuMask<<mcpumaxShift)|procState(mcpumax)<<mcpumaxShift) {
			return
		}
	}
}

// setGwaiting sets gwaiting, which is clear. It needs sched.lock.
func (p *procWord) setGwaiting() { p.w.Add(gwaitingBit) }

// clearGwaiting clears gwaiting, which is set. It needs sched.lock.
func (p *procWord) clearGwaiting() { p.w.Add(^uint32(gwaitingBit - 1)) }

// setWaitstop sets waitstop unless mcpu is at most mcpumax already: then there is
// nothing to wait for. Executed only by StopWorld.
func (p *procWord) setWaitstop() bool {
	for {
		s := p.load()
		if s.within() {
			return false
		}
		if p.cas(s, s|waitstopBit) {
			return true
		}
	}
}

// takeWaitstop clears waitstop if it is set and mcpu is at most mcpumax. Of several
// callers one does, and that one must signal StopWorld.
func (p *procWord) takeWaitstop() bool {
	for {
		s := p.load()
		if !s.waitstop() || !s.within() {
			return false
		}
		if p.cas(s, s&^waitstopBit) {
			return true
		}
	}
}

// dropWaitstop clears waitstop and says whether it was set. If not, another M has taken
// it. Executed only by StopWorld, which set it.
func (p *procWord) dropWaitstop() bool {
	return procState(p.w.And(^uint32(waitstopBit))).waitstop()
}
