package sim

import (
	"fmt"
	"math"

	"schedlab/internal/names"
)

// Costs are the parameters of a machine. Times are in nanoseconds. The table [Parameters] has
// the name, the unit and the source of each.
type Costs struct {
	Near, Far, Remote float64 // latency of a transfer by distance
	LoadShare         float64 // part of a load's transfer for which the line is busy
	Jitter            float64 // part by which a latency varies, up and down
	Follow            float64 // part of a latency that a further line of a Touch takes
	Code              float64 // plain code before an operation
	Hit               float64 // a load of a line that the CPU holds
	RMW               float64 // a store, swap, add or CAS of such a line
	Pause             float64 // one instruction of a spin loop
	Clock             float64 // to read the time
	RunAhead          float64 // how far before its turn a hit may be done

	StackSwitch float64 // to leave a coroutine for another
	StackMake   float64 // to make a coroutine

	Syscall       float64 // into the kernel and back
	FutexSleep    float64 // what a call adds that goes to sleep
	FutexWake     float64 // what a call adds that wakes a thread
	WakeLatency   float64 // from the wakeup until the thread runs on an idle CPU
	ThreadMake    float64 // to start a thread
	ContextSwitch float64 // from one thread to another on a CPU
	Slice         float64 // that a thread may run while others wait
	WakePreempts  float64 // by how much less a woken thread must have run to take a CPU at once
	TimerSlack    float64 // by how much a timer fires late
}

// Parameter describes a field of [Costs].
type Parameter struct {
	Name   string // as it stands on a command line
	Unit   string
	Doc    string
	Source string // of the value that a machine without figures of its own has

	of  func(*Costs) *float64
	max float64 // the largest value that makes sense; 0: none
}

const ns = "ns"

// Parameters is the table of all costs, the one place that says where a default comes from.
// Tables and issues named in it are listed with their figures in the references of the suite;
// "fitted" is what fits a 2-CPU guest on an EPYC, by the prototype of this package.
var Parameters = []Parameter{
	{"near", ns, "transfer of a line within a cluster", "CAS ping-pong, Xeon 8375C: 51",
		func(c *Costs) *float64 { return &c.Near }, 0},
	{"far", ns, "transfer of a line within a socket", "CAS ping-pong, EPYC 7R13 and 7773X: 107-115",
		func(c *Costs) *float64 { return &c.Far }, 0},
	{"remote", ns, "transfer of a line from another socket",
		"CAS ping-pong between two Xeon sockets: 100-140; AMD's are slower",
		func(c *Costs) *float64 { return &c.Remote }, 0},
	{"load-share", "1", "part of a load's transfer for which the line is busy",
		"assumed: copies of one line are handed out one after another, but overlap",
		func(c *Costs) *float64 { return &c.LoadShare }, 1},
	{"jitter", "1", "part by which a latency varies, up and down",
		"assumed: about the spread of a CAS ping-pong",
		func(c *Costs) *float64 { return &c.Jitter }, 0.9},
	{"follow", "1", "part of a latency that a further line of one Touch takes",
		"assumed: misses that do not depend on each other overlap by half",
		func(c *Costs) *float64 { return &c.Follow }, 1},
	{"code", ns, "plain code before an operation", "fitted",
		func(c *Costs) *float64 { return &c.Code }, 0},
	{"hit", ns, "load of a line that the CPU holds", "4 cycles of the first cache at 4 GHz",
		func(c *Costs) *float64 { return &c.Hit }, 0},
	{"rmw", ns, "store, swap, add or CAS of a line that the CPU holds",
		"XCHG and CAS in the own cache of current x86: 5-8",
		func(c *Costs) *float64 { return &c.RMW }, 0},
	{"pause", ns, "one PAUSE", "40-140 cycles on current x86, fewer before Skylake",
		func(c *Costs) *float64 { return &c.Pause }, 0},
	{"clock", ns, "to read the time", "BenchmarkTicks of package host: 25",
		func(c *Costs) *float64 { return &c.Clock }, 0},
	{"run-ahead", ns, "how far before its turn a hit may be done",
		"an approximation of the simulation, not a property of a machine; 0 is exact",
		func(c *Costs) *float64 { return &c.RunAhead }, 1000},
	{"stack-switch", ns, "from a coroutine to another", "BenchmarkStack of internal/coro: 40-57",
		func(c *Costs) *float64 { return &c.StackSwitch }, 0},
	{"stack-make", ns, "to make a coroutine", "a fresh coroutine by iter.Pull: 750",
		func(c *Costs) *float64 { return &c.StackMake }, 0},
	{"syscall", ns, "into the kernel and back", "futex system call of the caller: 200-500",
		func(c *Costs) *float64 { return &c.Syscall }, 0},
	{"futex-sleep", ns, "what a futex call adds that goes to sleep", "fitted",
		func(c *Costs) *float64 { return &c.FutexSleep }, 0},
	{"futex-wake", ns, "what a futex call adds that wakes a thread", "fitted",
		func(c *Costs) *float64 { return &c.FutexWake }, 0},
	{"wake-latency", ns, "from a wakeup, inside of the call, until the thread runs on an idle CPU",
		"futex wake of a sleeper: 2-25 us; 4.2 us here, with the call before it",
		func(c *Costs) *float64 { return &c.WakeLatency }, 0},
	{"thread-make", ns, "to start a thread", "pthread_create on Linux: 10-20 us",
		func(c *Costs) *float64 { return &c.ThreadMake }, 0},
	{"context-switch", ns, "from a thread to another on a CPU", "lmbench on current x86: 1-2 us",
		func(c *Costs) *float64 { return &c.ContextSwitch }, 0},
	{"slice", ns, "that a thread may run while others wait",
		"Linux, base slice with 8 or more CPUs: 2.8-3 ms",
		func(c *Costs) *float64 { return &c.Slice }, 0},
	{"wake-preempts", ns, "by how much less a woken thread must have run to take a CPU at once",
		"Linux, wakeup granularity: 1 ms",
		func(c *Costs) *float64 { return &c.WakePreempts }, 0},
	{"timer-slack", ns, "by how much a timer fires late", "Linux, default slack: 50 us",
		func(c *Costs) *float64 { return &c.TimerSlack }, 0},
}

