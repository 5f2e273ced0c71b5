//go:build !sim

package workloads

import "syscall"

// nanosleep sleeps in the kernel, on the calling thread. A signal ends the sleep early, and Go's
// own preemption sends some; then the thread sleeps for the rest.
func nanosleep(ns int64) {
	left := syscall.NsecToTimespec(ns)
	for syscall.Nanosleep(&left, &left) == syscall.EINTR {
	}
}
