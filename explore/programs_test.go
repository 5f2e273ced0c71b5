package explore

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/dpor"
)

// These tests prove that the exhaustive strategy is optimal: a program has as many complete
// executions as it has Mazurkiewicz traces, and none is begun in vain.

// bodies makes the shared variables of a program and returns the functions of its threads,
// so that the threads can be started in any order.
type bodies func() []func()

// started returns a program that starts b's threads, in the given order or in their own.
func (b bodies) started(order ...int) func() {
	return func() {
		fs := b()
		for i := range fs {
			if len(order) > 0 {
				i = order[i]
			}
			Go(fs[i])
		}
	}
}

// joined returns a program whose first thread waits for the others.
func (b bodies) joined() func() {
	return func() {
		var ths []*Thread
		for _, f := range b() {
			ths = append(ths, Go(f))
		}
		for _, th := range ths {
			th.Join()
		}
	}
}

// allOf explores program completely, and goes on after violations.
func allOf(program func()) Result {
	cfg := defaults()
	cfg.KeepGoing, cfg.Disjoint = true, true
	e := newEngine(cfg, program, dpor.New(nil, nil))
	defer e.Close()
	return explore(e, nil)
}

func factorial(n int) uint64 {
	f := uint64(1)
	for i := 2; i <= n; i++ {
		f *= uint64(i)
	}
	return f
}

func power(b, n int) uint64 {
	p := uint64(1)
	for range n {
		p *= uint64(b)
	}
	return p
}

// merges returns the number of ways to merge n sequences of k.
func merges(n, k int) uint64 {
	m := factorial(n * k)
	for range n {
		m /= factorial(k)
	}
	return m
}

// known is a program whose number of Mazurkiewicz traces is known: from the literature, or
// by the argument that stands at the program.
type known struct {
	name   string
	b      bodies
	traces uint64 // complete ones
	stuck  uint64 // deadlocked ones
	cut    bool   // executions may be cut: see 'Late objects'
}

// # Late objects
//
// If no thread has touched two variables yet, the explorer does not know which one is which
// in another execution. Of a step after a Pause it does not always know whether the step
// can come first. In both cases it errs towards executions that are cut. If the first
// thread touches or names all variables, and no thread pauses, none is cut.

func knownPrograms() (all []known) {
	add := func(traces uint64, b bodies, name string, args ...any) {
		all = append(all, known{name: fmt.Sprintf(name, args...), b: b, traces: traces})
	}
	addCut := func(traces uint64, b bodies, name string, args ...any) {
		all = append(all, known{name: fmt.Sprintf(name, args...), b: b, traces: traces, cut: true})
	}
	add(3, bufferedStores, "SB")
	add(2, passedMessage, "MP")
	for n := 1; n <= 8; n++ {
		add(power(2, n), readers(n), "readers(%d)", n)
	}
	for n := 3; n <= 10; n++ {
		add(uint64(n+3)*power(2, n-2), lastZero(n), "lastzero(%d)", n)
	}
	for n := 1; n <= 6; n++ {
		add(factorial(n), ainc(n), "ainc(%d)", n)
		add(factorial(n), swaps(n), "swaps(%d)", n)
		add(uint64(n), casAny(n), "cas(%d)", n)
		add(1, independent(n), "independent(%d)", n)
	}
	for n := 2; n <= 4; n++ {
		add(factorial(n)*factorial(n), binc(n), "binc(%d)", n)
		add(factorial(n)*factorial(n), inc(n), "inc(%d)", n)
	}
	for n, traces := range map[int]uint64{2: 2, 3: 5} {
		add(traces, casRot(n), "casrot(%d)", n)
	}
	for n, traces := range map[int]uint64{2: 6, 3: 66} {
		add(traces, casW(n), "casw(%d)", n)
	}
	for n, traces := range map[int]uint64{2: 5, 3: 13} {
		add(traces, wcas(n), "wcas(%d)", n)
	}
	for n, traces := range map[int]uint64{1: 4, 2: 15, 3: 130} {
		add(traces, coA(n), "CoA(%d)", n)
	}
	add(18, controlFlow(2), "control_flow(2)")
	add(5, poplExample, "POPL example")
	add(12, soundnessTrap, "soundness trap")
	add(16, bridge, "bridge")
	add(24, twoCAS, "two CAS")
	add(48, fourStores, "four stores")
	add(18, chaseLev(1), "Chase-Lev, 1 thief")
	for _, nk := range [][2]int{{2, 1}, {2, 2}, {3, 1}, {3, 2}, {2, 4}, {4, 1}, {5, 1}} {
		n, k := nk[0], nk[1]
		add(merges(n, k), sections(n, k), "mutex(%d,%d)", n, k)
		add(merges(n, k), adders(n, k), "adders(%d,%d)", n, k)
	}
	for n := 13; n <= 20; n++ {
		add(power(2, n-13), fileSystem(n, true), "filesystem(%d)", n)
		if n <= 17 {
			addCut(power(2, n-13), fileSystem(n, false), "filesystem, late objects(%d)", n)
		}
	}
	for n := 11; n <= 14; n++ {
		add(power(8, n-11), indexer(n, true), "indexer(%d)", n)
		if n <= 13 {
			addCut(power(8, n-11), indexer(n, false), "indexer, late objects(%d)", n)
		}
	}
	for n := 2; n <= 6; n++ {
		all = append(all, known{
			name: fmt.Sprintf("philosophers(%d)", n), b: philosophers(n),
			traces: power(2, n) - 2, stuck: 1,
		})
		add(power(2, n)-2, orderedPhilosophers(n), "philosophers in order(%d)", n)
	}
	for r := 0; r <= 4; r++ {
		for w := 1; w <= 3; w++ {
			add(factorial(w)*power(w+1, r), readersWriters(r, w),
				"readers and writers(%d,%d)", r, w)
			add(factorial(w)*power(2*w+1, r), rwlock(r, w), "rwmutex(%d,%d)", r, w)
		}
	}
	for n := 2; n <= 4; n++ {
		add(1, turns(n), "turns(%d)", n)
		add(factorial(n), spinLock(n), "spin lock(%d)", n)
		add(factorial(n), ticketLock(n), "ticket lock(%d)", n)
		add(1, spinners(n), "spinners(%d)", n)
		add(1, sleepers(n), "sleepers(%d)", n)
	}
	return all
}

