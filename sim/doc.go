// Package sim is a machine with many CPUs in virtual time. It runs threads of ordinary Go code,
// and says how long they would have taken on 1 to 1024 CPUs that share cache lines.
//
// It answers what happens when many processors meet at one lock, on a laptop and to the digit
// the same every time. It shows the shape of a curve and the mechanism behind it. It does not
// predict nanoseconds.
//
//	cfg, err := sim.Named("server64")
//	report, err := sim.Run(cfg, func() {
//		for range 4 {
//			sim.Go(worker) // a thread of the machine
//		}
//	})
//
// # Nouns
//
//   - A [Config] is a machine to be: its number of CPUs, its topology, its [Costs], a seed.
//     Machines that have a name stand in one table: [Machines], [Named].
//   - A CPU has a clock of its own, in picoseconds, and runs at most one thread.
//   - A thread is Go code that [Go] started. It runs on a coroutine, so threads take turns, and
//     never two of them run at the same moment of real time.
//   - A line is a cache line: what CPUs fetch from each other. Each atomic variable of this
//     package is a line of its own, and a [Line] stands for plain memory.
//   - An operation is one use of a line. It takes time from the clock of its CPU.
//   - The kernel of the machine has threads, a run queue, futexes and timers.
//   - A [Stack] is a coroutine that threads switch to in place of their own stack.
//
// # The order of operations
//
// The next operation is always that of the CPU whose clock is smallest; of equal clocks, the
// CPU that operates already goes on, and else the one with the lower number is first. A thread
// that is about to operate while another CPU is behind it waits (machine.pass): it continues the
// thread of the CPU that is behind, coroutine to coroutine.
//
// One thing is exempt. An operation on a line that the CPU holds may be done up to
// Costs.RunAhead before its turn. A CPU that does nothing else then changes its coroutine after
// some operations instead of after each. What it reads may be old by that time, as what a real
// CPU reads may.
//
// Operations are executed one after the other in real time, so they are sequentially consistent
// whatever the clocks say. That is what Go's memory model promises of atomics.
//
// # The transfer of a line
//
// A line is held by one CPU alone, or shared by several that only read it, or by none yet.
// The CPU that uses it first holds it, and pays for no transfer.
//
//	a load                                  a store, swap, add or CAS
//	1. held or shared by this CPU: a hit,   1. held by this CPU: a hit, done
//	   done                                 2. wait until no CPU is behind
//	2. wait until no CPU is behind          3. wait until the line is not busy
//	3. wait until the line is not busy      4. the latency is that of the farthest holder;
//	4. the latency is that of the nearest      the line is busy for all of it
//	   holder; the line is busy for a part  5. this CPU alone holds it
//	   of it (Costs.LoadShare)              6. CPUs that wait for it to change look again
//	5. this CPU shares it
//
// The distance of two CPUs is that of their topology: the same cluster, the same socket, or
// another socket. Each latency varies by Costs.Jitter, up and down, from the seed.
//
// The value changes when a request is made, in step 2, and the clock of the CPU is set to the
// end of the transfer. A request that comes meanwhile waits in step 3, in the order in which
// requests are made. This queue is what makes a contended line collapse: n CPUs that write one
// line get 1/n of its transfers each, and a lock's holder queues with those that spin for it.
//
// What no other CPU can see needs no turn: plain computation, and to read the clock. A pause
// needs none either, but lets the CPUs that are behind go on.
//
// # Waiting for a line
//
// A thread that spins for a change of a word would be continued for each look. [Uint32.Await]
// and [Uint32.AwaitSwap] say the same in one call: look so often, with pauses of that length.
// The CPU then does nothing until the line is taken from it. It looks again at the first moment
// after that at which the loop would have looked. So each look that costs a transfer is made at
// its own time, and the looks that are hits are only counted. The same goes for a swap that is
// tried when a look has found what it waits for. The machine makes both by itself, so the thread
// is continued only when it has what it waits for, or has waited long enough.
//
// A [Line.Touch] or a [Line.Read] that has to wait for its turn tells the thread nothing either.
// The machine makes it, and continues the thread at the end of the transfer.
//
// # The kernel
//
// A thread that is woken gets its last CPU if that is idle, or else the nearest one that is. If
// none is, it goes to the run queue. When a thread blocks, ends or has used up its slice, the
// thread of the queue is next that has run least, as with CFS. A woken thread that has run less
// than a running one, by more than Costs.WakePreempts, takes its CPU at once.
//
// A futex call costs Costs.Syscall and uses the line of the futex's queue in the kernel. Then it
// costs Costs.FutexSleep or Costs.FutexWake. Meanwhile the woken thread is on its way: it runs
// Costs.WakeLatency after the use of the queue. A timer fires Costs.TimerSlack after its time.
//
// # Why the digits are the same
//
// A run depends on its Config and on the program, and on nothing else:
//
//   - One coroutine runs at a time, and hands over at an operation. Which one is next follows
//     from the clocks. So neither GOMAXPROCS nor the load of the machine beneath matters.
//   - Clocks are integers, and advance by costs of the Config alone. No real clock is read.
//   - No address is looked at. A line is part of its variable, and a CPU or a thread is known
//     by its number, given out in the order of creation. A map is used to look up one key, and
//     never ranged over. So neither the allocator nor the collector matters.
//   - Random numbers come from one sequence, drawn in the order of the transfers.
//   - What a line remembers is stamped with the machine, so a package-level variable that an
//     earlier machine has used is as good as new. Its value is the program's own matter.
//
// The program must do its part: it uses no real clock, no goroutine and no channel of Go, it
// ranges over no map where the order matters, and it draws no random number elsewhere. [Report]
// has a hash of all that was counted, so two runs are compared by one number.
//
// # What it is not
//
// Not modelled are:
//
//   - the capacity of caches, and lines that two variables share by accident,
//   - the bandwidth of links and of memory,
//   - store buffers and out-of-order execution,
//   - several hardware threads on a core, and the frequency of a core,
//   - interrupts, page faults, and the garbage collector.
//
// Plain computation costs what the program says by [Work], and plain memory what it says by a
// [Line]. All of these err towards a machine that is too fast and too regular.
//
// # Bad programs
//
// A program that blocks on something that is not of this package, such as a channel, stops the
// whole machine. [Run] notices that after Config.Patience of real time, and returns a [*Blocked]
// with the stacks. A program that does not end for another reason is [*Stuck]: all threads sleep
// for ever, the virtual time has reached Config.Limit, or the CPUs have taken Config.MaxTurns.
// The error says what each thread does.
//
// A goroutine that is no thread of the machine and uses its variables meanwhile panics when that
// is noticed. This errs towards a missed misuse: what it has done before may have spoiled the
// run.
//
// After an error the coroutines of the machine are left suspended for ever. To unwind them would
// run deferred calls in the middle of a program that has stopped.
//
// # Files
//
//	config.go    a machine to be, and what is wrong with one
//	costs.go     the parameters: each with unit and source
//	machines.go  the machines that have a name
//	machine.go   the run: from Run to its end, and the order of operations
//	clocks.go    which CPU is behind all others
//	cpu.go       a CPU, and distances
//	line.go      lines and their transfers
//	atomic.go    the atomics, each a line
//	touch.go     plain memory, plain computation, the time
//	await.go     waiting for a line
//	thread.go    threads and the coroutines that they run on
//	stack.go     coroutines for the program
//	kernel.go    the run queue, and which thread gets which CPU
//	futex.go     sleeping and waking
//	timers.go    timers
//	random.go    the random numbers
//	report.go    what was counted
//	stuck.go     what a machine that cannot go on does
//	watch.go     programs that block outside of the machine
package sim
