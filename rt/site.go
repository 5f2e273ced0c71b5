package rt

import (
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
)

// Site says where a G was made: at which call of G.Go, Scheduler.Go or Run. It is the last
// four bytes of the address to which that call returns. The others are those of this
// package's own code, or nearly so: the code of a program lies within 2 GB. (That of
// plugins need not; what they make has a wrong Site.)
//
// The address is read off the stack (host.CallerPC), so those three calls are noinline. If
// the call comes through a wrapper that the compiler made, for a method value or for a type
// that embeds a Scheduler, the Site is in that. Where CallerPC would cost more than a spawn
// (see cheapSites) no Site is known.
type Site uint32

const (
	noSite  Site = 0 // not known
	ownSite Site = 1 // made by the scheduler itself, not on a user's behalf
)

// siteOf returns the Site of a return address.
func siteOf(pc uintptr) Site { return Site(pc) }

// homePC is an address within this package.
var homePC = reflect.ValueOf(siteOf).Pointer()

// pc is the return address, or 0.
func (s Site) pc() uintptr {
	if s <= ownSite {
		return 0
	}
	return homePC + uintptr(int32(uint32(s)-uint32(homePC)))
}

// Known says whether the place is known.
func (s Site) Known() bool { return s > ownSite }

// Frame returns function, file and line; zero if they are not known.
func (s Site) Frame() runtime.Frame {
	if !s.Known() {
		return runtime.Frame{}
	}
	f, _ := runtime.CallersFrames([]uintptr{s.pc()}).Next()
	return f
}

// String returns function, file and line, or why there are none.
func (s Site) String() string {
	switch s {
	case noSite:
		return "an unknown place"
	case ownSite:
		return "the scheduler itself"
	}
	f := s.Frame()
	return fmt.Sprintf("%s (%s:%d)", f.Function, filepath.Base(f.File), f.Line)
}
