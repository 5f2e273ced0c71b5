package explore

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/engine"
)

// These tests prove that the exhaustive strategy executes as many traces as there are. They
// count the traces of small programs without any reduction.

// arbiter is a strategy that executes every interleaving, and tells the traces apart by
// what they are: for each object the order of its writes, with the reads between them.
type arbiter struct {
	path     []crossing
	depth    int
	waits    map[int][]int32 // by event: the objects it waited for, after a Pause
	vain     map[int]bool    // by event: a look in vain, which is no step for exhaustive
	complete map[string]int  // executions of each trace
	stuck    map[string]int
	looks    map[string]int   // of each trace, complete or stuck, if each look is a step
	shortest map[Property]int // the fewest steps before it was broken
}

// crossing is a point at which the execution can go on in several ways.
type crossing struct{ way, ways int }

func countTraces(program func()) *arbiter {
	a := &arbiter{
		complete: map[string]int{}, stuck: map[string]int{}, looks: map[string]int{},
		shortest: map[Property]int{},
	}
	cfg := defaults()
	cfg.KeepGoing = true
	e := newEngine(cfg, program, a)
	defer e.Close()
	explore(e, nil)
	return a
}

func (a *arbiter) Begin(*engine.Engine) bool {
	a.waits, a.vain = map[int][]int32{}, map[int]bool{}
	a.depth = 0
	for k := len(a.path) - 1; k >= 0; k-- {
		if c := &a.path[k]; c.way+1 < c.ways {
			c.way++
			a.path = a.path[:k+1]
			return true
		}
	}
	return len(a.path) == 0
}

func (a *arbiter) take(ways int) int {
	if a.depth == len(a.path) {
		a.path = append(a.path, crossing{0, ways})
	}
	a.depth++
	return a.path[a.depth-1].way
}

func (a *arbiter) Next(e *engine.Engine) *engine.Thread {
	a.look(e)
	ts := e.Enabled()
	if len(ts) == 0 {
		return nil
	}
	return ts[a.take(len(ts))]
}

// look notes the objects that the last event waited for, and whether it was a look in vain.
func (a *arbiter) look(e *engine.Engine) {
	i := len(e.Events) - 1
	if i < 0 {
		return
	}
	ev := &e.Events[i]
	t := e.Threads[ev.Thread]
	if ev.Waited {
		a.waits[i] = nil
		for _, m := range t.Waited {
			a.waits[i] = append(a.waits[i], m.Obj.ID)
		}
	}
	a.vain[i] = ev.Old == ev.New && len(t.Await) == 1 && t.Await[0].Obj.ID == ev.Obj
}

func (a *arbiter) Choose(_ *engine.Engine, _ *engine.Thread, n int) int { return a.take(n) }

func (a *arbiter) Bound() string { return "" }

func (a *arbiter) End(e *engine.Engine) {
	a.look(e)
	if v := e.Failure; v != nil {
		if n, ok := a.shortest[v.Property]; !ok || v.Step < n {
			a.shortest[v.Property] = v.Step
		}
	}
	switch e.Outcome {
	case engine.Complete:
		a.complete[a.trace(e)]++
	case engine.Stuck:
		a.stuck[a.trace(e)]++
	default:
		return
	}
	clear(a.vain)
	a.looks[a.trace(e)]++
}

