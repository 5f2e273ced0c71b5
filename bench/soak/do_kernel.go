package main

import (
	"os"
	"sync/atomic"

	"schedlab/host"
)

// callKernel makes system calls: short ones, and ones that block, with or without saying so.
func callKernel(x *actor) {
	x.crew(x.upTo(8), func(x *actor, _ int) {
		for range x.many(150) {
			called := 0
			call, what := x.g.Syscall, countSyscalls
			if x.oneIn(3) {
				call, what = x.g.BlockingSyscall, countBlocking
			}
			ns := int64(0)
			if x.oneIn(6) {
				ns = x.rnd.Int64N(200_000)
			}
			call(func() {
				called++
				if ns > 0 {
					host.Sleep(ns)
				}
			})
			x.check(called == 1, "syscall: the function was called %d times", called)
			x.did(what)
		}
	})
}

// passPipes makes a ring of Gs that block in the kernel, each for a byte of the one before.
func passPipes(x *actor) {
	pipes := make([]pipe, x.upTo(8))
	for i := range pipes {
		if !pipes[i].open(x) {
			return
		}
		x.p.afterwards(pipes[i].close)
	}
	laps := x.many(30)
	var passed atomic.Int64
	pipes[0].write(x, 0)
	x.crew(len(pipes), func(x *actor, i int) {
		for lap := range laps {
			b := pipes[i].read(x)
			x.check(b == byte(lap), "pipes: read %d in lap %d", b, lap)
			passed.Add(1)
			x.did(countPipes)
			if i == len(pipes)-1 {
				b++
			}
			pipes[(i+1)%len(pipes)].write(x, b)
		}
	})
	x.check(int(passed.Load()) == laps*len(pipes), "pipes: %d bytes were passed on; %d laps of %d",
		passed.Load(), laps, len(pipes))
}

// pipe is something on which a G can block in the kernel. It is closed after the last Run: if
// that panics, Gs may still wait for the pipe, and Close waits for those Gs.
type pipe struct{ r, w *os.File }

func (p *pipe) open(x *actor) bool {
	var err error
	p.r, p.w, err = os.Pipe()
	if x.noError(err, "pipes") {
		p.r.Fd() // takes the file away from Go's poller: a read now blocks in the kernel
		return true
	}
	return false
}

func (p *pipe) close() {
	p.r.Close()
	p.w.Close()
}

func (p *pipe) read(x *actor) byte {
	buf := []byte{0}
	x.g.BlockingSyscall(func() {
		_, err := p.r.Read(buf)
		x.check(err == nil || x.p.plan.ending.panics, "pipes: read: %v", err)
	})
	return buf[0]
}

func (p *pipe) write(x *actor, b byte) {
	x.g.Syscall(func() {
		_, err := p.w.Write([]byte{b})
		x.check(err == nil || x.p.plan.ending.panics, "pipes: write: %v", err)
	})
}
