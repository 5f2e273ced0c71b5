package explore

import (
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/engine"
)

// These tests prove that the controlled types do what the types of sync/atomic and sync do
// that they stand for, and that misuse is reported.

// twins are the controlled types, each with the type that it stands for.
var twins = map[string][2]any{
	"Bool":    {new(Bool), new(atomic.Bool)},
	"Int32":   {new(Int32), new(atomic.Int32)},
	"Int64":   {new(Int64), new(atomic.Int64)},
	"Uint32":  {new(Uint32), new(atomic.Uint32)},
	"Uint64":  {new(Uint64), new(atomic.Uint64)},
	"Uintptr": {new(Uintptr), new(atomic.Uintptr)},
	"Pointer": {new(Pointer[int]), new(atomic.Pointer[int])},
	"Mutex":   {new(Mutex), new(sync.Mutex)},
	"RWMutex": {new(RWMutex), new(sync.RWMutex)},
	"Cond":    {new(Cond), new(sync.Cond)},

	"Once":      {new(Once), new(sync.Once)},
	"WaitGroup": {new(WaitGroup), new(sync.WaitGroup)},
}

func TestTypesHaveTheMethodsOfTheirTwins(t *testing.T) {
	for name, twin := range twins {
		t.Run(name, func(t *testing.T) {
			ours, theirs := reflect.TypeOf(twin[0]), reflect.TypeOf(twin[1])
			for m := range theirs.Methods() {
				our, ok := ours.MethodByName(m.Name)
				require.True(t, ok, "no method %s", m.Name)
				require.Equal(t, signature(m.Type), signature(our.Type), "method %s", m.Name)
			}
		})
	}
}

// signature is a method's type without its receiver.
func signature(f reflect.Type) (s []reflect.Type) {
	for i := 1; i < f.NumIn(); i++ {
		s = append(s, f.In(i))
	}
	for i := range f.NumOut() {
		s = append(s, f.Out(i))
	}
	return s
}

// Every method of the atomic types is called on both twins with every pair of interesting
// arguments, after every other method. Results and values are the same.
func TestAtomicTypesDoWhatTheirTwinsDo(t *testing.T) {
	for name, twin := range twins {
		if _, ok := reflect.TypeOf(twin[1]).MethodByName("CompareAndSwap"); !ok {
			continue
		}
		t.Run(name, func(t *testing.T) {
			args := interesting(reflect.TypeOf(twin[1]))
			r := once(func() {
				ours, theirs := fresh(twin[0]), fresh(twin[1])
				for range 2 {
					callAll(t, ours, theirs, args)
				}
			})
			require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
			require.Equal(t, uint64(1), r.Complete)
		})
	}
}

func fresh(x any) reflect.Value { return reflect.New(reflect.TypeOf(x).Elem()) }

// callAll calls each method of theirs, on both, with all arguments.
func callAll(t *testing.T, ours, theirs reflect.Value, args []reflect.Value) {
	load := func(x reflect.Value) any { return x.MethodByName("Load").Call(nil)[0].Interface() }
	for m := range theirs.Type().Methods() {
		for _, in := range tuples(args, m.Type.NumIn()-1) {
			a := ours.MethodByName(m.Name).Call(in)
			b := theirs.MethodByName(m.Name).Call(in)
			for i := range a {
				equal(t, b[i].Interface(), a[i].Interface(), m.Name, in)
			}
			equal(t, load(theirs), load(ours), m.Name, in)
			v := theirs.MethodByName("Load").Call(nil)[0]
			same := ours.MethodByName("CompareAndSwap").Call([]reflect.Value{v, v})[0]
			equal(t, true, same.Interface(), "CompareAndSwap after "+m.Name, in)
		}
	}
}

// equal is require.Equal for a controlled thread, which must not end by t.FailNow.
func equal(t *testing.T, want, got any, method string, in []reflect.Value) {
	if want != got {
		t.Errorf("%s%v: %v; want %v", method, in, got, want)
	}
}

