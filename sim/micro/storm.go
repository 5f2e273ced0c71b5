package micro

import "schedlab/sim"

// AddStorm returns the time of an addition if all CPUs of cfg add to one word, each so often.
func AddStorm(cfg sim.Config, each int) (ns float64, err error) {
	var word sim.Uint32
	return storm(cfg, each, func() { word.Add(1) })
}

// CASStorm is AddStorm by a load and a CAS, until that succeeds.
func CASStorm(cfg sim.Config, each int) (ns float64, err error) {
	var word sim.Uint32
	return storm(cfg, each, func() {
		for {
			if v := word.Load(); word.CompareAndSwap(v, v+1) {
				return
			}
		}
	})
}

// storm returns the time of one of all calls of f, of which each CPU makes so many.
func storm(cfg sim.Config, each int, f func()) (ns float64, err error) {
	took, err := together(cfg, cfg.CPUs, func(int) {
		for range each {
			f()
		}
	})
	return float64(took) / float64(each*cfg.CPUs), err
}

// together runs f in n threads that begin at the same time, and returns how long all of them
// took. f gets the number of its thread.
func together(cfg sim.Config, n int, f func(thread int)) (ns int64, err error) {
	var last int64
	start := int64(n+1) * startNs
	_, err = sim.Run(cfg, func() {
		for i := range n {
			sim.Go(func() {
				sim.Work(start - sim.Nanotime())
				f(i)
				last = max(last, sim.Nanotime())
			})
		}
	})
	return last - start, err
}

// startNs is more than what it takes to start a thread.
const startNs = 30_000
