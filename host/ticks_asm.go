//go:build (amd64 || arm64) && !portable && !model && !sim

package host

// readTicks reads the CPU's counter.
func readTicks() uint64

// readOrderedTicks reads the counter after all that comes before.
func readOrderedTicks() uint64

// steadyTicks says whether the counter runs at one rate on all CPUs, at any clock frequency
// and while they sleep.
func steadyTicks() bool
