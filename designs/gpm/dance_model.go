//go:build model

package gpm

import (
	"reflect"

	"schedlab/host"
	"schedlab/rt"
)

// Dance is what 'Submit and stop spinning' and 'Needspinning' are about, alone, for
// package check/model: Ps with their queues, idle Ps and Ms, the counts; and Ms that
// submit, look for Gs and sleep in the very functions of this package. Left out, because
// each step of theirs multiplies the executions: stacks, the monitor, halting, the end.
// In place of running a G an M calls a function.
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

// NewDance makes procs Ps and ms Ms, of which busy have a P and the others sleep. ms must
// be enough for none to be started. Of several busy Ms the last spins.
func NewDance(opt Options, procs, ms, busy int) *Dance {
	s := &sched{opt: opt, idle: idle{nm: -1}} // never at rest
	d := &Dance{s: s, bodies: map[*rt.G]func(*Dancer){}}
	for i := range procs {
		s.everyp = append(s.everyp, &p{id: i, sched: s})
	}
	s.setPs(s.everyp)
	for i := range ms {
		mp := &m{sched: s}
		d.ms = append(d.ms, mp)
		if i < busy {
			mp.acquirep(s.everyp[i])
		}
	}
	if busy > 1 {
		s.idle.becomeSpinning(d.ms[busy-1])
	}
	s.lock.Lock()
	for _, pp := range s.everyp[busy:] {
		s.idle.pidleput(pp)
	}
	for _, mp := range d.ms[busy:] {
		s.idle.mput(mp)
	}
	s.lock.Unlock()
	return d
}

// Run is the thread of the M of that number, which begins with body if it is busy, or
// else is nil. It ends after Done.
func (d *Dance) Run(i int, body func(*Dancer)) {
	mp := d.ms[i]
	if mp.p == nil {
		mp.note.Sleep()
	}
	for {
		if body != nil {
			body(&Dancer{d, mp})
		}
		gp := d.next(mp)
		if gp == nil {
			return
		}
		if mp.spinning {
			mp.resetspinning()
		}
		body = d.bodies[gp]
	}
}

// next is findRunnable without what is left out.
func (d *Dance) next(mp *m) *rt.G {
	for !d.s.Stopping() {
		if mp.p == nil && !mp.nextP() {
			return nil
		}
		if gp, _ := mp.nearby(); gp != nil {
			return gp
		}
		if gp := mp.steal(); gp != nil {
			return gp
		}
		if gp := mp.giveUp(); gp != nil {
			return gp
		}
	}
	return nil
}

// Done ends the Dance.
func (m *Dancer) Done() { m.d.end() }

// Submit submits a G that will do what body says.
func (m *Dancer) Submit(body func(*Dancer)) {
	gp := new(rt.G)
	m.d.bodies[gp] = body
	m.mp.Ready(gp)
}

// Inject submits a G from outside that does nothing.
func (d *Dance) Inject() { d.s.Inject(rt.Injection{}) }

// end lets all Ms end when they next look for work.
func (d *Dance) end() {
	halt := reflect.ValueOf(&d.s.Core).Elem().FieldByName("halt").Addr().UnsafePointer()
	(*host.Uint32)(halt).Store(1) // designs.haltStop
	d.s.lock.Lock()
	d.s.idle.wakeAllMs()
	d.s.lock.Unlock()
}
