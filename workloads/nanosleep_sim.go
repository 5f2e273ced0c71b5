//go:build sim

package workloads

import "schedlab/host"

// nanosleep lets the thread sleep in the simulated kernel.
func nanosleep(ns int64) { host.Sleep(ns) }
