//go:build ((!amd64 && !arm64) || portable) && !model && !sim

package host

// pause passes the time of about n spin-loop instructions.
func pause(n uint32) {
	var w Uint32
	for range n {
		for range 10 {
			w.Load()
		}
	}
}
