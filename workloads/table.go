package workloads

// Table holds all workloads, in the order in which reports show them: fork-join,
// spawn, yield and communication, locks, system calls, timers, the network, memory.
var Table = []Workload{
	fib, skynet, nqueens, matmul, quicksort, utsBinomial, utsGeometric,
	spawnManyLocal, spawnManyRemote, chainedSpawn, createSingle,
	yieldMany, pingPong, pingPongMany, pingPongHog, ring, fanOutIn, chanContended, sieve,
	hackbench,
	mutexContended,
	syscallMix, syscallMixBlocking, wakeupSpinning, wakeupSyscall,
	timersParallel, timersStaggered, timersSleep,
	netEcho, netEchoThreads, netRPC,
	deepStack, cacheBlocked,
	stopWorld,
}
