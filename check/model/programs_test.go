//go:build model

package model_test

import (
	"errors"

	"schedlab/designs/all"
	"schedlab/explore"
	"schedlab/host"
	"schedlab/rt"
)

// The programs of TestProtocols. Their Gs hold on to their Ps where they wait: the whole
// M sleeps, on a note. So a G that is queued gets to run only if another M comes for it.
// If a design wakes none, though a P is idle, it breaks invariant I2, and a wait that
// does not end shows it. If the M gave its P back while it waits, the same mistake would
// only cost time.

// patience is how long a G waits for another, in ns of virtual time. That passes only
// while no thread can take a step. It is longer than any sleep of gpm's monitor and than
// any time for which the monitor leaves a P alone.
const patience = 50_000_000

// await waits, with its M, until another G signals n. That G must be able to run now.
func await(n *host.Note) {
	explore.Assert(n.SleepFor(patience),
		"a G does not run though it can, and no M is on the way to it")
}

// on makes a program that runs main on a scheduler.
func on(main func(g *rt.G)) func(design string, procs int) {
	return func(design string, procs int) {
		s := newScheduler(design, procs)
		run(s, main)
		closeDown(s)
	}
}

// newScheduler makes a scheduler of that design. gpm is explored with victims in order,
// from the next P upwards. With two Ps there is no other order, and each choice of a
// first victim would multiply the executions by two.
func newScheduler(design string, procs int) rt.Scheduler {
	if design == "gpm" {
		design = "gpm-sequentialvictims"
	}
	s, err := all.New(design, rt.Config{Procs: procs})
	explore.Assert(err == nil, "New: %v", err)
	return s
}

func goOutside(s rt.Scheduler, f func(g *rt.G)) {
	err := s.Go(f)
	explore.Assert(err == nil, "Go: %v", err)
}

// twice: a G is made while the M that ran the one before looks for work in vain.
func twice(g *rt.G) {
	for range 2 {
		var ran host.Note
		g.Go(func(*rt.G) { ran.Wakeup() })
		await(&ran)
	}
}

// both: one M makes two Gs, and another must take both.
func both(g *rt.G) {
	var ran [2]host.Note
	for i := range ran {
		g.Go(func(*rt.G) { ran[i].Wakeup() })
	}
	await(&ran[0])
	await(&ran[1])
}

// chain: each of three Gs makes the next and holds on to its P. So an M that has found
// work must see to it that another M looks for more.
func chain(g *rt.G) {
	var ran, done host.Note
	g.Go(func(g *rt.G) {
		g.Go(func(*rt.G) { ran.Wakeup() })
		await(&done)
	})
	await(&ran)
	done.Wakeup()
}

// together: one M makes two Gs, and all three run at the same moment.
func together(g *rt.G) {
	var here [2]host.Note
	g.Go(func(*rt.G) {
		here[0].Wakeup()
		await(&here[1])
	})
	var done host.Note
	g.Go(func(*rt.G) {
		await(&here[0])
		here[1].Wakeup()
		done.Wakeup()
	})
	await(&done)
}

// yield: a G that gives way to one that holds on to its P goes on elsewhere.
func yield(g *rt.G) {
	var back host.Note
	g.Go(func(*rt.G) { await(&back) })
	g.Yield()
	back.Wakeup()
}

// yieldFull: the same, but no other P is free until another G goes into the kernel, at
// the moment of the yield.
func yieldFull(g *rt.G) {
	var begun, leave, back, away host.Note
	g.Go(func(g *rt.G) {
		begun.Wakeup()
		await(&leave)
		g.Syscall(func() { await(&away) })
	})
	await(&begun)
	g.Go(func(*rt.G) { await(&back) })
	leave.Wakeup()
	g.Yield()
	away.Wakeup()
	back.Wakeup()
}

// readied: a G that waits is readied while the M that it ran on goes to sleep.
func readied(g *rt.G) {
	var parked, ran host.Note
	var waiter host.Pointer[rt.G]
	g.Go(func(g *rt.G) {
		g.Parker().Park(rt.WaitSemaphore, func(gp *rt.G) bool {
			waiter.Store(gp)
			parked.Wakeup()
			return true
		})
		ran.Wakeup()
	})
	await(&parked)
	g.Parker().Ready(waiter.Load())
	await(&ran)
}

// kernel: while a G is in the kernel, its P runs another. While both are there, it runs
// a third.
func kernel(g *rt.G) {
	var ran [2]host.Note
	g.Go(func(g *rt.G) {
		ran[0].Wakeup()
		g.Syscall(func() { await(&ran[1]) })
	})
	g.Go(func(*rt.G) { ran[1].Wakeup() })
	g.Syscall(func() { await(&ran[0]) })
}

// kernelBlocks: a P is free as soon as its G says that it will block.
func kernelBlocks(g *rt.G) {
	var ran host.Note
	g.Go(func(*rt.G) { ran.Wakeup() })
	g.BlockingSyscall(func() { await(&ran) })
}

// kernelAtRest is kernel on a scheduler that has been at rest for so long that gpm's
// monitor goes to sleep just when there is work.
func kernelAtRest(design string, procs int) {
	s := newScheduler(design, procs)
	host.Sleep(20_000)
	run(s, kernel)
	closeDown(s)
}

