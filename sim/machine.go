package sim

import (
	"runtime"
	"sync"
	"sync/atomic"

	"schedlab/internal/coro"
)

// machine is one run.
type machine struct {
	cfg    Config
	costs  picos
	epoch  uint64 // tells machines of this process apart; not 0
	shared uint64 // the holder of a line that is shared

	cpus   []*cpu
	clocks clocks // of all CPUs that are to go on but the one that operates, and of the timers
	cpu    *cpu   // the CPU that operates
	limit  int64  // the clock of the CPU that is behind all others but cpu, in ps
	ahead  int64  // up to when cpu may make hits

	on    *coroutine   // that runs
	base  coroutine    // of the caller of Run
	free  []*coroutine // that have nothing to do
	spent []*coroutine // that have called runtime.Goexit

	threads     []*thread // by number; nil: ended
	threadsMade int
	live        int // threads that have not ended

	// The kernel.
	runq     []*thread // that wait for a CPU
	leastRan int64     // see kernel.go
	idle     cpus
	idles    int
	timers   timers
	futexes  map[*Uint32]*futex // to look up one key only
	expires  int64              // Config.Limit, in ps
	maxTurns uint64

	rand    random
	n       Counters
	sharers [][MaxCPUs/64 - 1]uint64 // room for lines

	failure error // why the run ended
	goexit  bool  // a thread called runtime.Goexit
	over    bool  // coroutines are being destroyed

	asks *coroutine // waits for told: see stackOf
	told string
	beat atomic.Uint64 // Turns now and then, for the watch
}

// running is the machine of this process; nil: none. A package-level variable, since a variable
// of this package does not know the machine that uses it. Atomic, because a thread that has
// blocked outside of its machine may read it when that has been given up.
var running atomic.Pointer[machine]

// one lets one machine run at a time, and counts them.
var one struct {
	sync.Mutex
	epochs uint64
}

// Run runs main as the first thread of a new machine, and returns when all threads have ended.
// One machine runs at a time in a process; a second Run waits.
//
// An error is that of Config.Check, a [*Panicked], a [*Stuck] or a [*Blocked]. If a thread calls
// runtime.Goexit, as testing.T.FailNow does, so does Run.
func Run(cfg Config, main func()) (Report, error) {
	if err := cfg.Check(); err != nil {
		return Report{}, err
	}
	one.Lock()
	defer one.Unlock()
	one.epochs++
	m := newMachine(cfg, one.epochs)
	if blocked := m.supervised(main); blocked != nil {
		m.stopped() // all else may belong to a thread
		return Report{Machine: cfg.Name, CPUs: cfg.CPUs}, blocked
	}
	if m.goexit {
		runtime.Goexit()
	}
	return m.report(), m.failure
}

func newMachine(cfg Config, epoch uint64) *machine {
	m := &machine{
		cfg: cfg, costs: cfg.Costs.inPicos(),
		epoch: epoch, shared: epoch<<tagBits | sharedTag,
		clocks: newClocks(cfg.CPUs + 1), idle: newCPUs(cfg.CPUs), idles: cfg.CPUs,
		futexes: map[*Uint32]*futex{}, expires: cfg.limit().Nanoseconds() * picosPerNs,
		maxTurns: cfg.maxTurns(),
		rand:     newRandom(cfg.Seed),
	}
	m.timers.leaf = int32(cfg.CPUs)
	for i := range cfg.CPUs {
		m.cpus = append(m.cpus, m.newCPU(i))
		m.idle.add(m.cpus[i])
	}
	m.group()
	return m
}

// play runs main to the end, on a goroutine of its own.
func (m *machine) play(main func()) {
	m.on = &m.base
	m.base.goroutine = coro.Goroutine()
	running.Store(m)
	m.start(main, 0)
	m.resumeNext()
	if m.failure == nil && !m.goexit {
		m.destroy()
	}
}

// destroy ends the coroutines of a machine whose threads have all ended. Stacks that the
// program has not destroyed are left.
func (m *machine) destroy() {
	m.over = true
	for _, co := range append(m.free, m.spent...) {
		co.stack.Destroy()
	}
}

// turn waits until no CPU is behind the running one, and returns that.
func (m *machine) turn() *cpu {
	for m.cpu.now > m.limit {
		m.pass()
	}
	return m.cpu
}

// pass lets the CPUs go first that are behind. It returns the one on which the thread goes on.
func (m *machine) pass() *cpu {
	m.member()
	c := m.cpu
	m.clocks.set(c.id, c.now)
	m.resumeNext()
	return m.cpu
}

// resumeNext continues the thread of the CPU that is behind all others. It returns when the
// running coroutine is continued.
func (m *machine) resumeNext() {
	to := m.chosen()
	if to == m.on {
		return
	}
	m.n.Switches++
	if !m.continued(to) {
		runtime.Goexit() // see destroy
	}
	m.tell()
}

// chosen makes the CPU that is behind all others the one that operates, and returns the
// coroutine on which its thread goes on.
func (m *machine) chosen() *coroutine {
	for {
		first := m.clocks.first()
		switch {
		case first == never:
			return m.stuck(AllSleep)
		case int64(first>>leafBits) > m.expires:
			return m.stuck(TimeIsUp)
		case m.n.Turns >= m.maxTurns:
			return m.stuck(TurnsAreUp)
		}
		leaf := int32(first & leafMask)
		if leaf == m.timers.leaf {
			m.fire()
			continue
		}
		c := m.cpus[leaf]
		if c.touch.line != nil {
			m.touches(c, c.touch)
			c.touch.line = nil
			m.clocks.set(leaf, c.now)
			continue
		}
		waits := c.wait.line != nil
		if waits && c.wait.state == watching {
			m.watched(c, int64(first>>leafBits))
		}
		if c.now >= c.sliceEnd && len(m.runq) > 0 && m.preempted(c) {
			continue
		}
		if waits && !m.awaits(c) {
			continue
		}
		m.clocks.clear(leaf)
		m.cpu = c
		m.behind()
		if m.n.Turns++; m.n.Turns%beatTurns == 0 {
			m.beat.Store(m.n.Turns)
		}
		return c.thread.at
	}
}

// member returns the machine that runs. It panics if there is none, with the name of the call,
// or if the caller is no thread of it.
func member(call string) *machine {
	m := running.Load()
	if m == nil {
		panic("sim: " + call + ": no machine runs: call it from a thread of one, inside Run")
	}
	m.member()
	return m
}

// member panics if the caller is no thread of m.
func (m *machine) member() {
	if coro.Goroutine() != m.on.goroutine {
		panic("sim: a goroutine that is no thread of the machine uses its variables while it " +
			"runs: start threads with Go, and share nothing with goroutines")
	}
}
