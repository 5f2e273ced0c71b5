package dpor

import "schedlab/explore/internal/engine"

// # Timeouts that never came
//
// An execution may end before a wait with a limit does: it is cut, because all that could go on
// sleeps, or it is too long. Then the wait could have timed out early, if it was not for other
// early timeouts that were all that are allowed. So it has a race with the last of these, as if
// it had timed out late (lateRace).
//
// This is needed below the border of a Splitter. A thread that sleeps there may be enabled to
// the end, so time does not advance and no wait ends late. In the executions of one process,
// what sleeps is woken.

// lapseInVain adds the race of t's step, if it is such a wait.
func (d *Strategy) lapseInVain(e *engine.Engine, t *engine.Thread) {
	h := &d.past
	if t.Ended || t.Due() == engine.NoDeadline || len(t.Await) > 0 || len(h.early) == 0 ||
		len(h.early) < e.Limits.Timeouts {
		return
	}
	p := h.early[len(h.early)-1]
	if q := h.prior(t, t.Seq+1); q < 0 || !h.before(p, q) {
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
