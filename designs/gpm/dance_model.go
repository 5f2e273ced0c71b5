//go:build model

package gpm

import "schedlab/rt"

// Dance is what 'Submit and stop spinning' and 'Needspinning' are about, for package
// check/model. It is a scheduler as it is, whose Ms look for Gs, sleep, submit and end
// in the very functions of this package. Two parts are left out, because each step of
// theirs would multiply the executions: the monitor, and the stacks. In place of running
// a G an M calls a function.
type Dance struct {
	s      *sched
	ms     []*m
	bodies map[*rt.G]func(*Dancer)
}

// Dancer is an M that runs a G.
type Dancer struct {
	d  *Dance
	mp *m
}

// NewDance makes procs Ps and ms Ms, of which busy have a P and the others sleep. ms
// must be enough for none to be started. Of several busy Ms the last spins.
func NewDance(opt Options, procs, ms, busy int) *Dance {
	s := newSched(rt.Config{Procs: procs}, opt)
	d := &Dance{s: s, bodies: map[*rt.G]func(*Dancer){}}
	s.lock.Lock()
	for i := range ms {
		mp := &m{sched: s}
		d.ms = append(d.ms, mp)
		s.idle.addM()
		if i < busy {
			mp.acquirep(s.idle.pidleget())
		} else {
			s.idle.mput(mp)
		}
	}
	s.lock.Unlock()
	if busy > 1 {
		s.idle.becomeSpinning(d.ms[busy-1])
	}
	return d
}

// Run is the thread of the M of that number. A busy one begins with body, which is nil
// for the others. Run returns after Done.
func (d *Dance) Run(i int, body func(*Dancer)) {
	mp := d.ms[i]
	if mp.p == nil {
		mp.note.Sleep()
	}
	for {
		if body != nil {
			body(&Dancer{d, mp})
		}
		gp := mp.Schedule(nil)
		if gp == nil {
			return
		}
		body = d.bodies[gp]
	}
}

// Submit submits a G that will do what body says.
func (dr *Dancer) Submit(body func(*Dancer)) {
	gp := new(rt.G)
	dr.d.bodies[gp] = body
	dr.mp.Ready(gp)
}

// Done stops the scheduler.
func (dr *Dancer) Done() { dr.d.s.StopNow() }

// Inject submits a G from outside that does nothing.
func (d *Dance) Inject() { d.s.Inject(rt.Injection{}) }
