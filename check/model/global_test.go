//go:build model

package model_test

import (
	"testing"

	"schedlab/designs/global"
	"schedlab/explore"
	"schedlab/host"
	"schedlab/rt"
)

// open makes a scheduler of procs Ps, which closeDown ends.
func open(procs int) rt.Scheduler {
	s, err := global.New(rt.Config{Procs: procs})
	explore.Assert(err == nil, "New: %v", err)
	return s
}

func closeDown(s rt.Scheduler) {
	err := s.Close()
	explore.Assert(err == nil, "Close: %v", err)
}

func run(s rt.Scheduler, main func(g *rt.G)) {
	err := s.Run(main)
	explore.Assert(err == nil, "Run: %v", err)
}

// schedule runs main on a new scheduler of procs Ps to the end of all Gs.
func schedule(procs int, main func(g *rt.G)) {
	s := open(procs)
	run(s, main)
	closeDown(s)
}

// spawn: a G makes n others, each of which yields so many times.
func spawn(procs, n, yields int) func() {
	return func() {
		ran := 0
		schedule(procs, func(g *rt.G) {
			for range n {
				g.Go(func(g *rt.G) {
					for range yields {
						g.Yield()
					}
					ran++
				})
			}
		})
		explore.Assert(ran == n, "%d of %d Gs have run", ran, n)
	}
}

// submit: work comes from two threads outside at the same time.
func submit(procs int) func() {
	return func() {
		s := open(procs)
		ran, other := false, false
		beside(
			func() {
				run(s, func(*rt.G) { ran = true })
				explore.Assert(ran, "Run has returned before its G ran")
			},
			func() {
				err := s.Go(func(*rt.G) { other = true })
				explore.Assert(err == nil, "Go: %v", err)
			})
		closeDown(s)
		explore.Assert(other, "Close has returned before a G ran")
	}
}

// syscalls: no more Gs than Ps run at the same moment, whichever G comes back from the
// kernel when.
func syscalls(procs, n int) func() {
	return func() {
		var inside host.Int32
		work := func(g *rt.G) {
			g.Syscall(func() {})
			explore.Assert(inside.Add(1) <= int32(procs), "more Gs run than there are Ps")
			inside.Add(-1)
		}
		schedule(procs, func(g *rt.G) {
			for range n {
				g.Go(work)
			}
			work(g)
		})
	}
}

func TestGlobal(t *testing.T) {
	for _, c := range []struct {
		name        string
		preemptions int // or unbounded
		executions  uint64
		program     func()
	}{
		{"one P, two Gs that yield", unbounded, 28, spawn(1, 2, 1)},
		{"two Ps, no G but main", unbounded, 128, spawn(2, 0, 0)},
		{"two Ps, one G more", unbounded, 31680, spawn(2, 1, 0)},
		{"two Ps, two Gs more", 3, 710, spawn(2, 2, 0)},
		{"one P, work from outside", unbounded, 15708, submit(1)},
		{"one P, system calls", 2, 380, syscalls(1, 1)},
		{"two Ps, system calls", 1, 268, syscalls(2, 1)},
		{"two Ps, a G that yields", 3, 376, spawn(2, 1, 1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			verify(t, c.executions, c.program, bound(c.preemptions))
		})
	}
}
