package micro

import "schedlab/sim"

// Woken is what a futex costs.
type Woken struct {
	Sleeper float64 // ns from before the call that wakes until the sleeper runs
	Caller  float64 // ns of that call
	Empty   float64 // ns of a call that finds no sleeper
}

// Wake measures wakeups of a thread that sleeps on another CPU.
func Wake(cfg sim.Config, times int) (w Woken, err error) {
	var word sim.Uint32
	var before, sleeper, caller, empty int64
	_, err = sim.Run(cfg, func() {
		sim.Go(func() {
			for range times {
				word.Wait(0, -1)
				sleeper += sim.Nanotime() - before
			}
		})
		sim.Work(settleNs)
		for range times {
			word.Load() // waits for its turn, so that the sleeper has read before
			before = sim.Nanotime()
			word.Wake()
			after := sim.Nanotime()
			caller += after - before
			word.Wake()
			empty += sim.Nanotime() - after
			sim.Work(settleNs) // until it sleeps again
		}
	})
	n := float64(times)
	return Woken{float64(sleeper) / n, float64(caller) / n, float64(empty) / n}, err
}

// settleNs is more than what it takes to start a thread, or to wake one that sleeps again.
const settleNs = 100_000
