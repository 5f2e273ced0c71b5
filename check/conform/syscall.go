package conform

import (
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// callForm is one of the two ways into the kernel.
type callForm func(g *rt.G, fn func())

// blockedLetOthersRun checks that a G runs though 3*Procs Gs, spawned before it, block in the
// kernel until it writes to them.
func blockedLetOthersRun(t *trial, call callForm) {
	pipes := t.pipes(3 * t.procs)
	read := make(tally, len(pipes))
	stats := t.run(func(g *rt.G) {
		var entered atomic.Int32
		for i, p := range pipes {
			g.Go(func(g *rt.G) {
				call(g, func() {
					entered.Add(1)
					if p.read(byte(i)) {
						read[i].Add(1)
					}
				})
			})
		}
		g.Go(func(g *rt.G) {
			yieldUntil(g, func() bool { return int(entered.Load()) == len(pipes) })
			for i, p := range pipes {
				p.write(byte(i))
			}
		})
	})
	read.requireAll(t, 1, "a G that blocks in the kernel must get the byte that was written to it")
	if t.promises(rt.Counts) {
		requireCount(t, len(pipes), stats.Syscalls, "Stats.Syscalls")
	}
}

// blockedInSyscall: Gs that block in Syscall do not keep the others from running. (I7)
func blockedInSyscall(t *trial) { blockedLetOthersRun(t, (*rt.G).Syscall) }

// blockedInBlockingSyscall: Gs that block in BlockingSyscall do not keep the others from running.
// (I7)
func blockedInBlockingSyscall(t *trial) { blockedLetOthersRun(t, (*rt.G).BlockingSyscall) }

// kernelRing sends a byte round through pipes, from the system call of one G to that of the
// next, so that Gs block in the kernel and come back all the time.
func kernelRing(t *trial, call callForm) {
	const laps = 30
	pipes := t.pipes(2*t.procs + 1)
	var passed atomic.Int32
	t.run(func(g *rt.G) {
		for i, p := range pipes {
			next := pipes[(i+1)%len(pipes)]
			g.Go(func(g *rt.G) {
				for lap := range laps {
					call(g, func() {
						if p.read(byte(lap)) {
							passed.Add(1)
						}
					})
					if i == len(pipes)-1 {
						lap++
					}
					g.Syscall(func() { next.write(byte(lap)) })
				}
			})
		}
		pipes[0].write(0)
	})
	requireCount(t, laps*len(pipes), passed.Load(),
		"times that the byte came through a pipe")
}

// ringOfSyscalls: Gs that block in Syscall all come back, again and again. (I7)
func ringOfSyscalls(t *trial) { kernelRing(t, (*rt.G).Syscall) }

// ringOfBlockingSyscalls: Gs that block in BlockingSyscall all come back, again and again. (I7)
func ringOfBlockingSyscalls(t *trial) { kernelRing(t, (*rt.G).BlockingSyscall) }

// shortSyscalls: many system calls that do not block, of more Gs than may run at once, each run
// their function once.
func shortSyscalls(t *trial) {
	gs, each := 8*t.procs, t.many(1000)
	calls := make(tally, gs)
	t.run(func(g *rt.G) {
		for i := range gs {
			g.Go(func(g *rt.G) {
				for k := range each {
					form := (*rt.G).Syscall
					if k%16 == 0 {
						form = (*rt.G).BlockingSyscall
					}
					form(g, func() { calls[i].Add(1) })
				}
			})
		}
	})
	calls.requireAll(t, int32(each), "a G must make all its system calls")
}

// syscallsAlone: the system calls of a G that is the only one return, and it goes on.
func syscallsAlone(t *trial) {
	const rounds = 100
	calls := 0
	t.run(func(g *rt.G) {
		for range rounds {
			g.Syscall(func() { calls++ })
			g.BlockingSyscall(func() { calls++ })
		}
	})
	require.Equal(t, 2*rounds, calls, "system calls that ran their function")
}

// syscallIsNoDeadlock: Gs that wait for a G in the kernel are not deadlocked, though no G runs.
// (I10)
func syscallIsNoDeadlock(t *trial) {
	p := t.pipes(1)[0]
	var door baton
	var inKernel atomic.Bool
	s := t.scheduler()
	outside(func() {
		await(inKernel.Load)
		p.write(1)
	})
	got := false
	require.NoError(t, s.Run(func(g *rt.G) {
		g.Go(door.take)
		g.Syscall(func() {
			inKernel.Store(true)
			got = p.read(1)
		})
		door.give(g)
	}))
	require.True(t, got, "Run has returned, but the G in the kernel did not get its byte")
}

// idleBesideSyscall: a scheduler with a G in the kernel is not at rest, even if other Ms come to
// work meanwhile and go idle again. (I10)
func idleBesideSyscall(t *trial) {
	p := t.pipes(1)[0]
	var inKernel, others atomic.Bool
	s := t.scheduler()
	outside(func() {
		await(inKernel.Load)
		for range 50 {
			// Each of these wakes an idle M, which goes idle again.
			others.Store(false)
			if s.Go(func(*rt.G) { others.Store(true) }) != nil {
				break
			}
			await(others.Load)
		}
		p.write(1)
	})
	got := false
	require.NoError(t, s.Run(func(g *rt.G) {
		g.BlockingSyscall(func() {
			inKernel.Store(true)
			got = p.read(1)
		})
	}))
	require.True(t, got, "Run has returned, but the G in the kernel did not get its byte")
}
