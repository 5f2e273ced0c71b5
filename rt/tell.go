package rt

import "schedlab/rt/event"

// What an M tells the event stream. All of these are inlined: without a sink they are
// a load and a branch.
//
// An M tells on its own thread, and before the design lists it as idle or resting, or
// after it is listed no more: at rest other threads read what is in the buffers.

// TellPark tells that the M goes to sleep.
func (mp *M) TellPark() { mp.eventOf(event.MPark, event.None, noGs) }

// TellWake tells that the M was woken.
func (mp *M) TellWake() { mp.eventOf(event.MWake, event.None, noGs) }

// TellSteal tells that the M took n Gs from P victim.
func (mp *M) TellSteal(victim, n int) { mp.eventOf(event.Steal, victim, n) }

// TellGlobalGet tells that the M took n Gs from the global queue.
func (mp *M) TellGlobalGet(n int) { mp.eventOf(event.GlobalGet, event.None, n) }

// TellHandoff tells that P p was given up because of a system call.
func (mp *M) TellHandoff(p int) { mp.eventOf(event.Handoff, p, noGs) }

// TellRetake tells that P p was taken from an M in a system call.
func (mp *M) TellRetake(p int) { mp.eventOf(event.Retake, p, noGs) }

// SetP tells which P (or slot) the M has from here on.
func (mp *M) SetP(id int) {
	if mp.events != nil {
		mp.events.SetP(int16(id))
	}
}

// DropP tells that the M has no P from here on.
func (mp *M) DropP() { mp.SetP(event.None) }

// noGs is the number of Gs of an event that tells of none.
const noGs = 0

// event tells that k happened to gp, which mp dealt with last.
func (mp *M) event(k event.Kind, gp *G) {
	if mp.events != nil {
		mp.events.G(k, gp.id)
	}
}

// eventAfter is event for a G that another M may have dealt with last.
func (mp *M) eventAfter(k event.Kind, gp *G) {
	if mp.events != nil {
		mp.events.GFrom(k, gp.id, gp.lastM)
	}
}

// timed tells that k happened on mp, and when.
func (mp *M) timed(k event.Kind) {
	if mp.events != nil {
		mp.events.Now(k)
	}
}

// parked tells that the G on mp waits since ticks.
func (mp *M) parked(reason WaitReason, ticks uint64) {
	if mp.events != nil {
		mp.events.Park(reason, ticks)
	}
}

// eventOf tells that k happened on mp, and when. of is the ID of a P, or event.None; n
// is the number of Gs, or noGs if k tells of none.
func (mp *M) eventOf(k event.Kind, of, n int) {
	if mp.events != nil {
		mp.events.Of(k, of, n)
	}
}
