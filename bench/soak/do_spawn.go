package main

import (
	"runtime"
	"sync/atomic"

	"schedlab/host"
	"schedlab/rt/gsync"
)

// growTree grows a random tree of Gs with a given number of nodes.
func growTree(x *actor) {
	t := tree{}
	nodes := x.many(3000)
	t.grow(x, nodes)
	t.wg.Wait(x.g)
	x.check(int(t.nodes.Load()) == nodes,
		"tree: %d nodes grew; there should be %d", t.nodes.Load(), nodes)
}

type tree struct {
	nodes atomic.Int64
	wg    gsync.WaitGroup
}

// grow makes a subtree whose root is x.
func (t *tree) grow(x *actor, nodes int) {
	t.nodes.Add(1)
	for nodes--; nodes > 0; {
		n := x.upTo(nodes)
		nodes -= n
		t.wg.Add(x.g, 1)
		x.spawn(func(x *actor) {
			defer t.wg.Done(x.g)
			if x.oneIn(16) {
				x.lull()
			}
			t.grow(x, n)
		})
	}
}

// growChain makes a G that waits for a G that waits for a G, and so on.
func growChain(x *actor) {
	length := x.many(500)
	got := link(x, length)
	x.check(got == length, "chain: %d links; there should be %d", got, length)
}

func link(x *actor, n int) (length int) {
	if n == 0 {
		return 0
	}
	reply := gsync.NewChan[int](x.g, x.rnd.IntN(2))
	x.spawn(func(x *actor) { reply.Send(x.g, 1+link(x, n-1)) })
	length, _ = reply.Recv(x.g)
	return length
}

// goDeep makes Gs whose stacks grow, are switched away from at their deepest, and shrink.
func goDeep(x *actor) {
	x.crew(x.many(20), func(x *actor, _ int) {
		for range 5 {
			depth := 10 * x.upTo(300)
			got := descend(x, depth)
			x.check(got == depth*(depth+1)/2, "deep: the sum to %d is %d", depth, got)
			x.did(countDeep)
		}
	})
}

func descend(x *actor, depth int) int {
	var pad [64]byte
	pad[depth%64] = byte(depth)
	if depth == 0 {
		x.lull()
		return 0
	}
	sum := depth + descend(x, depth-1)
	if pad[depth%64] != byte(depth) {
		return -1
	}
	return sum
}

// giveWay makes Gs that yield, and others beside them that only pass Checkpoint, for longer
// than a time slice.
func giveWay(x *actor) {
	hogs := x.upTo(2)
	x.crew(hogs+x.upTo(16), func(x *actor, i int) {
		if i < hogs {
			hog(x)
			return
		}
		for range x.many(300) {
			x.g.Yield()
			x.did(countYields)
		}
	})
}

func hog(x *actor) {
	const slice = 10e6 // in ns: the longest time slice of the designs
	until := host.Nanotime() + x.rnd.Int64N(2*slice)
	for host.Nanotime() < until {
		host.Pause(50)
		x.g.Checkpoint()
		x.did(countCheckpoints)
	}
}

// goexit makes Gs that end by runtime.Goexit.
func goexit(x *actor) {
	var wg gsync.WaitGroup
	var unwound atomic.Int32
	n := x.many(200)
	wg.Add(x.g, n)
	for range n {
		x.spawn(func(x *actor) {
			defer wg.Done(x.g)
			defer unwound.Add(1)
			defer x.did(countGoexits)
			defer x.lull()
			x.lull()
			runtime.Goexit()
			x.p.fault("goexit: runtime.Goexit returned")
		})
	}
	wg.Wait(x.g)
	x.check(int(unwound.Load()) == n,
		"goexit: %d Gs ran their deferred calls; there were %d", unwound.Load(), n)
}

// recoverPanics makes Gs that panic, block while they panic, and recover.
func recoverPanics(x *actor) {
	x.crew(x.many(100), func(x *actor, i int) {
		for range 3 {
			got := panics(x, i)
			x.check(got == i, "recover: %v; the panic was %d", got, i)
			x.did(countRecovered)
		}
	})
}

func panics(x *actor, value int) (recovered any) {
	defer func() { recovered = recover() }()
	defer x.lull()
	x.lull()
	if value%3 == 0 {
		x.g.Syscall(func() { panic(value) })
	}
	panic(value)
}
