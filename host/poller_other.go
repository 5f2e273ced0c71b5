//go:build !linux || portable || model || sim

package host

import (
	"errors"
	"fmt"
	"runtime"
)

// PollerSupported says whether Poller.Open can succeed on this system.
const PollerSupported = false

// Poller exists for Linux alone. Here it cannot be opened.
type Poller struct{}

// Open fails.
func (p *Poller) Open() error {
	return fmt.Errorf("host: Poller.Open: there is no poller for %s in this build, "+
		"and network calls block the thread instead: %w", runtime.GOOS, errors.ErrUnsupported)
}

// Close does nothing.
func (p *Poller) Close() {}

// Add fails.
func (p *Poller) Add(fd int, tag uint64) error { return errPollerClosed }

// Remove fails.
func (p *Poller) Remove(fd int) error { return errPollerClosed }

// Wait panics, since p is not open.
func (p *Poller) Wait(ns int64, buf []PollEvent) (n int) {
	panic("host: Poller.Wait: the poller is not open")
}

// Break panics, since p is not open.
func (p *Poller) Break() { panic("host: Poller.Break: the poller is not open") }
