package engine

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

// # Watchdog
//
// One of an engine's threads runs at a time. If it blocks where the engine does not see it
// (a channel, a lock of package sync, a real sleep), or loops without a controlled
// operation, nothing goes on. So the goroutine that waits for the engines asks them, every
// third of Patience, whether they are still there:
//
//	engine                                    watchdog
//	1. begins an execution: executing         1. if executing: asked
//	2. before each step: if asked, executing  2. a while later: if still asked, one more silence
//	3. ends the execution: resting            3. silent SilentTicks times: looks where it stands
//
// Time is counted in silences, so that a machine that stood still raises no alarm. Asking
// costs the engine one load a step.
//
// An engine that waits again and again, such as for a real sleep in a loop, answers. So the
// watchdog looks where it stands at each question, too. One that is met waiting SilentTicks
// times in a row waits most of the time.

// pulse says whether an engine executes, and whether it has been asked. It is written by the
// engine and by the watchdog, which is the partner.
type pulse struct {
	atomic.Uint32

	// Of the watchdog alone.
	silent  int // times it did not answer
	waiting int // times in a row that it was met waiting
}

const (
	resting   = iota // nothing is executed
	executing        // and the last question has been answered
	asked
)

// SilentTicks is how often an engine does not answer before it is accused.
const SilentTicks = 3

// answer is called before a step if the pulse is asked.
func (e *Engine) answer() {
	e.pulse.CompareAndSwap(asked, executing)
	if v := e.Control.Fault(); v != nil && e.Outcome == Running {
		e.fail(v)
	}
}

// Fault returns the violation that ends all engines; nil: there is none.
func (c *Control) Fault() *Violation {
	if c.Gone.Load() {
		return &Violation{Property: Blocking, Message: "nobody waits for this exploration any more"}
	}
	return c.stray.Load()
}

// Abandon says that nobody waits for the engines any more: one that goes on after all ends.
func (c *Control) Abandon() {
	c.Stop("")
	c.Gone.Store(true)
}

// Blocked asks the engines once, and returns the violation of one that has not answered for
// long.
func (c *Control) Blocked(engines []*Engine) *Violation {
	for _, e := range engines {
		switch {
		case e.pulse.CompareAndSwap(executing, asked):
			e.pulse.silent = 0
			c.look(e)
		case e.pulse.Load() == asked:
			e.pulse.silent++
		}
		if e.pulse.silent >= SilentTicks && e.pulse.Load() == asked {
			if v := c.accuse(e); v != nil {
				return v
			}
		}
	}
	return nil
}

// accuse says where e stands; nil if it goes on after all.
func (c *Control) accuse(e *Engine) *Violation {
	v := &Violation{Property: Blocking}
	v.Schedule, v.Thread = e.peek()
	v.Step = len(v.Schedule)
	how, stack := whereIs(e)
	if e.pulse.Load() != asked || how == "" {
		return nil
	}
	if stray := c.Fault(); stray != nil {
		return stray
	}
	what := fmt.Sprintf("has been blocked (%s) outside the controlled types", how)
	advice := "use the types of package explore " +
		"in place of channels, locks of package sync and sleeps"
	if how == "running" || how == "runnable" {
		what = "has run without a controlled operation"
		advice = "end the loop, or give more time by Patience if it only computes"
	}
	v.Message = fmt.Sprintf("thread %d %s for %v; %s. Its goroutine is abandoned",
		v.Thread, what, c.Limits.Patience, advice)
	v.Stack = stack
	return v
}

// look counts how often e, which answers, is met waiting outside the controlled types, and
// makes it fail of that.
func (c *Control) look(e *Engine) {
	state, stack := whereIs(e)
	if !waits.MatchString(state) {
		e.pulse.waiting = 0
		return
	}
	if e.pulse.waiting++; e.pulse.waiting < SilentTicks {
		return
	}
	c.stray.CompareAndSwap(nil, &Violation{Property: Blocking, Stack: stack,
		Message: fmt.Sprintf("a thread waits (%s) outside the controlled types, most of the time; "+
			"use the types and the time of package explore", state)})
}

// waits are the states of a goroutine that another one, or the clock, will end.
var waits = regexp.MustCompile(`^(sleep|chan|select|semacquire|sync\.)`)

// peek copies what e has decided so far, and says which thread took the last step. e stands
// still: it has been asked and has not answered.
//
//go:norace
func (e *Engine) peek() (Schedule, int) {
	from := e.Schedule
	to := make(Schedule, len(from))
	//lint:ignore S1001 copy is watched by the race detector, in spite of go:norace
	for i := range from {
		to[i] = from[i]
	}
	return to, int(e.Current.Nth)
}

// goroutineHead is the first line of a goroutine in a stack dump: number, state.
var goroutineHead = regexp.MustCompile(`^goroutine (\d+)[^\[]*\[([^,\]]+)`)

// whereIs returns the state and the stack of the goroutine that carries e's running thread;
// "" if there is none.
func whereIs(e *Engine) (state, stack string) {
	for dump := range strings.SplitSeq(allStacks(), "\n\n") {
		head := goroutineHead.FindStringSubmatch(dump)
		if head == nil || head[2] == "coroutine" || carriers.of(head[1]) != e {
			continue
		}
		return head[2], userStack([]byte(dump))
	}
	return "", ""
}

// allStacks returns the dump of all goroutines.
func allStacks() string {
	buf := make([]byte, 1<<16)
	for {
		if n := runtime.Stack(buf, true); n < len(buf) {
			return string(buf[:n])
		}
		buf = make([]byte, 2*len(buf))
	}
}

// # Strays
//
// A goroutine that the program starts by a go statement is no controlled thread. When it
// uses a controlled type, it belongs to no engine, and a panic would end the process. But the
// dump of its stack says which goroutine made it.

// stray is called on a goroutine that is no controlled thread, for the operation what. If it
// knows by which engine's thread the goroutine was made, it ends the goroutine, and the
// exploration fails of it. Otherwise it returns.
func stray(what string) {
	buf := make([]byte, 1<<14)
	dump := string(buf[:runtime.Stack(buf, false)])
	made := createdBy.FindStringSubmatch(dump)
	if made == nil {
		return
	}
	e := carriers.of(made[1])
	if e == nil {
		return
	}
	if e.Control != nil {
		e.Control.stray.CompareAndSwap(nil, &Violation{
			Property: Blocking, Stack: userStack([]byte(dump)),
			Message: what + " on a goroutine that is no controlled thread; " +
				"start it by explore.Go in place of the go statement",
		})
		e.pulse.CompareAndSwap(executing, asked)
	}
	runtime.Goexit()
}

var createdBy = regexp.MustCompile(`created by .* in goroutine (\d+)`)

// carriers says which engine's threads a goroutine carries, by the number that stack dumps
// show.
var carriers carrierTable

type carrierTable struct {
	mu sync.Mutex
	m  map[string]*Engine
}

func (c *carrierTable) add(goid string, e *Engine) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil {
		c.m = map[string]*Engine{}
	}
	c.m[goid] = e
}

func (c *carrierTable) remove(goid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, goid)
}

// of returns the engine of the goroutine goid; nil if it carries no thread.
func (c *carrierTable) of(goid string) *Engine {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.m[goid]
}
