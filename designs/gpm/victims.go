package gpm

import (
	"math"

	"schedlab/host"
)

// victims enumerates Ps in random order without a table of permutations: from any
// start, steps of a size coprime to their number meet each P exactly once.
type victims struct {
	sequential bool // from the M's own P upwards
	n          uint32
	steps      []uint32
}

func newVictims(n int, sequential bool) victims {
	v := victims{sequential: sequential, n: uint32(n)}
	for step := uint32(1); step <= v.n; step++ {
		if gcd(step, v.n) == 1 {
			v.steps = append(v.steps, step)
		}
	}
	return v
}

func gcd(a, b uint32) uint32 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// begin returns where to start and by how much to go on, modulo n.
func (v victims) begin(mp *m) (at, step int) {
	if v.sequential {
		return mp.p.id, 1
	}
	r := mp.Rand.Uint32()
	return int(r % v.n), int(v.steps[r/v.n%uint32(len(v.steps))])
}

// visit is one way of a thief past all Ps.
//
// # Near victims
//
// With Options.NearFirst the way has several passes. In the first, those Ps are visited that
// last ran closest to the thief's CPU. In the next, those that ran at the next distance, and so
// on. Where the host knows no distances all are 0, so there is one pass.
//
// A P whose CPU changes between two passes may be visited in both, or in neither. An M that
// finds nothing looks at all queues once more before it sleeps: see 'Submit and stop spinning'.
type visit struct {
	ps       []*p
	at, step int
	left     int // Ps that this pass has not come to

	nearFirst bool
	cpu       int // the thief's
	distance  int // of the victims of this pass
	farther   int // of those of the next one, as far as this pass has seen
}

// visit begins a way past all Ps.
func (mp *m) visit(all *allp) visit {
	at, step := all.order.begin(mp)
	return visit{
		ps: all.ps, at: at, step: step, left: len(all.ps),
		nearFirst: mp.sched.opt.NearFirst, cpu: mp.cpu.get(), farther: nowhere,
	}
}

// nowhere is farther than every CPU.
const nowhere = math.MaxInt

// next returns the next victim; nil if all have been visited.
func (v *visit) next() *p {
	for v.left > 0 || v.farther < nowhere {
		if v.left == 0 {
			v.distance, v.farther, v.left = v.farther, nowhere, len(v.ps)
		}
		victim := v.ps[v.at]
		v.at = (v.at + v.step) % len(v.ps)
		v.left--
		if !v.nearFirst {
			return victim
		}
		switch d := host.Distance(v.cpu, victim.cpu.get()); {
		case d == v.distance:
			return victim
		case d > v.distance:
			v.farther = min(v.farther, d)
		}
	}
	return nil
}
