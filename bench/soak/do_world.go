package main

import (
	"math/rand/v2"
	"sync/atomic"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
	"schedlab/rt/heap"
)

// stopWorld stops the world, checks that no G moves, and starts it again.
func stopWorld(x *actor) {
	x.crew(x.upTo(2), func(x *actor, _ int) {
		for range x.many(60) {
			x.g.StopTheWorld()
			x.beSilent()
			x.g.StartTheWorld()
			x.did(countStops)
			if x.oneIn(4) {
				x.g.Yield()
			} else {
				x.g.Sleep(x.rnd.Int64N(200_000))
			}
		}
	})
}

// beSilent looks twice at all tokens in a stopped world. Tokens that are issued meanwhile
// belong to Gs that are submitted from outside, which must not begin.
func (x *actor) beSilent() {
	l := &x.p.ledger
	n := l.len()
	before := l.motion(n)
	for range 2 {
		host.Pause(uint32(x.upTo(200)))
		now := l.motion(n)
		x.check(now == before, "stop: in the stopped world Gs moved %d times", now-before)
		begun := l.begun(n)
		x.check(begun == 0, "stop: in the stopped world %d new Gs began", begun)
	}
}

// maxProcs is how many Gs may run at most after SetProcs.
const maxProcs = 6

// changeProcs changes how many Gs may run, while all other parts go on.
func changeProcs(x *actor) {
	for range x.many(40) {
		if !x.setProcs(x.upTo(maxProcs)) {
			return
		}
		x.did(countProcs)
		x.g.Sleep(x.rnd.Int64N(300_000))
	}
	x.setProcs(x.p.plan.cfg.Procs)
}

// setProcs sets the number of Gs that may run and, if no other part does that, the number that
// may be observed to run. It is false after an error.
func (x *actor) setProcs(n int) bool {
	limit, alone := &x.p.limit, x.p.plan.parts(procsKind) == 1 && x.p.promises(rt.SafePoints)
	if alone {
		limit.Store(max(limit.Load(), int32(n)))
	}
	before, err := x.g.SetProcs(n)
	if !x.noError(err, "procs") {
		return false
	}
	if alone {
		limit.Store(int32(n))
	}
	x.check(before >= 1 && before <= x.p.plan.procsAtMost(),
		"procs: SetProcs says that there were %d", before)
	return true
}

// visitPs calls ForEachP, which must visit each P once.
func visitPs(x *actor) {
	for range x.many(60) {
		var visits [rt.MaxProcs]atomic.Int32
		err := x.g.ForEachP(func(p int) { visits[p].Add(1) })
		if !x.noError(err, "forEachP") {
			return
		}
		ps := 0
		for ps < len(visits) && visits[ps].Load() == 1 {
			ps++
		}
		for p := range visits[ps:] {
			n := visits[ps+p].Load()
			x.check(n == 0, "forEachP: P %d was visited %d times; %d others once", ps+p, n, ps)
		}
		x.check(ps >= 1 && ps <= x.p.plan.procsAtMost(),
			"forEachP: %d Ps were visited", ps)
		x.did(countForEachP)
		x.g.Sleep(x.rnd.Int64N(200_000))
	}
}

// lockMs has locked Gs, which must stay on their Ms, whatever they do.
func lockMs(x *actor) {
	ping, pong := gsync.NewChan[int](x.g, 0), gsync.NewChan[int](x.g, 0)
	x.crew(2*x.upTo(3), func(x *actor, i int) {
		x.g.LockM()
		defer x.g.UnlockM()
		id := x.g.MID()
		for range x.many(40) {
			if i%2 == 0 {
				ping.Send(x.g, i)
				pong.Recv(x.g)
			} else {
				ping.Recv(x.g)
				pong.Send(x.g, i)
			}
			x.lull()
			if x.oneIn(8) {
				x.g.LockM()
				x.g.Syscall(func() {})
				x.g.UnlockM()
			}
			x.check(x.g.MID() == id,
				"locked: G %d was on M %d; it is on M %d", x.g.ID(), id, x.g.MID())
			x.did(countLocked)
		}
	})
}

// useCaches has Gs that write to Blocks, and others that free them. The contents must stay.
func useCaches(x *actor) {
	c := gsync.NewChan[parcel](x.g, x.rnd.IntN(8))
	pairs, each := x.upTo(3), x.many(200)
	x.crew(2*pairs, func(x *actor, i int) {
		for range each {
			if i < pairs {
				c.Send(x.g, pack(x))
				continue
			}
			b, _ := c.Recv(x.g)
			b.unpack(x)
		}
	})
}

// parcel is a Block whose contents follow from seed.
type parcel struct {
	block heap.Block
	seed  uint64
	size  int
}

func pack(x *actor) parcel {
	size := x.rnd.IntN([]int{16, 100, 1000, 40_000}[x.rnd.IntN(4)])
	b := parcel{x.g.Alloc(size), x.rnd.Uint64(), size}
	fill(b.block.Bytes(), b.seed)
	if x.oneIn(8) {
		x.lull()
	}
	return b
}

func (b parcel) unpack(x *actor) {
	if x.oneIn(8) {
		x.lull()
	}
	data := b.block.Bytes()
	x.check(len(data) == b.size, "cache: a block of %d bytes has %d", b.size, len(data))
	x.check(filled(data, b.seed), "cache: the contents of a block of %d bytes have changed", b.size)
	x.g.Free(b.block)
	x.did(countBlocks)
}

// fill writes bytes that follow from seed.
func fill(data []byte, seed uint64) {
	stream := rand.NewPCG(seed, seed)
	for i := 0; i < len(data); i += 8 {
		v := stream.Uint64()
		for k := i; k < min(i+8, len(data)); k++ {
			data[k] = byte(v)
			v >>= 8
		}
	}
}

// filled says whether data is what fill has written for seed.
func filled(data []byte, seed uint64) bool {
	want := make([]byte, len(data))
	fill(want, seed)
	return string(want) == string(data)
}