func TestProgramsHaveAsManyExecutionsAsTraces(t *testing.T) {
	for _, p := range knownPrograms() {
		if raceDetector && p.traces > 1000 {
			continue // one goroutine runs at a time: there are no races to find
		}
		t.Run(p.name, func(t *testing.T) {
			p.check(t, allOf(p.b.started()))
			p.check(t, allOf(p.b.joined()))
		})
	}
}

func (p *known) check(t *testing.T, r Result) {
	t.Helper()
	require.Equal(t, p.traces, r.Complete, "complete executions: %v", &r)
	if p.stuck == 0 {
		require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
	}
	require.Equal(t, p.stuck, r.Stuck, "stuck executions")
	if !p.cut {
		require.Zero(t, r.Cut, "executions begun in vain")
	}
}

func TestTheOrderOfCreationDoesNotMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, p := range knownPrograms() {
		if p.traces > 200 {
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			n := 0
			allOf(func() { n = len(p.b()) })
			for range 6 {
				p.check(t, allOf(p.b.started(rng.Perm(n)...)))
			}
		})
	}
}

func bufferedStores() []func() {
	var x, y Int32
	return []func(){func() { x.Store(1); y.Load() }, func() { y.Store(1); x.Load() }}
}

func passedMessage() []func() {
	var x, y Int32
	return []func(){
		func() { x.Store(1); y.Store(1) },
		func() {
			if y.Load() == 1 {
				x.Load()
			}
		},
	}
}

// each returns n functions that call f(0), ..., f(n-1). There is room for one more, since
// what it allocates is measured, too.
func each(n int, f func(i int)) []func() {
	fs := make([]func(), 0, n+1)
	for i := range n {
		fs = append(fs, func() { f(i) })
	}
	return fs
}

func readers(n int) bodies {
	return func() []func() {
		var x Int32
		return append(each(n, func(int) { x.Load() }), func() { x.Store(1) })
	}
}

func lastZero(n int) bodies {
	return func() []func() {
		a := make([]Int32, n+1)
		return append(each(n, func(j int) { a[j+1].Store(a[j].Load() + 1) }), func() {
			for i := n; a[i].Load() != 0; i-- {
			}
		})
	}
}

func ainc(n int) bodies {
	return func() []func() {
		var x Int32
		return each(n, func(int) { x.Add(1) })
	}
}

// swaps: a Swap is a write, even if the value stays the same.
func swaps(n int) bodies {
	return func() []func() {
		var x Bool
		return each(n, func(int) { x.Swap(true) })
	}
}

func independent(n int) bodies {
	return func() []func() {
		x := make([]Uint64, n)
		return each(n, func(i int) { x[i].Add(1); x[i].Load() })
	}
}

func binc(n int) bodies {
	return func() []func() {
		var x, y Int32
		return each(n, func(int) { x.Add(1); y.Add(1) })
	}
}

