package workloads

import (
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// fib computes a Fibonacci number the slow way: a G spawns fib(n-1), computes fib(n-2) itself, and
// joins.
//
// Stresses what spawn, join and steal cost, since a G does a few ns of work.
//
// Not stressed: useful work, which would be coarser. Nor is it frugal: the closure and the join
// cell of each spawn are the idiom's, the same for all designs. A design that runs Gs first in,
// first out walks the tree in breadth, and a third of all Gs are blocked at once. That takes some
// 600 MB of stacks at the large size, which is why it is no larger.
//
// Source: Frigo, Leiserson, Randall, "The Implementation of the Cilk-5 Multithreaded Language",
// PLDI 1998, and every fork-join benchmark since.
var fib = Workload{
	Name:    "fib",
	Doc:     "fork-join of the smallest Gs: spawn, join, steal",
	Prepare: prepareFib,
}

var fibSizes = [...]int{Small: 15, Normal: 23, Large: 27}

func prepareFib(p Params) (*Instance, error) {
	n := fibSizes[p.Size]
	return &Instance{
		Ops: int(fibonacci(n+1)) - 1, // a call spawns unless n < 2
		Op:  "spawn",
		Run: func(s rt.Scheduler) error {
			var got uint64
			if err := s.Run(func(g *rt.G) { got = fibOf(g, n) }); err != nil {
				return err
			}
			return checkFib(n, got)
		},
	}, nil
}

func fibOf(g *rt.G, n int) uint64 {
	if n < 2 {
		return uint64(n)
	}
	var spawned struct { // one allocation
		gsync.WaitGroup
		fib uint64
	}
	computed(1, fibSpawnPs)
	spawned.Add(g, 1)
	g.Go(func(g *rt.G) {
		spawned.fib = fibOf(g, n-1)
		spawned.Done(g)
	})
	own := fibOf(g, n-2)
	spawned.Wait(g)
	return spawned.fib + own
}

func checkFib(n int, got uint64) error {
	if want := fibonacci(n); got != want {
		return wrong("fib", got, want)
	}
	return nil
}

// fibonacci computes it from below, by addition.
func fibonacci(n int) uint64 {
	a, b := uint64(0), uint64(1)
	for range n {
		a, b = b, a+b
	}
	return a
}