func tuples(args []reflect.Value, n int) [][]reflect.Value {
	all := [][]reflect.Value{nil}
	for range n {
		var longer [][]reflect.Value
		for _, in := range all {
			for _, a := range args {
				longer = append(longer, append(in[:len(in):len(in)], a))
			}
		}
		all = longer
	}
	return all
}

// interesting returns values of the type that x, an atomic type, holds.
func interesting(x reflect.Type) (vs []reflect.Value) {
	load, _ := x.MethodByName("Load")
	typ := load.Type.Out(0)
	switch typ.Kind() {
	case reflect.Bool:
		return []reflect.Value{reflect.ValueOf(false), reflect.ValueOf(true)}
	case reflect.Pointer:
		return []reflect.Value{
			reflect.Zero(typ), reflect.ValueOf(new(int)), reflect.ValueOf(new(int)),
		}
	}
	for _, v := range []uint64{
		0, 1, 5, math.MaxInt32, 1 << 31, math.MaxUint32, math.MaxInt64, 1 << 63, math.MaxUint64,
	} {
		vs = append(vs, reflect.ValueOf(v).Convert(typ))
	}
	return vs
}

func TestAddWrapsAround(t *testing.T) {
	check := func(program func() bool) {
		t.Helper()
		r := once(func() { Assert(program(), "wrong") })
		require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
	}
	check(func() bool { var x Int32; x.Store(math.MaxInt32); return x.Add(1) == math.MinInt32 })
	check(func() bool { var x Int64; x.Store(math.MaxInt64); return x.Add(1) == math.MinInt64 })
	check(func() bool { var x Uint32; return x.Add(^uint32(0)) == math.MaxUint32 })
	check(func() bool { var x Uint64; return x.Add(^uint64(0)) == math.MaxUint64 })
	check(func() bool { var x Uintptr; return x.Add(^uintptr(0)) == ^uintptr(0) })
	check(func() bool {
		var x Int32
		x.Store(-1)
		return x.Add(1) == 0 && x.CompareAndSwap(0, -5) && x.Load() == -5
	})
}

// Outside an exploration, each call that belongs inside says so.
func TestOutsideAnExplorationTheyPanicClearly(t *testing.T) {
	var (
		x  Int32
		p  Pointer[int]
		m  Mutex
		rw RWMutex
		n  Note
		c  = NewCond(&m)
		u  Uint32
		v  Var[int]
		s  Stack
	)
	for what, f := range map[string]func(){
		"Int32.Load":           func() { x.Load() },
		"Int32.Store":          func() { x.Store(1) },
		"Int32.Add":            func() { x.Add(1) },
		"Int32.Swap":           func() { x.Swap(1) },
		"Int32.CompareAndSwap": func() { x.CompareAndSwap(0, 1) },
		"Pointer.Load":         func() { p.Load() },
		"Pointer.Store":        func() { p.Store(nil) },
		"Mutex.Lock":           m.Lock,
		"Mutex.Unlock":         m.Unlock,
		"Mutex.TryLock":        func() { m.TryLock() },
		"RWMutex.RLock":        rw.RLock,
		"RWMutex.RUnlock":      rw.RUnlock,
		"RWMutex.Lock":         rw.Lock,
		"RWMutex.Unlock":       rw.Unlock,
		"Note.Sleep":           n.Sleep,
		"Note.Wakeup":          n.Wakeup,
		"Note.Clear":           n.Clear,
		"Note.SleepFor":        func() { n.SleepFor(1) },
		"Cond.Wait":            c.Wait,
		"Cond.Signal":          c.Signal,
		"Cond.Broadcast":       c.Broadcast,
		"Uint32.Wait":          func() { u.Wait(0, -1) },
		"Uint32.Wake":          func() { u.Wake(1) },
		"Var.Load":             func() { v.Load() },
		"Var.Store":            func() { v.Store(1) },
		"Go":                   func() { Go(func() {}) },
		"Choose":               func() { Choose(2) },
		"Pause":                Pause,
		"Now":                  func() { Now() },
		"Sleep":                func() { Sleep(1) },
		"Name":                 func() { Name(&x, "x") },
		"Assert":               func() { Assert(false, "") },
		"Stack.Init":           func() { s.Init(func() {}) },
		"Stack.Switch":         func() { s.Switch(&s) },
		"Stack.Destroy":        s.Destroy,
	} {
		t.Run(what, func(t *testing.T) {
			says := "explore: " + what + ": the caller is not a thread of an exploration; " +
				"call it inside the program given to Test or Run, " +
				"on threads started by explore.Go"
			require.PanicsWithValue(t, says, f)
		})
	}
}