func inc(n int) bodies {
	return func() []func() {
		var x Int32
		return each(n, func(i int) { x.Store(x.Load() + 1<<i) })
	}
}

func casAny(n int) bodies {
	return func() []func() {
		var x Int32
		return each(n, func(i int) { x.CompareAndSwap(0, int32(i+1)) })
	}
}

func casRot(n int) bodies {
	return func() []func() {
		var x Int32
		return each(n, func(i int) { x.CompareAndSwap(int32(i), int32(i+1)) })
	}
}

func casW(n int) bodies {
	return func() []func() {
		var x Int32
		return each(n, func(i int) { x.CompareAndSwap(0, 1); x.Store(int32(i + 3)) })
	}
}

func wcas(n int) bodies {
	return func() []func() {
		var x Int32
		return append(each(n, func(int) { x.CompareAndSwap(2, 3) }), func() { x.Store(2) })
	}
}

func coA(n int) bodies {
	return func() []func() {
		var x, y, z Int32
		return append(each(n-1, func(i int) { y.Store(int32(i)); z.Store(int32(i)) }),
			func() { x.Store(1); y.Load(); x.Load() },
			func() { x.Store(2); z.Load(); x.Load() })
	}
}

func controlFlow(n int) bodies {
	return func() []func() {
		var x, y, z Int32
		fs := append(each(n, func(int) { x.Load() }), each(n, func(int) { y.Store(1) })...)
		return append(fs,
			func() {
				if y.Load() == 0 {
					z.Store(1)
				}
			},
			func() {
				if z.Load() == 1 && y.Load() == 0 {
					x.Store(1)
				}
			})
	}
}

func poplExample() []func() {
	var x, y, z Int32
	return []func(){
		func() { x.Store(1) },
		func() { y.Store(1) },
		func() {
			if y.Load() == 0 {
				z.Store(1)
			}
		},
		func() {
			if z.Load() == 1 && y.Load() == 0 {
				x.Store(2)
			}
		},
	}
}

// soundnessTrap: see TestTheSoundnessTrap.
func soundnessTrap() []func() {
	fs, _ := trap()
	return fs
}

func trap() (fs []func(), ok *bool) {
	var a, b, c Int32
	ok = new(bool)
	return []func(){
		func() { a.Store(1); b.Store(1) },
		func() { c.Store(1); c.Store(2); c.Store(3); b.Store(2) },
		func() {
			if c.Load() == 2 && b.Load() == 0 {
				*ok = true
			}
		},
	}, ok
}

// The next three are the smallest programs of which this explorer once lost a trace, found
// by random programs. It had taken what it had begun to explore for explored.

func bridge() []func() {
	var x, y, z Int32
	return []func(){
		func() { z.Load(); y.Store(1) },
		func() { x.Load(); z.Store(2); y.Store(0) },
		func() { x.Store(2); z.Load() },
	}
}

func twoCAS() []func() {
	var x, y Int32
	return []func(){
		func() { x.Load(); y.CompareAndSwap(1, 2); y.CompareAndSwap(1, 2) },
		func() { x.Store(0); y.Store(2) },
		func() { x.Load(); y.Load() },
	}
}

func fourStores() []func() {
	var x, y Int32
	return []func(){
		func() { x.Store(0) },
		func() { y.Store(1) },
		func() { y.Store(2); x.Store(0) },
		func() {
			y.Store(0)
			if y.Load() == 0 {
				x.Load()
			}
		},
	}
}

// A published version of source sets explored 6 of the 12 traces, and none of those in
// which the third thread succeeds.
func TestTheSoundnessTrapLosesNoOutcome(t *testing.T) {
	seen := map[bool]int{}
	r := allOf(func() {
		fs, ok := trap()
		var ths []*Thread
		for _, f := range fs {
			ths = append(ths, Go(f))
		}
		for _, th := range ths {
			th.Join()
		}
		seen[*ok]++
	})
	require.Equal(t, uint64(12), r.Complete)
	require.NotZero(t, seen[true])
	require.NotZero(t, seen[false])
}

func chaseLev(thieves int) bodies {
	return func() []func() {
		var top, bot Int32
		var ring [4]Int32
		push := func(v int32) {
			b := bot.Load()
			top.Load()
			ring[b%4].Store(v)
			bot.Store(b + 1)
		}
		pop := func() {
			b := bot.Load() - 1
			bot.Store(b)
			t := top.Load()
			if t > b {
				bot.Store(b + 1)
				return
			}
			ring[b%4].Load()
			if t == b {
				top.CompareAndSwap(t, t+1)
				bot.Store(b + 1)
			}
		}
		steal := func(int) {
			t := top.Load()
			if t < bot.Load() {
				ring[t%4].Load()
				top.CompareAndSwap(t, t+1)
			}
		}
		return append(each(thieves, steal), func() { push(1); push(2); pop(); pop() })
	}
}

