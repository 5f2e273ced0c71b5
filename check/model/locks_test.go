//go:build model

package model_test

import (
	"fmt"
	"testing"

	"schedlab/explore"
	"schedlab/host"
)

// lock is what host.FutexMutex, the lock of the real host, and host.Mutex, which is one
// object of the explorer, have in common.
type lock interface {
	Lock()
	TryLock() bool
	Unlock() (woke bool)
}

// exclude lets each of n threads take mu k times.
func exclude(mu lock, n, k int) {
	inside, total := 0, 0 // plain: mu is all that protects them
	var threads []func()
	for range n {
		threads = append(threads, func() {
			for range k {
				mu.Lock()
				inside++
				explore.Assert(inside == 1, "two threads hold one lock")
				total++
				inside--
				mu.Unlock()
			}
		})
	}
	beside(threads...)
	explore.Assert(total == n*k, "%d of %d critical sections", total, n*k)
	explore.Assert(mu.TryLock(), "the lock is not free in the end")
}

type exclusion struct {
	threads, sections int
	executions        uint64
}

func excludes(t *testing.T, make func() lock, rows []exclusion) {
	for _, c := range rows {
		t.Run(fmt.Sprintf("threads=%d/sections=%d", c.threads, c.sections), func(t *testing.T) {
			verify(t, c.executions, func() { exclude(make(), c.threads, c.sections) })
		})
	}
}

// TestFutexMutex: the lock that all schedulers here are built on, down to the futex.
func TestFutexMutex(t *testing.T) {
	excludes(t, func() lock { return &host.FutexMutex{} },
		[]exclusion{{2, 1, 16}, {2, 2, 1924}, {3, 1, 13428}})
	t.Run("unlock of a free one", func(t *testing.T) {
		unlock := func() { new(host.FutexMutex).Unlock() }
		explore.Test(t, unlock, explore.MustViolate(explore.Panic))
	})
}

// TestMutex: what the other tests see of the lock. There are (nk)!/(k!)^n executions,
// since only the order of the critical sections counts.
func TestMutex(t *testing.T) {
	excludes(t, func() lock { return &host.Mutex{} },
		[]exclusion{{2, 1, 2}, {2, 2, 6}, {3, 1, 6}, {3, 2, 90}})
	t.Run("unlock of a free one", func(t *testing.T) {
		explore.Test(t, func() { new(host.Mutex).Unlock() }, explore.MustViolate(explore.BadUnlock))
	})
}

// note is what host.FutexNote, the note of the real host, and host.Note, which is one
// object of the explorer, have in common.
type note interface {
	Clear()
	Sleep() (slept bool)
	SleepFor(ns int64) (signaled bool)
	Wakeup() (woke bool)
}

// notePrograms are what a Note promises. Executions are those of FutexNote and of Note.
var notePrograms = []struct {
	name       string
	executions [2]uint64
	program    func(n note)
}{
	{"a wakeup is not lost", [2]uint64{6, 1}, func(n note) {
		woken := false
		beside(
			func() { woken = true; n.Wakeup() },
			func() {
				n.Sleep()
				explore.Assert(woken, "the sleep ended before the wakeup")
			})
	}},
	{"it is used again", [2]uint64{64, 1}, func(n note) {
		var back host.Note
		beside(
			func() {
				n.Wakeup()
				back.Sleep()
				n.Wakeup()
			},
			func() {
				n.Sleep()
				n.Clear()
				back.Wakeup()
				n.Sleep()
			})
	}},
	{"a timeout against a wakeup", [2]uint64{25, 2}, func(n note) {
		beside(
			func() { n.Wakeup() },
			func() {
				if !n.SleepFor(1000) {
					n.Sleep() // the wakeup is still to be seen
				}
				n.Clear()
			})
	}},
}

func TestFutexNote(t *testing.T) {
	for _, p := range notePrograms {
		t.Run(p.name, func(t *testing.T) {
			verify(t, p.executions[0], func() { p.program(&host.FutexNote{}) })
		})
	}
	t.Run("two wakeups", func(t *testing.T) {
		twice := func() { wakeTwice(&host.FutexNote{}) }
		explore.Test(t, twice, explore.MustViolate(explore.Panic))
	})
}

func TestNote(t *testing.T) {
	for _, p := range notePrograms {
		t.Run(p.name, func(t *testing.T) {
			verify(t, p.executions[1], func() { p.program(&host.Note{}) })
		})
	}
	t.Run("two wakeups", func(t *testing.T) {
		twice := func() { wakeTwice(&host.Note{}) }
		explore.Test(t, twice, explore.MustViolate(explore.DoubleWakeup))
	})
}

// wakeTwice: two threads both wake the same sleeper.
func wakeTwice(n note) {
	beside(func() { n.Wakeup() }, func() { n.Wakeup() }, func() { n.Sleep() })
}
