package main

import (
	"sync/atomic"
	"time"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// sleepAll has Gs that sleep. None may wake early.
func sleepAll(x *actor) {
	x.crew(x.many(100), func(x *actor, _ int) {
		for range 4 {
			ns := x.rnd.Int64N(3e6)
			start := host.Nanotime()
			x.g.Sleep(ns)
			slept := host.Nanotime() - start
			x.check(slept >= ns, "sleep: %d ns; it was to be %d", slept, ns)
			x.did(countSleeps)
		}
	})
}

// raceTimers has Timers that several Gs stop, reset and receive from. Each start must either
// be received once, or be reported as undone once.
func raceTimers(x *actor) {
	x.crew(x.upTo(4), func(x *actor, _ int) {
		r := timerRace{}
		r.start(x)
		r.timer = gsync.NewTimer(x.g, r.soon(x))
		x.crew(x.upTo(5), func(x *actor, _ int) {
			for range x.many(100) {
				r.act(x)
			}
		})
		if r.timer.Stop(x.g) {
			r.undo(x)
		}
		_, _, again := r.timer.C.TryRecv(x.g)
		x.check(!again, "timer: a value was received after Stop")
		x.check(r.starts.Load() == r.received.Load()+r.undone.Load(),
			"timer: %d starts; %d were received and %d undone",
			r.starts.Load(), r.received.Load(), r.undone.Load())
	})
}

type timerRace struct {
	timer                    *gsync.Timer
	starts, received, undone atomic.Int64
}

func (r *timerRace) soon(x *actor) time.Duration {
	return time.Duration(x.rnd.IntN(60_000))
}

func (r *timerRace) start(*actor) { r.starts.Add(1) }

func (r *timerRace) undo(x *actor) {
	r.undone.Add(1)
	x.did(countUndone)
}

func (r *timerRace) act(x *actor) {
	switch x.rnd.IntN(10) {
	case 0:
		if r.timer.Stop(x.g) {
			r.undo(x)
		}
	case 1, 2:
		r.start(x)
		if r.timer.Reset(x.g, r.soon(x)) {
			r.undo(x)
		}
	default:
		if x.oneIn(2) {
			x.g.Sleep(x.rnd.Int64N(80_000))
			x.did(countSleeps)
		}
		if _, _, ok := r.timer.C.TryRecv(x.g); ok {
			r.received.Add(1)
			x.did(countFired)
		}
	}
}

// tick has Tickers. Tick n must come no earlier than n intervals after the start.
func tick(x *actor) {
	x.crew(x.upTo(6), func(x *actor, _ int) {
		every := time.Duration(50_000 + x.rnd.IntN(300_000))
		start := host.Nanotime()
		t := gsync.NewTicker(x.g, every)
		defer t.Stop(x.g)
		for range 2 {
			awaitTicks(x, t, start, every, 1+x.rnd.IntN(10))
			every = time.Duration(50_000 + x.rnd.IntN(300_000))
			start = host.Nanotime()
			t.Reset(x.g, every)
		}
		t.Stop(x.g)
		x.g.Sleep(int64(2 * every))
		_, _, ok := t.C.TryRecv(x.g)
		x.check(!ok, "ticker: a tick was received after Stop")
	})
}

func awaitTicks(x *actor, t *gsync.Ticker, start int64, every time.Duration, ticks int) {
	for n := 1; n <= ticks; n++ {
		t.C.Recv(x.g)
		passed := host.Nanotime() - start
		x.check(passed >= int64(n)*int64(every),
			"ticker: tick %d after %d ns; the interval is %v", n, passed, every)
		x.did(countTicks)
	}
}

// callLater has AfterFuncs. Each start must call the function once, or be undone.
func callLater(x *actor) {
	x.crew(x.upTo(8), func(x *actor, _ int) {
		tok := x.p.ledger.issue(1)
		soon := func() time.Duration { return time.Duration(x.rnd.IntN(100_000)) }
		t := gsync.AfterFunc(x.g, soon(), x.p.called(tok, x.rnd.Uint64()))
		for range x.many(40) {
			x.g.Sleep(x.rnd.Int64N(100_000))
			if x.oneIn(3) {
				undone(tok, t.Stop(x.g))
				continue
			}
			tok.want.Add(1)
			undone(tok, t.Reset(x.g, soon()))
		}
		undone(tok, t.Stop(x.g))
		x.await(func() bool { return tok.ends.Load() == tok.want.Load() })
	})
}

// called returns the function of a timer, for which tok stands. Its Gs, of which several may
// live at the same time, have tokens of their own.
func (p *program) called(tok *token, seed uint64) func(*rt.G) {
	return func(g *rt.G) {
		tok.starts.Add(1)
		defer tok.ends.Add(1)
		p.spawned.Add(1)
		p.body(p.ledger.issue(1), seed, func(x *actor) {
			x.lull()
			x.did(countFuncs)
		})(g)
	}
}

func undone(tok *token, yes bool) {
	if yes {
		tok.want.Add(-1)
	}
}
