//go:build (amd64 || arm64) && !portable && !model && !sim

package host

// pause executes n instructions that tell the CPU it is in a spin loop.
func pause(n uint32)