// server is the costs of a made-up server, from which the named machines differ.
var server = Costs{
	Near: 50, Far: 50, Remote: 130, LoadShare: 0.3, Jitter: 0.1, Follow: 0.5,
	Code: 2, Hit: 1, RMW: 5, Pause: 15, Clock: 25, RunAhead: 20,
	StackSwitch: 60, StackMake: 750,
	Syscall: 300, FutexSleep: 500, FutexWake: 900, WakeLatency: 3900,
	ThreadMake: 15_000, ContextSwitch: 1500, Slice: 3e6, WakePreempts: 1e6, TimerSlack: 50_000,
}

// Get returns the cost of a name: see [Parameters]. An error lists the nearest names.
func (c *Costs) Get(name string) (float64, error) {
	p, err := findParameter(name)
	if err != nil {
		return 0, err
	}
	return *p.of(c), nil
}

// Set sets the cost of a name: see [Parameters]. An error lists the nearest names, or says
// which values are possible.
func (c *Costs) Set(name string, value float64) error {
	p, err := findParameter(name)
	if err != nil {
		return err
	}
	if err := p.check(value); err != nil {
		return err
	}
	*p.of(c) = value
	return nil
}

// maxCost is the largest time, so that sums of some of them do not overflow a clock.
const maxCost = 1e9

func (p *Parameter) check(value float64) error {
	most := p.max
	if most == 0 {
		most = maxCost
	}
	if math.IsNaN(value) || value < 0 || value > most {
		return fmt.Errorf("sim: %s is %v %s; it must be 0 to %v", p.Name, value, p.Unit, most)
	}
	return nil
}

func (c *Costs) check() error {
	for i := range Parameters {
		if err := Parameters[i].check(*Parameters[i].of(c)); err != nil {
			return err
		}
	}
	p := c.inPicos()
	if p.slice == 0 {
		return fmt.Errorf("sim: slice is %v ns; it must be at least 0.001, or no thread gets on",
			c.Slice)
	}
	if p.load == 0 || p.pause == 0 {
		return fmt.Errorf("sim: code is %v, hit is %v and pause is %v ns; pause and the sum of "+
			"the others must be at least 0.001, or a loop that waits takes no time",
			c.Code, c.Hit, c.Pause)
	}
	return nil
}

func findParameter(name string) (Parameter, error) {
	return names.Find("parameter", name, Parameters, func(p Parameter) string { return p.Name })
}

// picos is Costs in the unit of the clocks.
type picos struct {
	latency             [numDistances]int64
	loadShare, follow   int64 // in 1/1024
	jitter              int64 // in 1/1024
	load, update        int64 // a hit, with the code before it
	hit, rmw, code      int64
	pause, clock, ahead int64
	stackSwitch         int64
	stackMake           int64
	syscall             int64
	futexSleep          int64
	futexWake           int64
	wakeLatency         int64
	threadMake          int64
	contextSwitch       int64
	slice, wakePreempts int64
	timerSlack          int64
}

const picosPerNs = 1000

// inPicos rounds, so that no later calculation is made with floating-point numbers.
func (c *Costs) inPicos() picos {
	ps := func(ns float64) int64 { return int64(math.Round(ns * picosPerNs)) }
	part := func(f float64) int64 { return int64(math.Round(f * 1024)) }
	return picos{
		latency:   [numDistances]int64{ps(c.Near), ps(c.Near), ps(c.Far), ps(c.Remote)},
		loadShare: part(c.LoadShare), follow: part(c.Follow), jitter: part(c.Jitter),
		load: ps(c.Code + c.Hit), update: ps(c.Code + c.RMW),
		hit: ps(c.Hit), rmw: ps(c.RMW), code: ps(c.Code),
		pause: ps(c.Pause), clock: ps(c.Clock), ahead: ps(c.RunAhead),
		stackSwitch: ps(c.StackSwitch), stackMake: ps(c.StackMake),
		syscall: ps(c.Syscall), futexSleep: ps(c.FutexSleep), futexWake: ps(c.FutexWake),
		wakeLatency: ps(c.WakeLatency), threadMake: ps(c.ThreadMake),
		contextSwitch: ps(c.ContextSwitch), slice: ps(c.Slice),
		wakePreempts: ps(c.WakePreempts), timerSlack: ps(c.TimerSlack),
	}
}