// Variables outside the program have their first value again at the start of each
// execution, and after the last one.
func TestVariablesOutsideTheProgramAreReset(t *testing.T) {
	var (
		x   Int32
		p   Pointer[int]
		m   Mutex
		n   Note
		v   Var[int]
		one = 1
	)
	before := 0
	once(func() { x.Store(7); p.Store(&one); v.Store(3) }) // is undone
	r := allOf(func() {
		if x.Load() != 0 || p.Load() != nil || n.Signaled() || !m.TryLock() || v.Load() != 0 {
			before++
		}
		v.Store(5)
		n.Wakeup()
		Go(func() { x.Store(1); p.Store(&one) })
		Go(func() { x.Store(2); p.Load() })
	})
	require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
	require.Equal(t, uint64(4), r.Complete)
	require.Zero(t, before, "executions began with what another had left")
	require.Zero(t, *inside[uint64](&x, "w", "bits"))
	require.Nil(t, *inside[*engine.Object](&x, "w", "o"))
	require.Nil(t, *inside[unsafe.Pointer](&p, "p", "p"))
	require.Zero(t, v.m.v)
}

// inside returns the field of x, a pointer, that path leads to.
func inside[T any](x any, path ...string) *T {
	v := reflect.ValueOf(x).Elem()
	for _, name := range path {
		v = v.FieldByName(name)
	}
	return (*T)(v.Addr().UnsafePointer())
}

// They do even if the program replaces them on the way, and so does a Stack.
func TestVariablesOutsideTheProgramAreResetThoughReplaced(t *testing.T) {
	var all struct {
		x Int32
		p Pointer[int]
	}
	one := 1
	*inside[uint64](&all.x, "w", "bits") = 5
	*inside[unsafe.Pointer](&all.p, "p", "p") = unsafe.Pointer(&one)
	var outer Stack
	r, err := Run(func() {
		x, p := all.x.Load(), all.p.Load()
		Assert(x == 5 && p == &one, "%d, %v", x, p)
		all.x, all.p = Int32{}, Pointer[int]{}
		all.p.Load()
		Go(func() { all.x.Store(1) })
		var co Stack
		co.Init(func() { all.x.Add(1); co.Switch(&outer) })
		outer.Switch(&co)
		co.Destroy()
	})
	require.NoError(t, err)
	require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
}

func TestChooseTakesOnlyWhatAScheduleHolds(t *testing.T) {
	for _, n := range []int{-1, 0, engine.MaxChoices + 1} {
		v := once(func() { Choose(n) }).Violation
		require.NotNil(t, v, "%d", n)
		says := fmt.Sprintf("explore: Choose: %d; there must be 1 to %d to choose from",
			n, engine.MaxChoices)
		require.Equal(t, says, v.Message)
	}
}

// copied returns a copy, of which vet would complain.
func copied[T any](x *T) *T {
	y := *x
	return &y
}

func TestACopyOfAUsedVariableIsRefused(t *testing.T) {
	for name, program := range map[string]func(){
		"number":  func() { var x Int32; x.Load(); copied(&x).Load() },
		"lock":    func() { var x Mutex; x.Lock(); copied(&x).Lock() },
		"pointer": func() { var x Pointer[int]; x.Load(); copied(&x).Load() },
	} {
		t.Run(name, func(t *testing.T) {
			says := "explore: a variable was copied after its first use; share it by a pointer"
			require.Equal(t, says, once(program).Violation.Message)
		})
	}
}

