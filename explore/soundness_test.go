package explore

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// These tests prove that the strategies miss and invent nothing. They compare what a
// strategy executes of thousands of random programs (randprog_test.go) with all executions
// that there are (brute_test.go).

var (
	bruteTime = flag.Duration("brute", 0,
		"compare random programs for this long per profile, in place of a fixed number")
	bruteSeed  = flag.Uint64("brute.seed", 0, "first seed of random programs")
	bruteLimit = flag.Int("brute.limit", 600,
		"leave out random programs with more interleavings")
	bruteCut = flag.Bool("brute.cut", true, "a cut execution is a failure if nothing blocks")
)

// exhaustives are the strategies that must find every execution.
var exhaustives = []struct {
	name  string
	make  func() engine.Strategy
	once  bool // executes no trace twice
	every bool // executes every interleaving
	share int  // is compared on one in so many programs
}{
	{"exhaustive", func() engine.Strategy { return dpor.New(nil, nil) }, true, false, 1},
	{"naive", func() engine.Strategy { return strategy.NewNaive() }, false, true, 10},
	{"bounded", func() engine.Strategy { return strategy.NewBounded(1000) }, false, false, 10},
}

// tally counts what has been compared.
type tally struct {
	programs, large, violated, executions, stuck, cut, withCut, interleavings int
}

func (c *tally) String() string {
	return fmt.Sprintf("%d programs (%d more are too large) with %d interleavings; %d break a "+
		"property; %d executions, %d stuck; %d cut, in %d programs",
		c.programs, c.large, c.interleavings, c.violated, c.executions, c.stuck, c.cut, c.withCut)
}

// TestRandomPrograms compares what the strategies execute with all executions.
func TestRandomPrograms(t *testing.T) {
	for _, s := range exhaustives {
		for _, pf := range profiles {
			t.Run(s.name+"/"+pf.name, func(t *testing.T) {
				var c tally
				n := uint64(randomPrograms() / s.share)
				start := time.Now()
				more := func(seed uint64) bool {
					if *bruteTime > 0 {
						return time.Since(start) < *bruteTime
					}
					return seed < *bruteSeed+n
				}
				for seed := *bruteSeed; more(seed); seed++ {
					p := pf.random(rand.New(rand.NewPCG(seed, 0)))
					check := func(p *prog, c *tally) string {
						return compare(p, s.make(), s.once, s.every,
							*bruteCut && s.once && pf.uncut, c)
					}
					if what := check(p, &c); what != "" {
						p = p.shrink(func(q *prog) bool {
							w := check(q, &tally{})
							return w != "" && w[:5] == what[:5]
						})
						t.Errorf("seed %d, shrunk:\n%s%s", seed, p, check(p, &tally{}))
						break
					}
				}
				t.Log(c.String())
			})
		}
	}
}

// randomPrograms is the number of programs of each profile.
func randomPrograms() int {
	switch {
	case testing.Short():
		return 200
	case raceDetector: // one goroutine runs at a time: there are no races to find
		return 100
	}
	return 2000
}

// compare says what s does wrong with p; "": nothing. See exhaustives.
func compare(p *prog, s engine.Strategy, once, every, uncut bool, c *tally) string {
	b, ok := enumerate(p, *bruteLimit)
	if !ok {
		c.large++
		return ""
	}
	f := p.explored(s)
	c.programs++
	c.interleavings += b.count
	c.executions += int(f.Complete + f.Stuck)
	c.stuck += int(f.Stuck)
	c.cut += int(f.Cut)
	if f.Cut > 0 {
		c.withCut++
	}
	if b.failed > 0 {
		c.violated++
	}
	what := b.compare(f, once)
	switch n := int(f.Complete + f.Stuck); {
	case what != "" || b.failed > 0:
	case every && n != b.count:
		return fmt.Sprintf("count: %d executions, but there are %d interleavings", n, b.count)
	case uncut && f.Cut > 0:
		return fmt.Sprintf("cut: %d executions, though nothing blocks", f.Cut)
	}
	return what
}

// TestThreadOrderDoesNotMatter: a program that starts the same threads in another order has
// as many executions.
func TestThreadOrderDoesNotMatter(t *testing.T) {
	for _, pf := range profiles {
		t.Run(pf.name, func(t *testing.T) {
			for seed := range uint64(randomPrograms() / 10) {
				r := rand.New(rand.NewPCG(seed, 1))
				p := pf.random(r)
				if _, ok := enumerate(p, *bruteLimit); !ok {
					continue
				}
				q := p.permuted(r)
				a, b := p.explored(dpor.New(nil, nil)), q.explored(dpor.New(nil, nil))
				if a.Violations == a.Stuck && b.Violations == b.Stuck {
					require.Equal(t, [2]uint64{a.Complete, a.Stuck}, [2]uint64{b.Complete, b.Stuck},
						"complete, stuck: seed %d\n%s\n%s", seed, p, q)
				} else {
					require.Equal(t, a.Violations > 0, b.Violations > 0,
						"violated: seed %d\n%s\n%s", seed, p, q)
				}
			}
		})
	}
}

