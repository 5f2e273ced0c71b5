package coro_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/internal/coro"
)

type Stack = coro.Stack

// member is a Stack as a scheduler uses it. Nothing protects its plain fields but the order
// that switches make.
type member struct {
	Stack
	w       *worker // the thread that continued it
	arrived int     // times it was continued
	told    int     // times Switch said that it is to be destroyed
}

// worker is a thread that hops from Stack to Stack.
type worker struct {
	base member
	left *member // left last; the member that is continued puts it into the pool
	hops int
	pool *pool
}

// pool holds the suspended members that any worker may continue.
type pool struct {
	mu   host.Mutex
	rnd  host.Rand
	free []*member
}

// take removes a random member, or returns nil.
func (p *pool) take() *member {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.free)
	if n == 0 {
		return nil
	}
	i := int(p.rnd.Uint32()) % n
	c := p.free[i]
	p.free[i] = p.free[n-1]
	p.free = p.free[:n-1]
	return c
}

func (p *pool) put(c *member) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, c)
}

// run hops w.hops times, beginning and ending on the thread's own stack.
func (w *worker) run() {
	for w.hops > 0 {
		if to := w.pool.take(); to != nil {
			w.base.hop(to, w)
		}
	}
}

// hop continues to in place of c. It says false if c is to be destroyed.
func (c *member) hop(to *member, w *worker) bool {
	w.left, to.w = c, w
	if !c.Switch(&to.Stack) {
		c.told++
		return false
	}
	c.arrive()
	return true
}

// arrive puts the member that was left into the pool; no other thread can have continued it
// before.
func (c *member) arrive() {
	c.arrived++
	if w := c.w; w.left != &w.base {
		w.pool.put(w.left)
	}
}

// wander is what a coroutine does: it hops on until its worker has hopped enough.
func (c *member) wander() {
	c.arrive()
	for {
		w := c.w
		if w.hops == 0 {
			if !c.hop(&w.base, w) {
				return
			}
			continue
		}
		w.hops--
		if to := w.pool.take(); to != nil && !c.hop(to, w) {
			return
		}
	}
}

// endings are the ways in which a computation can be suspended, and can answer when it is
// told to end.
var endings = []struct {
	name string
	main func(*member)
}{
	{"returns", func(c *member) { c.wander() }},
	{"answers with Goexit", func(c *member) {
		c.wander()
		runtime.Goexit()
	}},
	{"inside Goexit", func(c *member) {
		defer c.wander()
		runtime.Goexit()
	}},
	{"inside Goexit, answers with Goexit", func(c *member) {
		defer func() {
			c.wander()
			runtime.Goexit()
		}()
		runtime.Goexit()
	}},
	{"inside a panic, answers with Goexit", func(c *member) {
		defer func() {
			c.wander()
			runtime.Goexit()
		}()
		panic("not seen by anybody")
	}},
	{"switches again in a deferred call", func(c *member) {
		defer func() {
			for range 3 {
				if c.hop(&c.w.base, c.w) {
					panic("Switch said true after it had said false")
				}
				c.told--
			}
		}()
		c.wander()
	}},
}

// newCoros makes n members that end in the way chosen for each.
func newCoros(n int, main func(i int) func(*member)) []*member {
	cs := make([]*member, n)
	for i := range cs {
		c, f := &member{}, main(i)
		c.Init(func() { f(c) })
		cs[i] = c
	}
	return cs
}

// destroyAll destroys cs in random order. It checks that each was told once if it ever ran,
// and that no more goroutines are left than before.
func destroyAll(t *testing.T, cs []*member, before int) {
	t.Helper()
	for _, i := range rand.Perm(len(cs)) {
		c := cs[i]
		c.Destroy()
		require.Equal(t, min(c.arrived, 1), c.told, "times told, having run %d times", c.arrived)
		require.Equal(t, Stack{}, c.Stack, "a destroyed Stack is a zero Stack")
	}
	awaitGoroutines(t, before)
}

func TestStacksWanderAndEnd(t *testing.T) {
	mixed := func(i int) func(*member) { return endings[i%len(endings)].main }
	t.Run("every way at once", func(t *testing.T) { wanderAndEnd(t, mixed) })
	for _, e := range endings {
		t.Run(e.name, func(t *testing.T) {
			wanderAndEnd(t, func(int) func(*member) { return e.main })
		})
	}
}

