//go:build !amd64 && !arm64

package engine

func getg() uintptr { return 1 }

const KnowsGoroutines = false
