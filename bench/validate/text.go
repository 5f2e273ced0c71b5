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
  of other machines were met, with no parameter of the machine fitted to them. What the programs
  compute besides was assumed (folly) or measured on our own host (fork-join).

What may not be claimed:

- a time in nanoseconds of any real machine, or a ratio closer than 1.5 times;
- how deep a collapse is if many threads **spin on one word**: the simulation makes it 2 to 9 times
  too deep. Lines go to CPUs in the order of requests, and each failed try moves the line. A real
  machine is probably unfair in favour of the holder and its neighbours, which helps. So the
  simulation is too hard on designs whose locks collapse, and they do so at too few CPUs. (The order
  of the designs is another matter: a variation with a shallow collapse is among those below);
- anything of gm where at most as many Gs are runnable as there are CPUs: see the known discrepancy;
- the share of CPU time in a lock for a program that was not simulated: it depends on the load by a
  factor of a hundred;
- anything of a cell that is marked bistable, but its two values;
- anything that depends on what is not modelled: the list is at the end.

`

const curvesHead = `## Published curves

No machine here is the one that was measured: each has the published latency of its kind. A ratio
is simulated over published, of the medians of the seeds. "Within" is the share of points whose
ratio is within 1.5 times. The verdicts are made by a rule: *times agree* if three quarters of the
points are within 1.5 times, and the rank correlation is at least 0.7; *shape agrees* if that
holds once all points were divided by the mean ratio;
else it *misses*. A relative curve must hold without that division, and its shape agrees then.

| curve | mean ratio | spread | within | rank correlation | verdict |
|---|--:|--:|--:|--:|---|
`

const curvesFoot = `
The ratio is that of the median seed, which is one of them: the two values of a bistable point are
never mixed.

Why the curves miss that do, as far as we know. What names a test or a figure was tried here; the
rest is what the code and the sources suggest, and was not tested:

- **Spin lock**: the collapse is too deep. After a release all waiters load the word, find it
  free, and try; all but one fail, and each try moves the line. So a turn grows with the number of
  waiters, as the formula says (TestSpinLock of package sim). The published lock takes 0.55 us a
  turn with 2 threads and with 56. To read the value when a transfer begins, and not when it is
  asked for, was tried: it changes the figures of this lock by less
  than 8%.
- **ChanContended**: the same, since its lock spins first. The depth of the collapse follows the
  latency and the length of a PAUSE: with 25 ns in place of 51 the relative curve of the i7 is met
  (a row of its own), and with a PAUSE of 40 ns in place of 15 it is 2.5, 11 and 16 times. Neither
  figure of that machine is published in our sources, so the row with the Xeon's latency counts.
- **One channel on 48 cores**: the published machine is slow with one thread (an allocation is
  part of its operation) and does not get slower from 2 threads on. Here the lock collapses from 8
  on.
- **sync.Mutex**: both collapse because each hand-over waits for a wakeup. gsync.Mutex does so
  earlier and less deep: it hands over after 64 overtakings, Go's after a waiter has waited for 1
  ms.
- **Share of sched.lock**: the stand-in is not tile38. That the share jumps from 44 to 88 Ps is
  there, its size is not.
- **Inject queues**: with one lock, published times fall a little from 8 threads on, and here they
  rise to 32: the same excess of contention. In shards the times differ by less than 1.5 in most
  points, but their order does not: the published ones fall steadily, and here they rise again at
  32.
- **OpenMP tasks**: the global design gets slower with each CPU. The published pool does so only
  with the second one, and scales from there.

Not simulated: the combining lock of folly and Go's spinbit lock, since neither is in this suite;
CreateGoroutines with a locked queue a P, for the same reason; the G-M server of 2012 and the
stealing of issue 28808, whose programs need sockets or are not described closely enough.
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

Each parameter of the machine server64 was halved and doubled, one at a time, and four other
machines were taken. One variation more makes all latencies shorter by 4 and a PAUSE 40 ns, so that
locks that spin collapse no deeper than the published ones. These are %d variations. The workloads
run at their small size on 8 and 32 CPUs. A statement is made if its two cells are apart by at
least 1.1 times in all five seeds of the machine as it is. It survives if no variation, of one
seed each, turns it around. Of %d statements %d survive. Only these are claimed.
`

const bistableHead = `
### Bistable cells

Five seeds each, of the machine as it is. A cell is bistable if there is a gap of more than a
fifth between two neighbours. Such a cell is never averaged.

`

const realHead = `
## vm2 against the real host

The real host is a guest with 2 CPUs of an EPYC, and it is noisy: other programs ran beside. So
the cells were measured in many short rounds, each in an order of its own, and the time of a cell
is that of its fastest run. Both sides run the small sizes, three runs after one to warm up. Every
other workload is *fitted*: the parameters of vm2 were fitted to its cells, and then frozen. The
other half is *blind*. The fit used an earlier measurement of its cells than the one shown.
"Ordered" is of the pairs of designs that are apart by 1.1 times in reality.

| cells | n | mean ratio | spread | within 1.5 times | rank correlation | ordered right |
|---|--:|--:|--:|--:|--:|--:|
`

const discrepancyHead = `
### The known discrepancy

On 2 CPUs the design gm passes a chain of Gs from one M to the other in the simulation, and wakes
an M at each hop. The real host seldom does. The columns are ns an operation and wakeups an
operation: those of the real host, and of vm2 beside so many other programs that always compute.

| cell | real, fastest | real, median | alone | 1 program | 2 programs | 4 programs |
|---|--:|--:|--:|--:|--:|--:|
`

const discrepancyFoot = `
Before the fit vm2 took 4400 ns for a link of chained_spawn and 9100 ns for a round of ping_pong
on gm. The fit made the call that wakes a thread as long as the wakeup itself, as it is in a
guest, where it leaves to the hypervisor. The M that wakes another one then counts as running
until that runs. So the next G is queued, and not handed to an M that sleeps. That explains most
of gm's times: the medians of the real host are met within 3 times. (ping_pong on global got
worse: 3.4 times too slow.) It does not explain the counter. The real host runs most of the chain
on one M, with 0.00 to 0.3 wakeups an operation. For that the other M must count as running
without taking a G: it waits for the scheduler's lock while the first M takes that again and
again. In the simulation the M that waits gets the lock within its spins. The real host falls into
that state and out of it: visits to chained_spawn on gm within one minute took 90 to 1240 ns an
operation. Other programs that compute do not explain it, as the last columns show. **Explained in
part: claim nothing of the wakeups of gm where at most as many Gs are runnable as there are
CPUs.**
`

const realFoot = `
What is off by more than 1.5 times, and why, as far as we know:

- work that should take half the time on 2 CPUs (matmul, uts, deep_stack): the second CPU of the
  host is not there at all times, and may be a hyper-thread of the first; deep_stack also takes
  page faults, which are not modelled;
- chains with one runnable G on 2 CPUs (ping_pong, chained_spawn, ring): the known discrepancy,
  below;
- mutex_contended on 1 CPU: a mutex that nobody else wants is too slow by 1.6 times;
- ping_pong_hog on 1 CPU: its time is that of a slice, which the fastest run undercuts;
- deep_stack on 1 CPU is too slow by 1.9 times: not explained;
- the counter contended: five times too high, and its order is that of chance. On the host other
  programs keep the two threads apart, and what was found of locks that spin adds to it. **No
  count of contended acquisitions is claimed.** Wakeups, futex calls and steals keep their order.
`
