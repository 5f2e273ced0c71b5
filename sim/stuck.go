package sim

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

// Stuck is the error of a run that could not go on, or that took too long.
type Stuck struct {
	Why     Why
	Ns      int64  // the virtual time
	Turns   uint64 // that CPUs have taken
	Threads []StuckThread
}

// Why says why a run ended that had not come to its end.
type Why int

const (
	AllSleep   Why = iota // all threads sleep, and no timer will wake one
	TimeIsUp              // the virtual time has reached Config.Limit
	TurnsAreUp            // CPUs have taken Config.MaxTurns
)

// StuckThread is what a thread does that has not ended.
type StuckThread struct {
	ID    int
	CPU   int    // that runs it; -1: none
	Does  string // runs, waits for a line, waits for a CPU, sleeps
	Stack string // its functions, the innermost first
}

// stuckThreads is how many threads the text of a Stuck shows.
const stuckThreads = 64

func (e *Stuck) Error() string {
	var w strings.Builder
	at := time.Duration(e.Ns)
	switch e.Why {
	case AllSleep:
		fmt.Fprintf(&w, "sim: after %v of virtual time all %d threads sleep, and nothing will "+
			"wake one", at, len(e.Threads))
	case TimeIsUp:
		fmt.Fprintf(&w, "sim: the program has not ended after %v of virtual time, the limit; "+
			"if it needs longer, raise Config.Limit", at)
	case TurnsAreUp:
		fmt.Fprintf(&w, "sim: the program has not ended after %d turns of its CPUs, the limit, "+
			"in %v of virtual time; if it needs more, raise Config.MaxTurns", e.Turns, at)
	}
	for i, t := range e.Threads {
		if i == stuckThreads {
			fmt.Fprintf(&w, "\nand %d more threads", len(e.Threads)-i)
			break
		}
		fmt.Fprintf(&w, "\n%s", t)
	}
	return w.String()
}

func (t StuckThread) String() string {
	where := ""
	if t.CPU >= 0 {
		where = fmt.Sprintf("CPU %d: ", t.CPU)
	}
	return fmt.Sprintf("%sthread %d %s: %s", where, t.ID, t.Does, t.Stack)
}

// stuck ends the run, and returns the coroutine of the caller of Run.
func (m *machine) stuck(why Why) *coroutine {
	e := &Stuck{Why: why, Ns: m.latest() / picosPerNs, Turns: m.n.Turns}
	if why == TimeIsUp {
		e.Ns = m.cfg.limit().Nanoseconds()
	}
	for _, t := range m.threads {
		if t != nil {
			e.Threads = append(e.Threads, m.describe(t))
		}
	}
	m.failure = e
	m.stopped()
	return &m.base
}

// latest returns the clock of the CPU that is ahead of all others.
func (m *machine) latest() (ps int64) {
	for _, c := range m.cpus {
		ps = max(ps, c.now)
	}
	return ps
}

func (m *machine) describe(t *thread) StuckThread {
	s := StuckThread{ID: t.id, CPU: -1, Does: "waits for a CPU", Stack: m.stackOf(t)}
	switch {
	case t.on != nil:
		s.CPU, s.Does = int(t.on.id), "runs"
		if t.on.wait.line != nil {
			s.Does = "waits for a line"
		}
	case t.timer != 0:
		s.Does = "sleeps with a limit"
	case t.futex != nil:
		s.Does = "sleeps"
	}
	return s
}

// stackOf returns where t is. Its own coroutine tells that: it is continued for that purpose,
// and continues the one that asks (tell).
func (m *machine) stackOf(t *thread) string {
	switch {
	case t.at == m.on:
		return callers()
	case t.at.run != nil:
		return "it has not begun"
	}
	m.asks = m.on
	m.continued(t.at)
	return m.told
}

// tell answers those that ask where the running coroutine is, before it goes on.
func (m *machine) tell() {
	for m.asks != nil {
		to := m.asks
		m.asks, m.told = nil, callers()
		m.continued(to)
	}
}

// callerDepth is how many functions of the program are shown.
const callerDepth = 8

// callers returns the functions that have called this package.
func callers() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	var list []string
	for more := true; more && len(list) < callerDepth; {
		var f runtime.Frame
		f, more = frames.Next()
		if f.Function == "" || strings.HasPrefix(f.Function, "runtime.") {
			continue
		}
		name := f.Function[strings.LastIndexByte(f.Function, '/')+1:]
		if strings.HasPrefix(name, "sim.(*coroutine)") {
			break // what is above is this package's own
		}
		if strings.HasPrefix(name, "sim.(*machine)") || name == "sim.callers" {
			continue
		}
		list = append(list, fmt.Sprintf("%s:%d", name, f.Line))
	}
	return strings.Join(list, " < ")
}