// wanderAndEnd lets threads hop at random over stacks, each of which any thread continues, and
// then destroys all in random order.
func wanderAndEnd(t *testing.T, main func(i int) func(*member)) {
	for _, size := range []struct{ threads, stacks, hops int }{
		{1, 1, 3}, {1, 2, 5}, {1, 3, 50}, {1, 64, 40}, {1, 64, 2_000},
		{2, 1, 50}, {2, 7, 500}, {4, 64, 1_000},
	} {
		before := runtime.NumGoroutine()
		cs := newCoros(size.stacks, main)
		p := &pool{free: append([]*member{}, cs...)}
		p.rnd.Seed(rand.Uint64(), 0)
		threads(size.threads, func(int) { (&worker{hops: size.hops, pool: p}).run() })
		require.ElementsMatch(t, cs, p.free, "every Stack is at rest")
		destroyAll(t, cs, before)
	}
}

// The boxes of two stacks have changed hands: the shortest case in which Destroy has to make
// a Stack change places.
func TestDestroyOfAStackInAForeignBox(t *testing.T) {
	for first := range 2 {
		before := runtime.NumGoroutine()
		cs := newCoros(2, func(int) func(*member) { return (*member).wander })
		w := &worker{pool: &pool{}, hops: 1}
		w.pool.free = []*member{cs[1]}
		w.base.hop(cs[0], w) // base -> 0 -> 1 -> base
		require.False(t, cs[0].AtHome())
		require.False(t, cs[1].AtHome())
		cs[first].Destroy()
		cs[1-first].Destroy()
		require.Equal(t, []int{1, 1}, []int{cs[0].told, cs[1].told})
		awaitGoroutines(t, before)
	}
}

// ring makes n stacks. Each continues the next one, and the last one continues base.
func ring(n int, base *Stack, ran *int) []*member {
	cs := make([]*member, n)
	to := base
	for i := n - 1; i >= 0; i-- {
		c, next := &member{}, to
		c.Init(func() {
			for again := true; again; again = c.Switch(next) {
				*ran++
			}
		})
		cs[i], to = c, &c.Stack
	}
	return cs
}

func TestRingOfStacks(t *testing.T) {
	const rounds = 3
	before := runtime.NumGoroutine()
	var base Stack
	ran := 0
	cs := ring(manyStacks, &base, &ran)
	for round := range rounds {
		require.True(t, base.Switch(&cs[0].Stack))
		require.Equal(t, (round+1)*manyStacks, ran)
	}
	for _, i := range rand.Perm(len(cs)) {
		cs[i].Destroy()
	}
	require.Equal(t, rounds*manyStacks, ran)
	awaitGoroutines(t, before)
}

func TestStackIsContinuedByAnotherThread(t *testing.T) {
	before := runtime.NumGoroutine()
	var s Stack
	var thread *Stack // the own stack of the thread that continued s
	deep := 0
	s.Init(func() {
		for i := 1; s.Switch(thread); i++ {
			deep = growStack(i * 100) // the stack grows and moves on each thread
		}
	})
	for i := range 10 {
		threads(1, func(int) {
			var own Stack
			thread = &own
			own.Switch(&s)
		})
		require.Equal(t, i*100, deep)
	}
	runtime.GC()
	s.Destroy()
	awaitGoroutines(t, before)
}

//go:noinline
func growStack(n int) int {
	var frame [128]byte
	if n == 0 {
		return int(frame[0])
	}
	return growStack(n-1) + 1 + int(frame[n%128])
}

func TestDestroyOfAStackThatNeverRan(t *testing.T) {
	before := runtime.NumGoroutine()
	var s Stack
	s.Init(func() { panic("ran") })
	s.Destroy()
	require.Equal(t, Stack{}, s)
	awaitGoroutines(t, before)
}

func TestDestroyedStackMayBeUsedAgain(t *testing.T) {
	var s, base Stack
	for range 3 {
		ran := false
		s.Init(func() {
			ran = true
			s.Switch(&base)
		})
		base.Switch(&s)
		s.Destroy()
		require.True(t, ran)
	}
}

// The garbage collector and tracebacks see stacks whose boxes have changed hands.
func TestStacksSurviveCollectionAndTraceback(t *testing.T) {
	before := runtime.NumGoroutine()
	cs := newCoros(16, func(i int) func(*member) { return endings[i%len(endings)].main })
	p := &pool{free: append([]*member{}, cs...)}
	trace := make([]byte, 1<<20)
	for range 20 {
		threads(2, func(int) { (&worker{hops: 20, pool: p}).run() })
		runtime.GC()
		require.Positive(t, runtime.Stack(trace, true))
	}
	destroyAll(t, cs, before)
}

