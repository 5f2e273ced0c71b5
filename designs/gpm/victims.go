package gpm

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
