package explore

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
)

// These tests prove that an exploration may be divided in every way. Shards, workers and runs
// that are interrupted and go on from a file find together what one run finds: each trace
// once, and the same verdict.

// division says which processes explore a program, one after the other.
type division struct {
	workers, shards int
	most            int // executions of one process, at most; 0: it is not interrupted
}

func (d division) String() string {
	return fmt.Sprintf("workers=%d/shards=%d/executions<=%d", d.workers, d.shards, d.most)
}

var divisions = []division{
	{1, 1, 12}, {3, 1, 0}, {3, 1, 12}, {1, 3, 0}, {1, 3, 12}, {2, 2, 12},
}

// watchedPart is the exhaustive strategy with a function that is called after each execution.
type watchedPart struct {
	*dpor.Strategy
	after func(e *engine.Engine)
}

func (w watchedPart) End(e *engine.Engine) {
	w.Strategy.End(e)
	w.after(e)
}

// inParts explores program as d says and adds up what the processes have found. Each executes
// a random number. after is called for each execution, by one goroutine at a time.
func (d division) inParts(
	t testing.TB, r *rand.Rand, set func(*config), program func(), after func(e *engine.Engine),
) Result {
	var mu sync.Mutex
	alone := func(e *engine.Engine) {
		mu.Lock()
		defer mu.Unlock()
		after(e)
	}
	var files []string
	dir := t.TempDir()
	for shard := range d.shards {
		files = append(files, filepath.Join(dir, fmt.Sprint(shard)))
		for finished := false; !finished; {
			cfg := defaults()
			cfg.KeepGoing = true
			set(cfg)
			cfg.workers, cfg.resume = d.workers, files[shard]
			cfg.Shard, cfg.Shards = shard, d.shards
			if d.most > 0 {
				cfg.Executions = 1 + r.Uint64N(uint64(d.most))
			}
			x, err := newExploration(cfg, program, "x")
			require.NoError(t, err)
			for _, e := range x.engines {
				e.Strategy = watchedPart{e.Strategy.(*dpor.Strategy), alone}
			}
			res := x.search()
			require.NoError(t, x.keep(&res))
			if finished = x.finished(); finished && d.shards == 1 {
				return res
			}
		}
	}
	sums, _ := Merge(files...) // its error says what is violated
	return sums["x"]
}

// exploredAs explores p as d says, with that limit of steps.
func (p *prog) exploredAs(t testing.TB, d division, seed uint64, steps int) *found {
	var mu sync.Mutex
	machines := map[*engine.Engine]*machine{}
	machineOf := func(e *engine.Engine) *machine {
		mu.Lock()
		defer mu.Unlock()
		if machines[e] == nil {
			machines[e] = newMachine(p)
		}
		return machines[e]
	}
	f := newFound()
	program := func() { machineOf(engine.Self("program").Engine()).program() }
	r, limit := rand.New(rand.NewPCG(seed, 9)), func(c *config) { c.Steps = steps }
	f.Result = d.inParts(t, r, limit, program, func(e *engine.Engine) { f.note(e, machineOf(e)) })
	return f
}

// totals is what all divisions of an exploration must have in common, if no execution breaks a
// property before its end.
func totals(r *Result) string {
	return fmt.Sprintf("%v: %d complete, %d stuck, %d violating, %d early timeouts, sharing %d",
		r.Verdict, r.Complete, r.Stuck, r.Violations, r.timeouts, r.sharing)
}

// TestRandomProgramsInParts compares what all parts have found with every execution.
func TestRandomProgramsInParts(t *testing.T) {
	for _, d := range divisions {
		t.Run(d.String(), func(t *testing.T) {
			for _, pf := range profiles {
				t.Run(pf.name, func(t *testing.T) {
					compared, n := 0, max(3, randomPrograms()/40)
					for seed := *bruteSeed; compared < n; seed++ {
						p := pf.random(rand.New(rand.NewPCG(seed, 3)))
						b, ok := enumerate(p, *bruteLimit/3)
						if !ok {
							continue
						}
						one := p.explored(dpor.New(nil, nil))
						parts := p.exploredAs(t, d, seed, defaults().Steps)
						require.Empty(t, b.compare(parts, true), "seed %d\n%s", seed, p)
						if b.failed == 0 {
							require.Equal(t, totals(&one.Result), totals(&parts.Result),
								"seed %d\n%s", seed, p)
						}
						compared++
					}
				})
			}
		})
	}
}

