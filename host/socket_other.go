//go:build !linux || portable || model || sim

package host

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
)

// Without a Poller nobody could wait for a socket, so there are none either. The functions
// exist so that programs compile everywhere, and can tell their user why they do not run:
// each fails with noSockets.

// noSockets is a variable, so that analysis of the callers does not take their look at the
// error for superfluous: on other hosts it is not.
var noSockets = func(call string) error {
	return fmt.Errorf("host: %s: there are no non-blocking sockets for %s in this build, "+
		"since it has no Poller: use package net: %w", call, runtime.GOOS, errors.ErrUnsupported)
}

// Listen fails.
func Listen(addr netip.AddrPort, backlog int) (fd int, local netip.AddrPort, err error) {
	return -1, local, noSockets("Listen")
}

// Accept fails.
func Accept(fd int) (conn int, remote netip.AddrPort, err error) {
	return -1, remote, noSockets("Accept")
}

// Connect fails.
func Connect(addr netip.AddrPort) (fd int, err error) { return -1, noSockets("Connect") }

// ConnectResult fails.
func ConnectResult(fd int) error { return noSockets("ConnectResult") }

// Read fails.
func Read(fd int, p []byte) (n int, err error) { return 0, noSockets("Read") }

// Write fails.
func Write(fd int, p []byte) (n int, err error) { return 0, noSockets("Write") }

// CloseWrite fails.
func CloseWrite(fd int) error { return noSockets("CloseWrite") }

// CloseFD fails.
func CloseFD(fd int) error { return noSockets("CloseFD") }

// SetLinger0 fails.
func SetLinger0(fd int) error { return noSockets("SetLinger0") }

// SetNoDelay fails.
func SetNoDelay(fd int, on bool) error { return noSockets("SetNoDelay") }

// LocalAddr fails.
func LocalAddr(fd int) (netip.AddrPort, error) { return netip.AddrPort{}, noSockets("LocalAddr") }

// RemoteAddr fails.
func RemoteAddr(fd int) (netip.AddrPort, error) { return netip.AddrPort{}, noSockets("RemoteAddr") }
