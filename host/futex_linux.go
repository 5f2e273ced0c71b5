//go:build !portable && !model && !sim

package host

import (
	"syscall"
	"unsafe"
)

const (
	futexWaitPrivate = 0 | 128 // FUTEX_WAIT | FUTEX_PRIVATE_FLAG
	futexWakePrivate = 1 | 128 // FUTEX_WAKE | FUTEX_PRIVATE_FLAG
)

// futexSleep sleeps while *w == val, at most ns nanoseconds (no limit if negative). It may
// return early, so callers look at the word again.
func futexSleep(w *Uint32, val uint32, ns int64) {
	var limit *syscall.Timespec
	if ns >= 0 {
		ts := syscall.NsecToTimespec(ns)
		limit = &ts
	}
	_, _, errno := syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(w)),
		futexWaitPrivate, uintptr(val), uintptr(unsafe.Pointer(limit)), 0, 0)
	switch errno {
	case 0, syscall.EAGAIN, syscall.EINTR, syscall.ETIMEDOUT:
		// Woken, the word had changed, a signal came, or time is up: look again.
	default:
		// Callers would look again for ever.
		panic("host: futexSleep: futex(2): " + errno.Error())
	}
}

// futexWake wakes one thread that sleeps on w, if there is one.
func futexWake(w *Uint32) {
	_, _, errno := syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(w)),
		futexWakePrivate, 1, 0, 0, 0)
	if errno != 0 {
		panic("host: futexWake: futex(2): " + errno.Error())
	}
}