// TestTimedProgramsInParts compares what the threads of all parts have seen with what they see
// in one run.
func TestTimedProgramsInParts(t *testing.T) {
	for _, d := range divisions {
		if d.workers > 1 {
			continue // a timedProgram belongs to one engine
		}
		t.Run(d.String(), func(t *testing.T) {
			for seed := range uint64(randomPrograms() / 10) {
				seed += *bruteSeed
				r := rand.New(rand.NewPCG(seed, 11))
				p, timeouts := randomTimed(r), r.IntN(3)
				if !p.legal() {
					continue
				}
				want, one := p.outcomes(t, "exhaustive", timeouts, 0)
				if one.Complete+one.Stuck > 200 {
					continue
				}
				got, end := map[string]int{}, ""
				program, set := func() { end = p.run() }, func(c *config) { c.Timeouts = timeouts }
				parts := d.inParts(t, r, set, program, func(e *engine.Engine) {
					if e.Outcome == engine.Complete {
						got[end] = want[end]
					}
				})
				which := fmt.Sprintf("seed %d: %s, %d early timeouts", seed, p, timeouts)
				require.Equal(t, want, got, which)
				require.Equal(t, totals(&one), totals(&parts), which)
			}
		})
	}
}

// TestRandomProgramsBelowABorder compares what lies below the border of a splitter, at each
// depth, with every execution. There is one shard, so nothing else hides what is missing.
func TestRandomProgramsBelowABorder(t *testing.T) {
	for _, pf := range profiles {
		t.Run(pf.name, func(t *testing.T) {
			for seed := range uint64(randomPrograms() / 10) {
				seed += *bruteSeed
				p := pf.random(rand.New(rand.NewPCG(seed, 4)))
				b, ok := enumerate(p, *bruteLimit/3)
				for depth := 1; ok && depth < 9; depth++ {
					split := dpor.NewSplitter(0, 1)
					split.Fix(depth)
					require.Empty(t, b.compare(p.explored(dpor.New(nil, split)), true),
						"seed %d, depth %d\n%s", seed, depth, p)
				}
			}
		})
	}
}

// A thread that sleeps below the border keeps time from advancing. So a wait that has had no
// early timeout left does not end, and could have ended earlier.
func TestAWaitBelowABorderCouldHaveEndedEarlier(t *testing.T) {
	p := timedNamed("f.Wait(0, 20)", "f.Wait(0, 20)", "mu{n.SleepFor(10)}")
	for depth := range 9 {
		split := dpor.NewSplitter(0, 1)
		split.Fix(depth)
		require.Len(t, p.traces(t, dpor.New(nil, split), 1, 1000), 42, "depth %d", depth)
	}
}

// The same with a lock: the thread that holds it waits for one that sleeps below the border.
func TestALockBelowABorderCouldHaveBeenTakenEarlier(t *testing.T) {
	lock, unlock := ins{op: pLock, obj: mutexAt}, ins{op: pUnlock, obj: mutexAt}
	note := func(op progOp) ins { return ins{op: op, obj: noteAt} }
	load := ins{op: pLoad}
	threads := [][]ins{
		{note(pWakeup)}, {load, lock, note(pSleep), unlock}, {load, lock, note(pClear), unlock},
	}
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {2, 1, 0}} {
		p := startAll(threads[order[0]], threads[order[1]], threads[order[2]])
		b, _ := enumerate(p, 1000)
		for depth := range 9 {
			split := dpor.NewSplitter(0, 1)
			split.Fix(depth)
			f := p.explored(dpor.New(nil, split))
			require.Empty(t, b.compare(f, true), "order %v, depth %d", order, depth)
		}
	}
}

// timedNamed returns the program of threads that each do one operation.
func timedNamed(names ...string) (p timedProgram) {
	for _, name := range names {
		for i := range timedOps {
			if timedOps[i].name == name {
				p = append(p, []int{i})
			}
		}
	}
	return p
}

// TestTimedProgramsBelowABorder is the same with time, compared with one process that has no
// border.
func TestTimedProgramsBelowABorder(t *testing.T) {
	for seed := range uint64(randomPrograms() / 4) {
		seed += *bruteSeed
		r := rand.New(rand.NewPCG(seed, 12))
		p, timeouts := randomTimed(r), r.IntN(3)
		want := p.traces(t, dpor.New(nil, nil), timeouts, 100)
		for depth := 1; p.legal() && want != nil && depth < 9; depth++ {
			split := dpor.NewSplitter(0, 1)
			split.Fix(depth)
			require.Equal(t, want, p.traces(t, dpor.New(nil, split), timeouts, 1000),
				"seed %d, depth %d: %s, %d early timeouts", seed, depth, p, timeouts)
		}
	}
}
