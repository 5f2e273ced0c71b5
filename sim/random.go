package sim

// random is a sequence of numbers: SplitMix64 (Steele, Lea, Flood 2014).
type random struct{ state uint64 }

func newRandom(seed uint64) random { return random{seed} }

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
