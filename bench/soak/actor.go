package main

import (
	"math/rand/v2"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// actor is a G of a program, as its own body sees it.
type actor struct {
	g   *rt.G
	p   *program
	tok *token
	rnd *rand.Rand
}

// body returns the body of a G that runs fn, and counts on tok that it does.
func (p *program) body(tok *token, seed uint64, fn func(*actor)) func(*rt.G) {
	return func(g *rt.G) {
		tok.starts.Add(1)
		defer tok.ends.Add(1)
		fn(&actor{g, p, tok, rand.New(rand.NewPCG(seed, p.plan.seed))})
		p.counts.add(countGs, 1)
	}
}

// spawn starts fn as a G.
func (x *actor) spawn(fn func(*actor)) {
	x.p.spawned.Add(1)
	x.g.Go(x.p.body(x.p.ledger.issue(1), x.rnd.Uint64(), fn))
}

// crew starts n Gs and waits until they have ended.
func (x *actor) crew(n int, fn func(x *actor, i int)) {
	var wg gsync.WaitGroup
	wg.Add(x.g, n)
	for i := range n {
		x.spawn(func(x *actor) {
			defer wg.Done(x.g)
			fn(x, i)
		})
	}
	wg.Wait(x.g)
}

// did counts what the G has done. It is also where the number of Gs that run at the same
// moment is observed: there is no safe point in it.
func (x *actor) did(what count) { x.didMany(what, 1) }

func (x *actor) didMany(what count, n int) {
	x.tok.beats++
	x.p.counts.add(what, n)
	if inside := x.p.inside.Add(1); inside > x.p.limit.Load() {
		x.p.excess.Store(inside)
	}
	if x.tok.beats%64 == 0 { // now and then, stay long enough for others to come
		host.Pause(300)
	}
	x.p.inside.Add(-1)
}

// many returns n, or more in large programs, and less in small ones.
func (x *actor) many(n int) int { return x.p.many(n) }

// upTo returns a number from 1 to n.
func (x *actor) upTo(n int) int { return 1 + x.rnd.IntN(n) }

// oneIn is true once in n times, on average.
func (x *actor) oneIn(n int) bool { return x.rnd.IntN(n) == 0 }

// check records a fault unless ok.
func (x *actor) check(ok bool, format string, args ...any) {
	if !ok {
		x.p.fault(format, args...)
	}
}

// noError records a fault if err is not nil.
func (x *actor) noError(err error, doing string) bool {
	x.check(err == nil, "%s: %v", doing, err)
	return err == nil
}

// await waits until cond is true. Nothing wakes the G then, so it looks again and again.
func (x *actor) await(cond func() bool) {
	for !cond() {
		x.g.Sleep(20_000)
	}
}

// lull gives way in one of several ways, or not at all.
func (x *actor) lull() {
	switch x.rnd.IntN(8) {
	case 0:
		x.g.Yield()
		x.did(countYields)
	case 1:
		x.g.Checkpoint()
		x.did(countCheckpoints)
	case 2:
		x.g.Sleep(x.rnd.Int64N(50_000))
		x.did(countSleeps)
	}
}
