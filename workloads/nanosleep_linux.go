package workloads

import "syscall"

// nanosleep sleeps in the kernel, on the calling thread. The sleep ends early
// when a signal comes, as Go's own preemption sends them; then the rest is
// slept.
func nanosleep(ns int64) {
	left := syscall.NsecToTimespec(ns)
	for syscall.Nanosleep(&left, &left) == syscall.EINTR {
	}
}
