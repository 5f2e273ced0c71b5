//go:build !linux && !sim

package workloads

import "time"

// nanosleep stands in for nanosleep(2) where package syscall has none. Go's scheduler parks the
// goroutine, so a thread of a design sleeps, but native makes no system call.
func nanosleep(ns int64) { time.Sleep(time.Duration(ns)) }
