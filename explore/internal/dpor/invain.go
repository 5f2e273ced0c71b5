package dpor

import "schedlab/explore/internal/engine"

// # Waiting below a border
//
// An execution may be cut while threads wait: all that could go on sleeps. In the executions of
// one process that has no consequence, since what sleeps is woken in others. Below the border of
// a Splitter nothing says how to wake it, and every execution must be explored in which it might
// be woken. So the step of a thread that waits must be tried where it was possible:
//
//   - Before the Lock of the thread that holds the lock, as in an execution that is stuck
//     (waitInVain). The holder may wait for what sleeps.
//   - A wait with a limit could have timed out early, before the last early timeout that was
//     allowed (lapseInVain). In an execution that goes on it ends late, and has that race then
//     (lateRace). But time does not advance while a thread is enabled, though it sleeps.
//
// The same holds at the end of an execution that is too long.

// lapseInVain adds the race of t's step, if it is a wait that could have timed out early.
func (d *Strategy) lapseInVain(e *engine.Engine, t *engine.Thread) {
	h := &d.past
	if t.Ended || t.Due() == engine.NoDeadline || len(h.early) == 0 ||
		len(h.early) < e.Limits.Timeouts {
		return
	}
	p := h.early[len(h.early)-1]
	if q := h.prior(t, t.Seq+1); h.wokenWithout(p, t) && (q < 0 || !h.before(p, q)) {
		d.races = append(d.races, race{e: p, f: -1 - t.ID})
	}
}

// pendTimed completes v.last, the step for which a thread waits in vain, if it has a limit. It
// says false if the step is not possible before r.e.
func (m *reverser) pendTimed(v *reversal, r race) bool {
	due := m.h.e.Threads[-1-r.f].Due()
	if due == engine.NoDeadline {
		return true
	}
	if m.h.e.Events[r.e].Early {
		v.last.lapses(m.h)
		return m.mayLapse(v, r, due)
	}
	v.last.Obj2 = engine.NoObject // it has been woken: see waitInVain
	v.last.effect.Footprint = v.last.Footprint
	return true
}

// wokenWithout says whether t, which waits in vain, has not paused before, or could have gone on
// without event p: it is stillWoken for a step that was not executed.
func (h *history) wokenWithout(p int32, t *engine.Thread) bool {
	return len(t.Await) == 0 || h.anyWakes(t.Await, p, int32(len(h.e.Events)), t.ID)
}
