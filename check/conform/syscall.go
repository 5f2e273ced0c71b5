package conform

import (
	"os"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// callForm is one of the two ways into the kernel.
type callForm func(g *rt.G, fn func())

// pipe is what a G can block on in the kernel.
type pipe struct{ r, w *os.File }

func (t *trial) pipes(n int) []pipe {
	list := make([]pipe, n)
	for i := range list {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		// Fd takes the file away from Go's poller: a read now blocks in the kernel.
		r.Fd()
		list[i] = pipe{r, w}
		t.Cleanup(func() { r.Close(); w.Close() })
	}
	return list
}

// read blocks until somebody writes, and says whether it was b.
func (p pipe) read(b byte) bool {
	buf := []byte{0}
	n, err := p.r.Read(buf)
	return n == 1 && err == nil && buf[0] == b
}

func (p pipe) write(b byte) { _, _ = p.w.Write([]byte{b}) } // a failure leaves the reader waiting

// blockedLetOthersRun: 3*Procs Gs block in the kernel until a G that was spawned
// last writes to them. (I7)
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
	read.requireAll(t, 1)
	if stats.Syscalls != 0 {
		require.EqualValues(t, len(pipes), stats.Syscalls)
	}
}

func blockedInSyscall(t *trial) { blockedLetOthersRun(t, (*rt.G).Syscall) }

func blockedInBlockingSyscall(t *trial) { blockedLetOthersRun(t, (*rt.G).BlockingSyscall) }

// kernelRing: a byte goes round through pipes, from one G's system call to the
// next one's, so that they block and come back all the time.
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
	require.EqualValues(t, laps*len(pipes), passed.Load())
}

func ringOfSyscalls(t *trial) { kernelRing(t, (*rt.G).Syscall) }

func ringOfBlockingSyscalls(t *trial) { kernelRing(t, (*rt.G).BlockingSyscall) }

// shortSyscalls: many that do not block, of more Gs than may run.
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
	calls.requireAll(t, int32(each))
}

// syscallsAlone: of a G that has nobody to queue behind.
func syscallsAlone(t *trial) {
	calls := 0
	t.run(func(g *rt.G) {
		for range 100 {
			g.Syscall(func() { calls++ })
			g.BlockingSyscall(func() { calls++ })
		}
	})
	require.Equal(t, 200, calls)
}

// syscallIsNoDeadlock: Gs that wait for one in the kernel are not deadlocked,
// though no G runs.
func syscallIsNoDeadlock(t *trial) {
	p := t.pipes(1)[0]
	var door baton
	var inKernel atomic.Bool
	s := t.scheduler()
	go func() {
		await(inKernel.Load)
		p.write(1)
	}()
	got := false
	require.NoError(t, s.Run(func(g *rt.G) {
		g.Go(door.take)
		g.Syscall(func() {
			inKernel.Store(true)
			got = p.read(1)
		})
		door.give(g)
	}))
	require.True(t, got)
}

// idleBesideSyscall: nor is it rest when, meanwhile, Ms have come to work and
// gone idle again.
func idleBesideSyscall(t *trial) {
	p := t.pipes(1)[0]
	var inKernel, others atomic.Bool
	s := t.scheduler()
	go func() {
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
	}()
	got := false
	require.NoError(t, s.Run(func(g *rt.G) {
		g.BlockingSyscall(func() {
			inKernel.Store(true)
			got = p.read(1)
		})
	}))
	require.True(t, got)
}