func TestMisuseOfStacksPanics(t *testing.T) {
	const notSuspended = "coro: Stack.Switch: the Stack to continue is not suspended"
	const inUse = "coro: Stack.Init: the Stack is in use: " +
		"only a zero or destroyed one may be initialized"
	const notCoroutine = "coro: Stack.Destroy: the Stack is not a suspended coroutine made by Init"
	var s, base, zero Stack
	s.Init(func() {
		require.PanicsWithValue(t, notSuspended, func() { s.Switch(&s) })
		require.PanicsWithValue(t, notCoroutine, func() { s.Destroy() })
		s.Switch(&base)
	})
	require.PanicsWithValue(t, inUse, func() { s.Init(func() {}) })
	require.PanicsWithValue(t, notSuspended, func() { base.Switch(&zero) })
	require.PanicsWithValue(t, notSuspended, func() { base.Switch(&base) })
	base.Switch(&s)
	require.PanicsWithValue(t, notSuspended, func() { zero.Switch(&base) })
	require.PanicsWithValue(t, notCoroutine, func() { base.Destroy() })
	s.Destroy()
	require.PanicsWithValue(t, notCoroutine, func() { s.Destroy() })
	require.PanicsWithValue(t, notSuspended, func() { base.Switch(&s) })
}

// fatalEnds are the ways in which a Stack ends that end the process with it. It says why and
// where.
var fatalEnds = map[string]struct {
	main func()
	says string
}{
	"panic":  {func() { panic("of its own") }, "its function panicked: of its own"},
	"return": {func() {}, "its function ended, but nobody has called Destroy"},
	"goexit": {runtime.Goexit, "its function ended, but nobody has called Destroy"},
}

const fatalEnv = "HOST_TEST_FATAL_END"

func TestStackThatEndsByItselfIsFatal(t *testing.T) {
	if name := os.Getenv(fatalEnv); name != "" {
		var s, base Stack
		s.Init(fatalEnds[name].main)
		base.Switch(&s)
		t.Fatal("went on")
	}
	for name, end := range fatalEnds {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestStackThatEndsByItselfIsFatal$")
			cmd.Env = append(os.Environ(), fatalEnv+"="+name)
			out, err := cmd.CombinedOutput()
			require.Error(t, err)
			require.Contains(t, string(out), "coro: Stack: "+end.says)
			require.Contains(t, string(out), "(*Stack).Init")
			require.NotContains(t, string(out), "went on")
		})
	}
}

func TestSwitchDoesNotAllocate(t *testing.T) {
	var base Stack
	ran := 0
	cs := ring(3, &base, &ran)
	require.Zero(t, testing.AllocsPerRun(1_000, func() { base.Switch(&cs[0].Stack) }))
	for _, c := range cs {
		c.Destroy()
	}
}

// BenchmarkStack: switch is one switch in a ring. make is Init and Destroy of a Stack that
// never runs.
func BenchmarkStack(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprintf("op=switch/stacks=%d", n), func(b *testing.B) {
			var base Stack
			ran := 0
			cs := ring(n, &base, &ran)
			left := 0
			for b.Loop() {
				if left == 0 {
					base.Switch(&cs[0].Stack)
					left = n + 1
				}
				left--
			}
			for _, c := range cs {
				c.Destroy()
			}
		})
	}
	b.Run("op=make", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var s Stack
			s.Init(func() {})
			s.Destroy()
		}
	})
}

// awaitGoroutines waits until no more than n goroutines are left. A goroutine that has done
// its last visible act still needs a moment to be gone.
func awaitGoroutines(t *testing.T, n int) {
	t.Helper()
	for range 50_000_000 {
		if runtime.NumGoroutine() <= n {
			return
		}
		runtime.Gosched()
	}
	require.FailNow(t, "goroutines left over")
}

// threads runs f on n threads at once, and waits for them. They begin together, or the first
// would be done before the last begins.
func threads(n int, f func(i int)) {
	defer host.Reserve(n)()
	done := make(chan struct{})
	var ready host.Int32
	for i := range n {
		go func() {
			ready.Add(1)
			for ready.Load() < int32(n) {
				host.Pause(1)
			}
			f(i)
			done <- struct{}{}
		}()
	}
	for range n {
		<-done
	}
}

// Each Stack is a goroutine of its own, whatever thread continues it.
func TestEachStackIsAGoroutine(t *testing.T) {
	var s, thread Stack
	var first, second, other uintptr
	s.Init(func() {
		first = coro.Goroutine()
		s.Switch(&thread)
		second = coro.Goroutine()
		s.Switch(&thread)
	})
	mine := coro.Goroutine()
	thread.Switch(&s)
	require.Equal(t, mine, coro.Goroutine())
	threads(1, func(int) {
		thread = Stack{}
		other = coro.Goroutine()
		thread.Switch(&s)
	})
	s.Destroy()
	require.Equal(t, first, second)
	require.NotEqual(t, mine, first)
	require.NotEqual(t, mine, other)
	require.NotEqual(t, first, other)
}