func sections(n, k int) bodies {
	return func() []func() {
		var m Mutex
		return each(n, func(int) {
			for range k {
				m.Lock()
				m.Unlock()
			}
		})
	}
}

func adders(n, k int) bodies {
	return func() []func() {
		var x Uint32
		return each(n, func(int) {
			for range k {
				x.Add(1)
			}
		})
	}
}

func named(ms []Mutex, name string) {
	for i := range ms {
		Name(&ms[i], fmt.Sprint(name, i))
	}
}

func fileSystem(n int, early bool) bodies {
	return func() []func() {
		li, lb := make([]Mutex, 32), make([]Mutex, 26)
		if early {
			named(li, "inode")
			named(lb, "block")
		}
		inode, busy := make([]int, 32), make([]bool, 26)
		return each(n, func(t int) {
			i := t % 32
			li[i].Lock()
			if inode[i] == 0 {
				b := 2 * i % 26
				for range 10 {
					lb[b].Lock()
					if !busy[b] {
						busy[b] = true
						inode[i] = b + 1
						lb[b].Unlock()
						break
					}
					lb[b].Unlock()
					b = (b + 1) % 26
				}
			}
			li[i].Unlock()
		})
	}
}

func indexer(n int, early bool) bodies {
	return func() []func() {
		l, tab := make([]Mutex, 128), make([]int, 128)
		if early {
			named(l, "slot")
		}
		return each(n, func(t int) {
			for m := 1; m <= 4; m++ {
				w := 11*m + t
				for h := 7 * w % 128; ; h = (h + 1) % 128 {
					l[h].Lock()
					free := tab[h] == 0
					if free {
						tab[h] = w
					}
					l[h].Unlock()
					if free {
						break
					}
				}
			}
		})
	}
}

// philosophers: a trace says for each fork which of its two users has it first. That order
// cannot go round the table in either direction, so 2^n - 2 traces are complete.
func philosophers(n int) bodies {
	return func() []func() {
		fork := make([]Mutex, n)
		named(fork, "fork")
		return each(n, func(i int) { eat(&fork[i], &fork[(i+1)%n]) })
	}
}

func orderedPhilosophers(n int) bodies {
	return func() []func() {
		fork := make([]Mutex, n)
		named(fork, "fork")
		return each(n, func(i int) {
			j := (i + 1) % n
			eat(&fork[min(i, j)], &fork[max(i, j)])
		})
	}
}

func eat(first, second *Mutex) {
	first.Lock()
	second.Lock()
	second.Unlock()
	first.Unlock()
}

// readersWriters: the writers have w! orders, and each reader is in one of w+1 gaps.
func readersWriters(r, w int) bodies {
	return func() []func() {
		var x Int64
		return append(each(r, func(int) { x.Load() }),
			each(w, func(i int) { x.Store(int64(i)) })...)
	}
}

// rwlock: the writers have w! orders. Each reader is in one of w+1 gaps, or one of the w
// writers waits for it.
func rwlock(r, w int) bodies {
	return func() []func() {
		var m RWMutex
		return append(each(r, func(int) { m.RLock(); m.RUnlock() }),
			each(w, func(int) { m.Lock(); m.Unlock() })...)
	}
}

// turns: there is one order. To look in vain is no step.
func turns(n int) bodies {
	return func() []func() {
		var serving Uint32
		return each(n, func(i int) {
			for serving.Load() != uint32(i) {
				Pause()
			}
			serving.Store(uint32(i) + 1)
		})
	}
}

// spinLock: there are n! orders. To fail is no step.
func spinLock(n int) bodies {
	return func() []func() {
		var locked Bool
		return each(n, func(int) {
			for !locked.CompareAndSwap(false, true) {
				Pause()
			}
			locked.Store(false)
		})
	}
}

// spinners: each thread goes on after the store.
func spinners(n int) bodies {
	return func() []func() {
		var x Int32
		return append(each(n, func(int) {
			for x.Load() == 0 {
				Pause()
			}
		}), func() { x.Store(1) })
	}
}

// sleepers: whether a thread sleeps before it is woken makes no difference.
func sleepers(n int) bodies {
	return func() []func() {
		note := make([]Note, n)
		return append(each(n, func(i int) { note[i].Sleep() }), func() {
			for i := range note {
				note[i].Wakeup()
			}
		})
	}
}

// once explores program until it breaks a property.
func once(program func()) Result {
	e := newEngine(defaults(), program, dpor.New(nil, nil))
	defer e.Close()
	return explore(e, nil)
}
