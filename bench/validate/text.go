package main

// The parts of the report that are not figures. A part that judges figures is written by a
// function; a judgement that stands here was made of the committed ones.

const honestWords = `# Validation of the simulated machine

Written by ` + "`go run ./bench/validate`" + `, from the raw files in [validation](validation).
` + "`-simulate`" + ` renews those of the simulations, which are the same to the digit each time;
` + "`-measure`" + ` renews those of the real host.

## Honest words

The simulation shows **mechanisms and orders**, not nanoseconds. What may be claimed from it:

- that a design stops to scale, and at which lock, if the statement survives the table of
  sensitivity below;
- the order of two designs on a workload, if it does, and if they are apart by more than 1.5 times;
- the shape of queue locks, of sleeping locks and of fork-join by stealing: there published curves
  of other machines were met without a parameter fitted to them (but for one time of plain work in
  a curve of tokio, said there).

What may not be claimed:

- a time in nanoseconds of any real machine, or a ratio closer than 1.5 times;
- how deep a collapse is if many threads **spin on one word**: the simulation makes it 2 to 8 times
  too deep. Lines go to CPUs in the order of requests, and each failed try moves the line. A real
  machine is unfair in favour of the holder and its neighbours, which helps. So what the simulation
  says of designs whose locks collapse is too hard on them, and the number of CPUs at which they
  do is too low;
- the share of CPU time in a lock for a program that was not simulated: it depends on the load by a
  factor of a hundred;
- anything of a cell that is marked bistable, but its two values;
- anything that depends on what is not modelled: the list is at the end.

`

const curvesHead = `## Published curves

No machine here is the one that was measured: each has the published latency of its kind. A ratio is
simulated over published, of the medians of the seeds. "Within" is the share of points whose ratio is
within 1.5 times. The verdicts are made by a rule: *times agree* if three quarters of the points
are within 1.5 times, and the rank correlation is at least 0.7; *shape agrees* if that holds once
all points were divided by the mean ratio, or if the curve is a relative one; else it *misses*.

| curve | mean ratio | spread | within | rank correlation | verdict |
|---|--:|--:|--:|--:|---|
`

const curvesFoot = `
Why the curves miss that do:

- **Spin lock, ChanContended, one channel**: the collapse is too deep. After a release all waiters
  load the word, find it free, and try; all but one fail, and each try moves the line. The published
  spin lock takes 0.55 us a turn with 2 threads and with 56. Here a turn grows with the number of
  waiters, as sim's formula for it says (TestSpinLock). To read the value when the transfer begins,
  and not when it is asked for, was tried: it changes the figures by less than 5%.
- **sync.Mutex**: both collapse because each hand-over waits for a wakeup, but gsync.Mutex does so
  earlier and less deep: it hands over after 64 overtakings, Go's after a waiter has waited for 1 ms.
- **Share of sched.lock**: the stand-in is not tile38. That the share jumps from 44 to 88 Ps is
  there, its size is not.
- **Inject queue with one lock**: published times fall a little from 8 threads on, and here they
  rise to 32: the same excess of contention.
- **OpenMP tasks**: the global design collapses, as one shared pool of futex locks does here; the
  published pool loses by two threads what it loses, and scales from there.

Not simulated: the combining lock of folly and Go's spinbit lock, since neither is in this suite;
CreateGoroutines with a locked queue a P, for the same reason; the G-M server of 2012 and the stealing
of issue 28808, whose programs need sockets or are not described closely enough.
`

const notModelled = `
## What is not modelled

Beside every curve of the simulation stands this list:

- the capacity of caches, and false sharing;
- the bandwidth of memory and of the links between sockets;
- hyper-threads, frequency and its changes, interrupts, page faults, other programs;
- store buffers and out-of-order execution: operations are sequentially consistent;
- the unfairness of real caches, which favours the holder of a line and its neighbours;
- the garbage collector: its cost on one CPU is part of what a workload says that it computes;
- plain memory that no Line stands for: its transfers cost nothing;
- real sockets: net_* are not simulated, nor is Go's own scheduler.
`

// sensitivityHead takes the numbers of variations, of statements and of those that survive.
const sensitivityHead = `
## Sensitivity

Each parameter of the machine server64 was halved and doubled, one at a time: %d variations. The
workloads run at their small size on 8 and 32 CPUs. A statement is made if its two cells are apart by
at least 1.1 times in all five seeds of the machine as it is. It survives if no variation, of one
seed each, turns it around. Of %d statements %d survive. Only these are claimed.
`

const bistableHead = `
### Bistable cells

Five seeds each, of the machine as it is. A cell is bistable if there is a gap of more than a fifth
between two neighbours. Such a cell is never averaged.

`

const realHead = `
## vm2 against the real host

The real host is a guest with 2 CPUs of an EPYC, and it is noisy: other programs ran beside. So the cells
were measured in many short rounds, each in an order of its own, and the time of a cell is that of
its fastest run. Both sides run the small sizes, three runs after one to warm up. Every other workload
is *fitted*: the parameters of vm2 were fitted to its cells, and then frozen. The other half is *blind*.
"Ordered" is of the pairs of designs that are apart by 1.1 times in reality.

| cells | n | mean ratio | spread | within 1.5 times | rank correlation | ordered right |
|---|--:|--:|--:|--:|--:|--:|
`

const discrepancyHead = `
### The known discrepancy

On 2 CPUs the design gm passes a chain of Gs from one M to the other in the simulation, and wakes an M
at each hop. The real host seldom does. The columns are ns an operation and wakeups an
operation: those of the real host, and of vm2 beside so many other programs that always compute.

| cell | real | alone | 1 program | 2 programs | 4 programs |
|---|--:|--:|--:|--:|--:|
`

const discrepancyFoot = `
Other programs explain what global does: a woken M that does not get its CPU at once finds the work done.
They do not explain gm. There the G is handed to the M that is woken, so nobody else can run it, and
each hop costs a wakeup whatever the load. For the real host to run the chain on one M, the other M must
count as running without taking a G: it waits for the scheduler's lock while the first M takes that again
and again. The real host falls into that state and out of it: visits to chained_spawn on gm within one
minute took 90 to 1240 ns an operation, with 0.001 to 0.29 wakeups. In the simulation the M that waits
gets the lock within its spins, so the state does not last. **Listed, not explained: claim nothing of
gm where at most as many Gs are runnable as there are CPUs.**
`
