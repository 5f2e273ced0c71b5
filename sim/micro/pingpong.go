package micro

import "schedlab/sim"

// PingPong returns the time that a change of a word takes to get from one CPU to another: two
// threads change it in turns, by a CAS that each tries until it succeeds. The threads run on the
// first and the last CPU of cfg. It is the CAS ping-pong of the published tables.
func PingPong(cfg sim.Config, turns int) (ns float64, err error) {
	return betweenEnds(cfg, turns, func(w *sim.Uint32, old, new uint32) {
		for !w.CompareAndSwap(old, new) {
		}
	})
}

// LoadPingPong is PingPong of threads that look for their turn by a load.
func LoadPingPong(cfg sim.Config, turns int) (ns float64, err error) {
	return betweenEnds(cfg, turns, func(w *sim.Uint32, old, new uint32) {
		for w.Load() != old {
		}
		w.Store(new)
	})
}

// betweenEnds measures turns of the first and the last CPU.
func betweenEnds(
	cfg sim.Config, turns int, change func(w *sim.Uint32, old, new uint32),
) (ns float64, err error) {
	var word sim.Uint32
	var took int64
	_, err = sim.Run(cfg, func() {
		onLast(cfg.CPUs, func() {
			for range turns {
				change(&word, 1, 0)
			}
		})
		change(&word, 0, 1) // the other one has begun, when this comes back
		for word.Load() == 1 {
		}
		start := sim.Nanotime()
		for range turns - 1 {
			change(&word, 0, 1)
		}
		took = sim.Nanotime() - start
	})
	return float64(took) / float64(2*(turns-1)), err
}

// onLast starts a thread that runs f on the last of n CPUs, which must be idle. New threads get
// the lowest CPU that is idle, so the others are kept busy until f has begun.
func onLast(n int, f func()) {
	var begun sim.Uint32
	for range n - 2 {
		sim.Go(func() {
			for begun.Load() == 0 {
				sim.Work(1000)
			}
		})
	}
	sim.Go(func() {
		begun.Store(1)
		f()
	})
	for begun.Load() == 0 {
		sim.Work(1000)
	}
	sim.Work(10_000) // until the others have ended
}
