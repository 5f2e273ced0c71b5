package workloads

import "schedlab/host"

// What the workloads compute, in ps for each unit. A simulated machine is told of it by
// computed; a real one takes the time.
//
// For fib, skynet and nqueens a unit is their serial elision: what a G costs if each spawn is a
// call, with the memory that it allocates and the collections which that causes.
//
// Measured by BenchmarkWork on a 2-CPU x86-64 guest (AMD EPYC) with Go 1.26: the least of ten
// runs with GOMAXPROCS 1, to two digits. To measure again:
//
//	go test ./workloads -run - -bench Work -cpu 1 -count 10
const (
	fibSpawnPs         = 83_000    // a call that spawns, and what it waits with
	skynetActorPs      = 60_000    // an actor, with a tenth of a channel
	nqueensPlacementPs = 85_000    // a placement that does not attack
	matmulBlockPs      = 1_700_000 // a product of two blocks of matmulLeaf rows
	quicksortDividePs  = 4_300     // an element that is divided
	quicksortSortPs    = 22_000    // an element of a part that is sorted at once
	utsChildPs         = 100_000   // a child, which is a hash
	scramblePs         = 3_400     // a scramble that waits for the last one
	sieveDivisionPs    = 3_400     // a number and a prime
	hackMessagePs      = 3_300     // a message that is received
	deepFramePs        = 25_000    // a frame that is written and read
	cacheWordPs        = 2_200     // 8 bytes that are written and read
	stopWorldTaskPs    = 520       // a task that is looked at
)

// computed says that n units of ps each have been computed.
func computed(n int, ps int64) { host.Work(int64(n) * ps / 1000) }