// TestEnumerateKnown judges the judge, by programs whose number of traces is known.
func TestEnumerateKnown(t *testing.T) {
	x, y := 0, 1
	cas := func(a, b int) ins { return ins{op: pCAS, obj: x, a: a, b: b} }
	load := func(o int) ins { return ins{op: pLoad, obj: o} }
	store := func(o, a int) ins { return ins{op: pStore, obj: o, a: a} }
	add := func(o int) ins { return ins{op: pAdd, obj: o, a: 1} }
	lock, unlock := ins{op: pLock, obj: mutexAt}, ins{op: pUnlock, obj: mutexAt}
	for _, c := range []struct {
		name    string
		traces  int
		threads [][]ins
	}{
		{"store buffering", 3, [][]ins{{store(x, 1), load(y)}, {store(y, 1), load(x)}}},
		{"message passing", 2 + 1, [][]ins{{store(x, 1), store(y, 1)}, {load(y), load(x)}}},
		{"readers(3)", 8, [][]ins{{store(x, 1)}, {load(x)}, {load(x)}, {load(x)}}},
		{"ainc(4)", 24, [][]ins{{add(x)}, {add(x)}, {add(x)}, {add(x)}}},
		{"binc(3)", 36, [][]ins{{add(x), add(y)}, {add(x), add(y)}, {add(x), add(y)}}},
		{"cas(3)", 3, [][]ins{{cas(0, 1)}, {cas(0, 2)}, {cas(0, 3)}}},
		{"casrot(3)", 5, [][]ins{{cas(0, 1)}, {cas(1, 2)}, {cas(2, 3)}}},
		{"wcas(3)", 13, [][]ins{{store(x, 2)}, {cas(2, 3)}, {cas(2, 3)}, {cas(2, 3)}}},
		{"casw(3)", 66, [][]ins{
			{cas(0, 1), store(x, 3)},
			{cas(0, 1), store(x, 4)},
			{cas(0, 1), store(x, 5)},
		}},
		{"mutex(3,2)", 90, [][]ins{
			{lock, unlock, lock, unlock},
			{lock, unlock, lock, unlock},
			{lock, unlock, lock, unlock},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := startAll(c.threads...)
			b, ok := enumerate(p, 1_000_000)
			require.True(t, ok)
			require.Len(t, b.traces, c.traces)
			require.Empty(t, b.compare(p.explored(dpor.New(nil, nil)), true))
		})
	}
}

// startAll returns the program that starts threads.
func startAll(threads ...[]ins) *prog {
	p := &prog{threads: [][]ins{nil}}
	for i, body := range threads {
		p.threads[0] = append(p.threads[0], ins{op: pGo, a: i + 1})
		p.threads = append(p.threads, body)
	}
	return p
}

// few is a strategy that ends after n executions, or executes everything twice.
type few struct {
	engine.Strategy
	n     int
	twice bool
}

func (f *few) Begin(e *engine.Engine) bool {
	if f.n--; f.n < 0 {
		return false
	}
	if !f.Strategy.Begin(e) {
		if !f.twice {
			return false
		}
		f.Strategy, f.twice = dpor.New(nil, nil), false
		return f.Strategy.Begin(e)
	}
	return true
}

// TestJudgeNoticesFaults: the judge detects a strategy that executes too little or too
// much, and executions of another program.
func TestJudgeNoticesFaults(t *testing.T) {
	load, store := ins{op: pLoad}, ins{op: pStore, a: 1}
	p := startAll([]ins{store}, []ins{load}, []ins{load})
	b, _ := enumerate(p, 1000)
	tooFew := p.explored(&few{dpor.New(nil, nil), 3, false})
	require.Contains(t, b.compare(tooFew, true), "missing (one of 1; there are 4 traces)")
	twice := p.explored(&few{dpor.New(nil, nil), 100, true})
	require.Contains(t, b.compare(twice, true), "repeated 2 times")
	require.Empty(t, b.compare(twice, false))
	other := startAll([]ins{store}, []ins{store}, []ins{load})
	require.Contains(t, b.compare(other.explored(dpor.New(nil, nil)), true), "invented")

	lock, unlock := ins{op: pLock, obj: mutexAt}, ins{op: pUnlock, obj: mutexAt}
	deadlock := startAll([]ins{lock}, []ins{lock})
	b, _ = enumerate(deadlock, 1000)
	require.Len(t, b.traces, 2)
	one := deadlock.explored(&few{dpor.New(nil, nil), 1, false})
	require.Contains(t, b.compare(one, true), "missing")
	bad := startAll([]ins{unlock}, []ins{lock, lock})
	b, _ = enumerate(bad, 1000)
	require.Contains(t, b.compare(&found{}, true), "a violation is missed")
}
