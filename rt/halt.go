package rt

import (
	"strings"

	"schedlab/host"
)

// haltState says why Ms must leave their Gs and come to Machine.Schedule: a set of
// reasons, one bit each.
//
//	bit 0  stop   the scheduler ends. Set once, by stop; Schedule returns nil.
//	bit 1  world  the world is to stand still. Owned by the owner of the world.
//	bit 2  ps     the design has something to do on every P. Owned by the design.
//
// # Words for halting
//
//	halted          any reason: an M comes to Schedule before it goes on (Core.Halted)
//	stopping        the scheduler ends (Core.Stopping; Impl.Stop wakes the parked Ms)
//	world stopping  from G.StopTheWorld to G.StartTheWorld (Core.WorldStopping)
//	Ps halted       between Core.HaltPs and Core.ResumePs
//	asked           M.preempt is set: the G on that M leaves it at its next safe point
//
// A reason alone stops no G that runs. So each reason is followed by requests, M.preempt.
//
// An M looks at the word before it goes on with the next G, before it looks for work
// and, under the design's lock, before it parks.
type haltState uint32

const (
	haltStop haltState = 1 << iota
	haltWorld
	haltPs

	haltMask = haltStop | haltWorld | haltPs
)

// any says whether there is a reason.
func (s haltState) any() bool   { return s != 0 }
func (s haltState) stop() bool  { return s&haltStop != 0 }
func (s haltState) world() bool { return s&haltWorld != 0 }
func (s haltState) ps() bool    { return s&haltPs != 0 }

// String joins the reasons with +, as Dump shows them.
func (s haltState) String() string {
	var reasons []string
	for bit, name := range []string{"stop", "world", "ps"} {
		if s>>bit&1 != 0 {
			reasons = append(reasons, name)
		}
	}
	if len(reasons) == 0 {
		return "no"
	}
	return strings.Join(reasons, "+")
}

// haltWord is the one haltState of a scheduler. Atomic, because every M loads it
// without a lock, and because its bits have different owners, of which each changes
// its own bit alone. Partner of M.preempt, which is set after the bit: see M.NewSlice.
type haltWord struct{ w host.Uint32 }

func (h *haltWord) load() haltState { return haltState(h.w.Load()) }

// set adds reason and returns the state before.
func (h *haltWord) set(reason haltState) (before haltState) {
	return haltState(h.w.Or(uint32(reason)))
}

// clear takes reason away.
func (h *haltWord) clear(reason haltState) { h.w.And(^uint32(reason)) }

// Halted says whether an M must leave its Gs and come to Schedule, for any reason. See
// 'Words for halting'.
func (c *Core) Halted() bool { return c.halt.load().any() }

// Stopping says whether the scheduler ends: Schedule returns nil.
func (c *Core) Stopping() bool { return c.halt.load().stop() }

// WorldStopping says whether the world is to stand still: no M but the stopper's may
// run a G, or take the right to.
func (c *Core) WorldStopping() bool { return c.halt.load().world() }

// HaltPs halts all Ms until ResumePs. A running G looks only when it is asked: the caller then
// calls PreemptAll, and AwaitStopped, which asks again. It is for designs with Ps.
func (c *Core) HaltPs() { c.halt.set(haltPs) }

// ResumePs ends HaltPs.
func (c *Core) ResumePs() { c.halt.clear(haltPs) }