// kernelBeside: a G is made while another goes into the kernel.
func kernelBeside(g *rt.G) {
	var begun, ran host.Note
	g.Go(func(g *rt.G) {
		begun.Wakeup()
		g.Syscall(func() { await(&ran) })
	})
	await(&begun)
	g.Go(func(*rt.G) { ran.Wakeup() })
	await(&ran)
}

// kernelBack: Gs come back from the kernel at the moment at which gpm's monitor, on its
// second look, takes the P. As many Gs as there are Ps go on.
func kernelBack(gs int) func(design string, procs int) {
	return func(design string, procs int) {
		on(func(g *rt.G) {
			var running host.Int32
			work := func(g *rt.G) {
				g.Syscall(func() { host.Sleep(40_000) })
				explore.Assert(running.Add(1) <= int32(procs), "more Gs run than there are Ps")
				running.Add(-1)
			}
			for range gs - 1 {
				g.Go(work)
			}
			work(g)
		})(design, procs)
	}
}

// world is where Gs see that they do not run while the world stands still.
type world struct{ still host.Bool }

func (w *world) stopAndStart(g *rt.G) {
	g.StopTheWorld()
	w.still.Store(true)
	w.still.Store(false)
	g.StartTheWorld()
}

func (w *world) runs() { explore.Assert(!w.still.Load(), "a G runs in a stopped world") }

// stopYield: the world is stopped beside two Gs that yield.
func stopYield(g *rt.G) {
	var w world
	for range 2 {
		g.Go(func(g *rt.G) {
			w.runs()
			g.Yield()
			w.runs()
		})
	}
	w.stopAndStart(g)
}

// stopSpawn: the world is stopped beside a G that makes another, and the other is not
// forgotten afterwards.
func stopSpawn(g *rt.G) {
	var w world
	var ran host.Note
	g.Go(func(g *rt.G) {
		g.Go(func(*rt.G) {
			w.runs()
			ran.Wakeup()
		})
		w.runs()
	})
	w.stopAndStart(g)
	await(&ran)
}

// stopPark: the world is stopped beside a G that waits and one that readies it.
func stopPark(g *rt.G) {
	var w world
	var e event
	g.Go(func(g *rt.G) {
		e.wait(g)
		w.runs()
	})
	g.Go(func(g *rt.G) {
		w.runs()
		e.happen(g)
		w.runs()
	})
	w.stopAndStart(g)
}

// stopMake: two Gs are made while the world stands still. Then they run beside each other
// and beside the G that made them.
func stopMake(g *rt.G) {
	var w world
	var here, there, done host.Note
	g.StopTheWorld()
	w.still.Store(true)
	g.Go(func(*rt.G) {
		w.runs()
		here.Wakeup()
		await(&there)
		done.Wakeup()
	})
	g.Go(func(*rt.G) {
		w.runs()
		await(&here)
		there.Wakeup()
	})
	w.still.Store(false)
	g.StartTheWorld()
	await(&done)
}

// stopKernel: the world is stopped beside a G that yields, and one that goes into the
// kernel and comes back.
func stopKernel(g *rt.G) {
	var w world
	var begun host.Note
	g.Go(func(g *rt.G) {
		g.Yield()
		w.runs()
	})
	g.Go(func(g *rt.G) {
		begun.Wakeup()
		g.Syscall(func() {})
		w.runs()
	})
	await(&begun)
	w.stopAndStart(g)
}

// stopLong: the world is stopped beside a G that goes into the kernel, and comes back
// when the world stands still.
func stopLong(g *rt.G) {
	var w world
	var begun, stopped host.Note
	g.Go(func(g *rt.G) {
		begun.Wakeup()
		g.Syscall(func() { await(&stopped) })
		w.runs()
	})
	await(&begun)
	g.StopTheWorld()
	w.still.Store(true)
	stopped.Wakeup()
	w.still.Store(false)
	g.StartTheWorld()
}

// outside: a G comes from outside while an M goes idle that should run it.
func outside(design string, procs int) {
	s := newScheduler(design, procs)
	var begun, ran host.Note
	beside(
		func() {
			run(s, func(g *rt.G) {
				g.Go(func(*rt.G) { begun.Wakeup() })
				await(&ran)
			})
		},
		func() {
			begun.Sleep()
			goOutside(s, func(*rt.G) { ran.Wakeup() })
		})
	closeDown(s)
}

// closeBeside: Close is called while the last Gs run.
func closeBeside(design string, procs int) {
	s := newScheduler(design, procs)
	ran := 0
	goOutside(s, func(g *rt.G) {
		g.Go(func(*rt.G) { ran++ })
		g.Yield()
		ran++
	})
	closeDown(s)
	explore.Assert(ran == 2, "Close has returned before %d of 2 Gs ran", 2-ran)
}

// overtaken: a G fails and the scheduler is closed, while a G comes from outside. The failure is
// reported to one of the two threads.
func overtaken(design string, procs int) {
	s := newScheduler(design, procs)
	var closed host.Bool
	var byClose, byGo error
	beside(
		func() {
			goOutside(s, func(*rt.G) { panic("on purpose") })
			byClose = s.Close()
			closed.Store(true)
		},
		func() {
			byGo = s.Go(func(*rt.G) { explore.Assert(!closed.Load(), "a G runs after Close") })
		})
	var failed *rt.PanicError
	told := errors.As(byClose, &failed) || errors.As(byGo, &failed)
	explore.Assert(told && failed.Value == "on purpose", "Close: %v; Go: %v", byClose, byGo)
}
