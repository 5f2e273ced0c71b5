package main

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"time"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

// beside is a goroutine outside of the scheduler, while a program runs.
type beside struct {
	p    *program
	s    rt.Scheduler
	rnd  *rand.Rand
	over <-chan struct{} // closed when the Run is over
	done func()          // lets the Run end; must be called once
}

// pause waits up to d. It is false if the Run is over.
func (b *beside) pause(d time.Duration) bool {
	select {
	case <-b.over:
		return false
	case <-time.After(time.Duration(b.rnd.Int64N(int64(d)))):
		return true
	}
}

// submit submits a G. It is false if the scheduler takes no more, which is a fault unless the
// program panics.
func (b *beside) submit(fn func(x *actor)) bool {
	tok := b.p.ledger.issue(1)
	err := b.s.Go(b.p.body(tok, b.rnd.Uint64(), fn))
	if err == nil {
		return true
	}
	tok.want.Store(0)
	if !b.p.plan.ending.panics {
		b.p.fault("submit: %v", err)
	}
	return false
}

// submit submits Gs. The Run waits for them because of its Hold.
func submit(b *beside) {
	defer b.done()
	for range b.p.many(100) {
		if !b.submit(func(x *actor) {
			x.lull()
			x.spawn((*actor).lull)
			x.did(countSubmitted)
		}) {
			return
		}
		if b.rnd.IntN(3) == 0 {
			b.pause(500 * time.Microsecond)
		}
	}
}

// errand asks a goroutine outside to submit a G that sends v to reply. An errand without reply
// says that no more will come from its sender.
type errand struct {
	reply *gsync.Chan[int]
	v     int
}

// maxErrands is more than can ever wait to be run: for each part one, and the one that says
// that no more will come.
const maxErrands = 1000

// sendErrands waits for values that come only from outside. Without the Hold that would be a
// deadlock.
func sendErrands(x *actor) {
	defer func() { x.p.errands <- errand{} }()
	reply := gsync.NewChan[int](x.g, x.rnd.IntN(2))
	for v := range x.many(50) {
		x.p.errands <- errand{reply, v}
		got, ok := reply.Recv(x.g)
		x.check(ok && got == v, "errand: %d, %t came back for %d", got, ok, v)
		x.did(countErrands)
	}
}

// runErrands runs errands of any part, until one part has no more.
func runErrands(b *beside) {
	defer b.done()
	p := b.p
	for {
		select {
		case <-b.over: // the Run has failed
			return
		case e := <-p.errands:
			if e.reply == nil {
				return
			}
			b.pause(100 * time.Microsecond)
			if !b.submit(func(x *actor) { e.reply.Send(x.g, e.v) }) {
				return
			}
		}
	}
}

// noList is what a Dump says if it could not list the Gs.
const noList = "no list of Gs: "

// dump dumps the scheduler at random times. A Dump that cannot list the Gs is no fault.
func dump(b *beside) {
	b.done()
	for ok := true; ok; ok = b.pause(10 * time.Millisecond) {
		text := b.s.Dump()
		if !strings.HasPrefix(text, "SCHED ") {
			b.p.fault("dump: the text must begin with SCHED: %q", text)
			return
		}
		b.p.counts.add(countDumps, 1)
		if !strings.Contains(text, noList) {
			b.p.counts.add(countListed, 1)
		}
	}
}

// readStats reads the counters of Stats, which may only grow.
func readStats(b *beside) {
	b.done()
	last := b.s.Stats()
	for ok := true; ok; ok = b.pause(time.Millisecond) {
		s := b.s.Stats()
		if s.Ended < last.Ended || s.Executed < last.Executed || s.Spawned+s.Injected < s.Ended {
			b.p.fault("stats: %d made, %d ended, %d executed; before that %d ended, %d executed",
				s.Spawned+s.Injected, s.Ended, s.Executed, last.Ended, last.Executed)
			return
		}
		last = s
		b.p.counts.add(countStats, 1)
	}
}

// collect collects garbage, which stops the world of the Go runtime.
func collect(b *beside) {
	b.done()
	for ok := true; ok; ok = b.pause(20 * time.Millisecond) {
		runtime.GC()
		b.p.counts.add(countGCs, 1)
	}
}
