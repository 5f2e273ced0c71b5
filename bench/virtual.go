//go:build sim

package bench

import (
	"time"

	"schedlab/rt"
	"schedlab/workloads"
)

// report reports to b what an operation has cost on a machine of so many CPUs.
func (r *Simulated) report(b B, cpus int) {
	c := cost{
		ops: float64(r.Ops), time: time.Duration(r.Ns), stats: r.Stats, own: r.Own,
		cpuNs:    float64(r.Ns) * float64(cpus),
		queuedNs: float64(r.Count.QueuedPs) / 1000,
	}
	for lock, n := range r.Stats.Locks {
		if n.Acquired > 0 {
			c.own = append(c.own, workloads.Metric{
				Unit: LockShare(rt.Lock(lock)), Value: float64(n.WaitNs) / c.cpuNs,
			})
		}
	}
	c.report(b)
}