// trace returns the same for two executions if and only if they are the same trace. Objects
// have no names in it: their events tell them apart.
func (a *arbiter) trace(e *engine.Engine) string {
	rounds := map[int32][][]string{} // by object: each write with the reads after it
	seq := map[int32]int{}
	touch := func(i int, o int32, m engine.Mode) {
		name := fmt.Sprintf("%d.%d", e.Events[i].Thread, seq[e.Events[i].Thread])
		if m == engine.Writes {
			rounds[o] = append(rounds[o], []string{"w" + name})
			return
		}
		if len(rounds[o]) == 0 {
			rounds[o] = [][]string{{""}}
		}
		last := &rounds[o][len(rounds[o])-1]
		*last = append(*last, name)
	}
	for i, ev := range e.Events {
		if a.vain[i] {
			continue
		}
		seq[ev.Thread]++
		if ev.Obj != engine.NoObject {
			touch(i, ev.Obj, ev.Mode)
		}
		if ev.Obj2 != engine.NoObject {
			touch(i, ev.Obj2, engine.Writes)
		}
		for _, o := range a.waits[i] {
			if o != ev.Obj {
				touch(i, o, engine.Reads)
			}
		}
	}
	var all []string
	for _, r := range rounds {
		for _, round := range r {
			slices.Sort(round[1:])
		}
		all = append(all, fmt.Sprint(r))
	}
	// What a thread chooses between two of its steps has an order. Choices of several threads
	// have none, and which steps they stand between follows from the rest.
	nth := map[int32]int{}
	for _, c := range e.Choices {
		nth[c.Thread]++
		all = append(all, fmt.Sprintf("choice %d of %d is %d", nth[c.Thread], c.Thread, c.V))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// The arbiter tells apart what a thread chooses first and second, and does not order the
// choices of different threads.
func TestChoicesAreOrderedWithinAThread(t *testing.T) {
	var x Int32
	for name, c := range map[string]struct {
		traces  int
		program func()
	}{
		"two in a row":         {6, func() { Choose(3); Choose(2) }},
		"two of one kind":      {4, func() { Choose(2); Choose(2) }},
		"the second depends":   {3 + 1, func() { _ = Choose(2) == 0 && Choose(3) == 0 }},
		"after a step":         {6, func() { Choose(3); x.Load(); Choose(2) }},
		"in two threads":       {6 * 6, func() { Go(chooseTwice); chooseTwice() }},
		"two threads, a store": {6 * 6, func() { Go(chooseTwice); x.Store(1); chooseTwice() }},
		"beside a race": {6 * 6, func() {
			Go(func() { chooseTwice(); x.Store(1) })
			Go(func() { x.Store(2) })
			Go(func() { x.Load() })
		}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Len(t, countTraces(c.program).complete, c.traces)
			require.EqualValues(t, c.traces, allOf(c.program).Complete)
		})
	}
}

func chooseTwice() { Choose(3); Choose(2) }

func TestTheExplorerAgreesWithEveryInterleaving(t *testing.T) {
	for name, p := range smallPrograms {
		t.Run(name, func(t *testing.T) {
			a := countTraces(p)
			r := allOf(p)
			require.Equal(t, len(a.complete), int(r.Complete), "complete")
			require.Equal(t, len(a.stuck), int(r.Stuck), "stuck")
		})
	}
}

// The number of traces of these programs is not published.
var smallPrograms = map[string]func(){
	"ticket lock(2)":  ticketLock(2).started(),
	"ticket lock(3)":  ticketLock(3).started(),
	"seqlock":         bodies(seqlock).started(),
	"test-and-set":    testAndTestAndSet(2).started(),
	"barrier(2)":      barrier(2).started(),
	"barrier(3)":      barrier(3).started(),
	"producer":        bodies(producerConsumer).started(),
	"account":         bodies(account).started(),
	"fib(1)":          fib(1).started(),
	"fib(2)":          fib(2).started(),
	"futex lock(2)":   futexLock(2).started(),
	"choices":         choosing,
	"philosophers(3)": philosophers(3).started(),
	"rwmutex(2,1)":    rwlock(2, 1).started(),
	"casrot(4)":       casRot(4).started(),
	"casrot(5)":       casRot(5).started(),
	"wcas(4)":         wcas(4).started(),
	"casw(3)":         casW(3).started(),
	"MCS lock(2)":     mcs(2).started(),
	"CoA(2)":          coA(2).started(),
	"casw(2)":         casW(2).started(),
	"Chase-Lev":       chaseLev(1).joined(),
}

func ticketLock(n int) bodies {
	return func() []func() {
		var next, serving Uint32
		return each(n, func(int) {
			ticket := next.Add(1) - 1
			for serving.Load() != ticket {
				Pause()
			}
			serving.Store(ticket + 1)
		})
	}
}

func mcs(n int) bodies {
	type waiter struct {
		next Pointer[waiter]
		wait Bool
	}
	return func() []func() {
		var tail Pointer[waiter]
		return each(n, func(int) {
			me := &waiter{}
			if before := tail.Swap(me); before != nil {
				me.wait.Store(true)
				before.next.Store(me)
				for me.wait.Load() {
					Pause()
				}
			}
			if me.next.Load() == nil {
				if tail.CompareAndSwap(me, nil) {
					return
				}
				for me.next.Load() == nil {
					Pause()
				}
			}
			me.next.Load().wait.Store(false)
		})
	}
}

func seqlock() []func() {
	var seq, x, y Uint32
	return []func(){
		func() { seq.Add(1); x.Store(1); y.Store(1); seq.Add(1) },
		func() {
			for {
				s := seq.Load()
				a, b := x.Load(), y.Load()
				if s%2 == 0 && seq.Load() == s {
					Assert(a == b, "torn: %d, %d", a, b)
					return
				}
				Pause()
			}
		},
	}
}

func testAndTestAndSet(n int) bodies {
	return func() []func() {
		var locked Bool
		return each(n, func(int) {
			for locked.Load() || !locked.CompareAndSwap(false, true) {
				Pause()
			}
			locked.Store(false)
		})
	}
}

func barrier(n int) bodies {
	return func() []func() {
		var m Mutex
		c := Cond{L: &m}
		arrived := 0
		return each(n, func(int) {
			m.Lock()
			arrived++
			if arrived == n {
				c.Broadcast()
			}
			for arrived < n {
				c.Wait()
			}
			m.Unlock()
		})
	}
}

func producerConsumer() []func() {
	var m Mutex
	c := Cond{L: &m}
	queue := 0
	return []func(){
		func() {
			for range 2 {
				m.Lock()
				queue++
				c.Signal()
				m.Unlock()
			}
		},
		func() {
			for range 2 {
				m.Lock()
				for queue == 0 {
					c.Wait()
				}
				queue--
				m.Unlock()
			}
		},
	}
}

func account() []func() {
	var m Mutex
	balance := 10
	change := func(by int) func() {
		return func() {
			m.Lock()
			balance += by
			m.Unlock()
		}
	}
	return []func(){change(5), change(-5), func() {
		m.Lock()
		Assert(balance == 5 || balance == 10 || balance == 15, "balance %d", balance)
		m.Unlock()
	}}
}

func fib(n int) bodies {
	return func() []func() {
		var i, j Int32
		i.Store(1)
		j.Store(1)
		add := func(to, from *Int32) func() {
			return func() {
				for range n {
					to.Store(to.Load() + from.Load())
				}
			}
		}
		return []func(){add(&i, &j), add(&j, &i)}
	}
}

// futexLock: 0 is free, 1 is locked, and 2 is locked while threads may wait (Drepper,
// "Futexes are tricky").
func futexLock(n int) bodies {
	return func() []func() {
		var w Uint32
		return each(n, func(int) {
			if !w.CompareAndSwap(0, 1) {
				for w.Swap(2) != 0 {
					w.Wait(2, -1)
				}
			}
			if w.Swap(0) == 2 {
				w.Wake(1)
			}
		})
	}
}

func choosing() {
	var x, y Int32
	Go(func() {
		if Choose(2) == 0 {
			x.Store(int32(Choose(3)))
		} else {
			y.Store(1)
		}
	})
	Go(func() { x.Load(); y.Load() })
}
