package workloads

import (
	"fmt"

	"schedlab/host"
	"schedlab/rt"
)

// syscallMix is Gs that sleep in the kernel (nanosleep(2), 0.5 to 1.5 ms a call), four a P, beside
// one G a P that computes, and yields every 10 µs.
//
// Stresses how the resources of a thread that is in the kernel get to another: by the monitor's
// retake, since Syscall does not say that it will block. A design that does not retake, or not in
// time, adds up the sleeps instead of overlapping them, and the computing Gs wait as long as the
// kernel pleases. The metrics show how long a computing G waited at a yield during which a system
// call began. The metric delays is how many such yields there were; the percentiles are those that
// so many can tell. Delays of calls that run into each other count as one.
//
// A caller that comes back in time keeps its P and calls again at once. So a monitor that has
// slowed down never finds the same call twice. It has to take the P because the time slice is over
// (sysretake in Go's retake), or else one caller makes all its calls before any other G runs.
//
// Not stressed: short system calls, network I/O.
//
// Source: the probe of invariant I7. Go issue 15110 and BenchmarkSyscallWork (runtime/proc_test.go)
// are about the same trade-off for calls that are short.
var syscallMix = Workload{
	Name: "syscall_mix",
	Doc:  "sleeping system calls beside computing Gs: how soon a blocked thread's P is taken",
	Prepare: func(p Params) (*Instance, error) {
		return prepareSyscallMix(p, "syscall_mix", (*rt.G).Syscall)
	},
}

// syscallMixBlocking is the same with calls that are known to block, so that the P can be given
// away before the call. Its difference from syscallMix is what the monitor's guessing costs.
var syscallMixBlocking = Workload{
	Name: "syscall_mix_blocking",
	Doc:  "syscall_mix with calls that are known to block: the P is given away beforehand",
	Prepare: func(p Params) (*Instance, error) {
		return prepareSyscallMix(p, "syscall_mix_blocking", (*rt.G).BlockingSyscall)
	},
}

const (
	callersPerProc = 4

	// Each caller sleeps for a time of its own, so that they do not fall into step.
	minCallNs = 500_000
	maxCallNs = 1_500_000

	// A step is about 10 µs: 20 pieces with a safe point after each.
	stepPieces  = 20
	pieceRounds = 100
)

var (
	syscallMixCalls = [...]int{Small: 2, Normal: 15, Large: 300}
	syscallMixSteps = [...]int{Small: 200, Normal: 1500, Large: 30_000}
)

type syscallMixRun struct {
	name    string
	enter   func(*rt.G, func())
	calls   int // of each caller
	steps   int // of each computer
	callers []caller
	workers []computer
	bodies  []func(*rt.G)
	want    uint64 // what every computer computes

	// begun counts system calls. Atomic, because callers add to it while computers look whether
	// it has changed.
	begun host.Uint64
}

type caller struct {
	w    *syscallMixRun
	done int // calls
	call func()
	_    [128 - 24]byte // no two Gs on one pair of cache lines
}

type computer struct {
	w      *syscallMixRun
	result uint64
	delays rt.Latencies
	ends   int // how often it came to a result
	_      [128 - 32]byte
}

func prepareSyscallMix(p Params, name string, enter func(*rt.G, func())) (*Instance, error) {
	if err := (rt.Config{Procs: p.Procs}).Check(); err != nil {
		return nil, err
	}
	w := &syscallMixRun{
		name:    name,
		enter:   enter,
		calls:   syscallMixCalls[p.Size],
		steps:   syscallMixSteps[p.Size],
		callers: make([]caller, callersPerProc*p.Procs),
		workers: make([]computer, p.Procs),
		want:    p.Seed,
	}
	for range w.steps * stepPieces {
		w.want = scrambleOften(w.want)
	}
	for i := range w.workers {
		w.workers[i] = computer{w: w, delays: rt.NewLatencies()}
		w.bodies = append(w.bodies, func(g *rt.G) { w.workers[i].main(g, p.Seed) })
	}
	var r host.Rand
	r.Seed(p.Seed, inputStream)
	for i := range w.callers {
		ns := minCallNs + int64(r.Uint32()%(maxCallNs-minCallNs+1))
		w.callers[i] = caller{w: w, call: func() { nanosleep(ns) }}
		w.bodies = append(w.bodies, w.callers[i].main)
	}
	ops := w.calls * len(w.callers)
	return &Instance{Ops: ops, Op: "system call", Run: w.run, Metrics: w.metrics}, nil
}

func scrambleOften(x uint64) uint64 {
	for range pieceRounds {
		x = scramble(x + 1) // 0 is mapped to itself
	}
	return x
}

func (w *syscallMixRun) run(s rt.Scheduler) error {
	for i := range w.callers {
		w.callers[i].done = 0
	}
	for i := range w.workers {
		w.workers[i].result, w.workers[i].ends = 0, 0
		w.workers[i].delays.Reset()
	}
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify()
}

func (w *syscallMixRun) main(g *rt.G) {
	for _, body := range w.bodies {
		g.Go(body)
	}
}

func (c *caller) main(g *rt.G) {
	for range c.w.calls {
		c.w.begun.Add(1)
		c.w.enter(g, c.call)
		c.done++
	}
}

func (c *computer) main(g *rt.G, x uint64) {
	for range c.w.steps {
		for range stepPieces {
			x = scrambleOften(x)
			computed(pieceRounds, scramblePs)
			g.Checkpoint()
		}
		c.yield(g)
	}
	c.result = x
	c.ends++
}

func (c *computer) yield(g *rt.G) {
	begun, start := c.w.begun.Load(), host.Nanotime()
	g.Yield()
	if c.w.begun.Load() == begun {
		return
	}
	c.delays.Record(host.Nanotime() - start)
}

func (w *syscallMixRun) verify() error {
	for i := range w.callers {
		if got := w.callers[i].done; got != w.calls {
			return wrong(w.name, fmt.Sprintf("%d calls of caller %d", got, i), w.calls)
		}
	}
	for i := range w.workers {
		c := &w.workers[i]
		if c.result != w.want {
			return wrong(w.name, fmt.Sprintf("%#x of computer %d", c.result, i),
				fmt.Sprintf("%#x", w.want))
		}
		if c.ends != 1 {
			return wrong(w.name, fmt.Sprintf("%d results of computer %d", c.ends, i), 1)
		}
	}
	return nil
}

func (w *syscallMixRun) metrics() []Metric {
	all := rt.NewLatencies()
	for i := range w.workers {
		all.Merge(w.workers[i].delays)
	}
	return append(percentiles("delay", all, 50, 99), Metric{"delays", float64(all.TotalCount())})
}
