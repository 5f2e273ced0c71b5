//go:build ((!amd64 && !arm64) || portable) && !model && !sim

package host

// Without a counter that is known to be steady, ticks are Nanotime's.
func steadyTicks() bool { return false }

func readTicks() uint64        { return uint64(Nanotime()) }
func readOrderedTicks() uint64 { return uint64(Nanotime()) }