func TestGoexitIsAViolationThatSaysWhatToDo(t *testing.T) {
	for name, f := range map[string]func(){
		"first thread": func() { runtime.Goexit() },
		"thread":       func() { Go(runtime.Goexit) },
		"after a step": func() { var x Int32; Go(func() { x.Load(); runtime.Goexit() }) },
	} {
		t.Run(name, func(t *testing.T) {
			r := once(f)
			require.Equal(t, Violated, r.Verdict)
			require.Equal(t, Panic, r.Violation.Property)
			require.Contains(t, r.Violation.Message, "Goexit")
			require.Contains(t, r.Violation.Message, "use explore.Assert")
		})
	}
}

func TestPanicsCarryTheirStack(t *testing.T) {
	r := once(func() { Go(explode) })
	require.Equal(t, Violated, r.Verdict)
	require.Equal(t, Panic, r.Violation.Property)
	require.Equal(t, "boom", r.Violation.Message)
	require.Equal(t, 1, r.Violation.Thread)
	require.Contains(t, r.Violation.Stack, "explore.explode")
	require.Contains(t, r.Violation.Stack, "types_test.go")
}

func explode() { panic("boom") }

// When an execution is given up, its deferred calls run up to their first step. What they
// do is not judged.
func TestDeferredCallsRunWhenAnExecutionIsGivenUp(t *testing.T) {
	ran, after := 0, 0
	r := once(func() {
		var n Note
		var x Var[int]
		var m Mutex
		defer func() { ran++ }()
		for range 2 {
			Go(func() {
				defer func() {
					ran++
					x.Store(1) // would be a race
					after++
				}()
				m.Lock()
				defer m.Unlock()
				n.Sleep()
			})
		}
		n.Sleep()
	})
	require.Equal(t, Deadlock, r.Violation.Property, "%v", r.Violation)
	require.Equal(t, 3, ran)
	require.Zero(t, after)
}

// Deferred calls of an execution that is given up must not change what the explorer knows
// of it: here, which lock a thread waits for.
func TestDeferredUnlocksLoseNoExecution(t *testing.T) {
	both := func(a, b *Mutex) {
		a.Lock()
		defer a.Unlock()
		b.Lock()
		defer b.Unlock()
	}
	r := allOf(func() {
		var a, b Mutex
		Go(func() { both(&a, &b) })
		Go(func() { both(&b, &a) })
	})
	require.Equal(t, uint64(2), r.Complete)
	require.Equal(t, uint64(1), r.Stuck)
	require.Equal(t, Deadlock, r.Violation.Property)
}

// A Stack is continued by one thread after the other, and destroyed by a third.
func TestStacksMoveBetweenThreads(t *testing.T) {
	r := allOf(func() {
		var s Stack
		var back *Stack
		var trail []string
		s.Init(func() {
			defer func() { trail = append(trail, "ended") }()
			for _, step := range []string{"one", "two", "three"} {
				trail = append(trail, step)
				if !s.Switch(back) {
					return
				}
			}
		})
		visit := func() {
			var own Stack
			back = &own
			own.Switch(&s)
		}
		visit()
		Go(visit).Join()
		Go(func() { s.Destroy() }).Join()
		Assert(strings.Join(trail, " ") == "one two ended", "%v", trail)
		s.Init(func() { trail = nil }) // zero again
		s.Destroy()                    // never ran
		Assert(len(trail) == 3, "it ran")
	})
	require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
	require.Equal(t, uint64(1), r.Complete)
}

// A thread that continues on a Stack stays itself: locks, steps and violations are its own.
func TestAStackRunsForTheThreadThatContinuesIt(t *testing.T) {
	r := once(func() {
		var s Stack
		Go(func() {
			var own Stack
			s.Init(func() { Assert(false, "here") })
			own.Switch(&s)
		})
	})
	require.Equal(t, Assertion, r.Violation.Property)
	require.Equal(t, 1, r.Violation.Thread)
}

func TestMisuseOfStacksIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		f    func()
		says string
	}{
		"initialized twice": {func() {
			var s Stack
			s.Init(func() {})
			s.Init(func() {})
		}, "Stack.Init: the Stack is in use"},
		"continue a zero Stack": {func() {
			var s, own Stack
			own.Switch(&s)
		}, "Stack.Switch: the Stack to continue is not suspended"},
		"continue itself": {func() {
			var s, own Stack
			s.Init(func() { s.Switch(&s) })
			own.Switch(&s)
		}, "Stack.Switch: the Stack to continue is not suspended"},
		"destroy a zero Stack": {func() {
			var s Stack
			s.Destroy()
		}, "Stack.Destroy: the Stack is not a suspended coroutine"},
		"destroy oneself": {func() {
			var s, own Stack
			s.Init(func() { s.Destroy() })
			own.Switch(&s)
		}, "Stack.Destroy: the Stack is not a suspended coroutine"},
		"ends without Destroy": {func() {
			var s, own Stack
			s.Init(func() {})
			own.Switch(&s)
		}, "nobody has called Destroy"},
	} {
		t.Run(name, func(t *testing.T) {
			r := once(c.f)
			require.Equal(t, Violated, r.Verdict)
			require.Equal(t, Panic, r.Violation.Property)
			require.Contains(t, r.Violation.Message, c.says)
		})
	}
}

// When an execution is given up, its suspended Stacks and threads are ended, so that their
// goroutines are not lost.
func TestGivenUpExecutionsLeaveNoGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		once(func() {
			var s, own Stack
			var n Note
			s.Init(func() { n.Sleep() })
			Go(n.Sleep)
			own.Switch(&s)
		})
	}
	// Other tests may have goroutines. Those that end take a moment.
	const others = 20
	for i := 0; runtime.NumGoroutine() >= before+others && i < 1_000_000; i++ {
		runtime.Gosched()
	}
	require.Less(t, runtime.NumGoroutine(), before+others)
}

func TestCondWakesInTheOrderOfArrival(t *testing.T) {
	r := allOf(func() {
		var m Mutex
		c := Cond{L: &m}
		var came, woke []int
		wait := func(i int) func() {
			return func() {
				m.Lock()
				came = append(came, i)
				c.Wait()
				woke = append(woke, i)
				m.Unlock()
			}
		}
		a, b := Go(wait(0)), Go(wait(1))
		for {
			m.Lock()
			both := len(came) == 2
			m.Unlock()
			if both {
				break
			}
			Pause()
		}
		c.Signal()
		for {
			m.Lock()
			one := len(woke) == 1
			m.Unlock()
			if one {
				break
			}
			Pause()
		}
		Assert(woke[0] == came[0], "came %v, woke %v", came, woke)
		c.Signal()
		a.Join()
		b.Join()
	})
	require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
}

// A futex may wake any of the threads that wait, and each choice is explored.
func TestFutexWakesAnyThreadThatWaits(t *testing.T) {
	first := map[int]int{}
	r := allOf(func() {
		var w, order Uint32
		var ths []*Thread
		for i := range 2 {
			ths = append(ths, Go(func() {
				w.Wait(0, -1)
				if order.Add(1) == 1 {
					first[i]++
				}
			}))
		}
		woken := 0
		for woken < 2 {
			if n := w.Wake(1); n > 0 {
				woken += n
			} else {
				Sleep(1)
			}
		}
		for _, th := range ths {
			th.Join()
		}
	})
	require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
	require.NotZero(t, first[0])
	require.NotZero(t, first[1])
}

// Nothing takes virtual time except to sleep and to wait for a time limit.
func TestVirtualTime(t *testing.T) {
	r := allOf(func() {
		start := Now()
		Assert(start == Now(), "the clock runs by itself")
		Sleep(100)
		Assert(Now() == start+100, "it is %d", Now())
		var n Note
		Assert(!n.SleepFor(50), "nobody woke it")
		Assert(Now() == start+150, "it is %d", Now())
		n.Wakeup()
		Assert(n.SleepFor(50), "it had been woken")
	})
	require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
	require.Equal(t, uint64(1), r.Complete)
}

// A wait with a limit ends in both ways where both are possible.
func TestATimeLimitIsAChoice(t *testing.T) {
	seen := map[bool]int{}
	r := allOf(func() {
		var n Note
		Go(n.Wakeup)
		seen[n.SleepFor(10)]++
	})
	require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
	require.NotZero(t, seen[true])
	require.NotZero(t, seen[false])
}
