package explore

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
)

// byTurns lets workers explore a program together, but one execution at a time. The seed
// decides whose turn it is, so that what several workers do can be repeated. Each worker
// has a program of its own.
func byTurns(
	program func() func(), workers int, seed uint64,
) (ended, blocked, cuts, violations int) {
	// The tree waits for one worker more, which never comes. So no worker is told that all
	// are idle.
	tr := dpor.NewTree(workers + 1)
	names := &engine.ThreadIDs{}
	team := make([]*turner, workers)
	for i := range team {
		team[i] = newTurner(program(), tr, names)
		defer team[i].e.Close()
	}
	team[0].busy, team[0].fresh = team[0].d.Begin(team[0].e), true
	rng := rand.New(rand.NewPCG(seed, 0))
	for busy(team) > 0 || tr.Waiting() > 0 {
		w := team[rng.IntN(workers)]
		if !w.prepare() {
			continue
		}
		tr.SetIdle(workers - busy(team))
		w.e.Execute()
		w.d.End(w.e)
		switch w.e.Outcome {
		case engine.Complete:
			ended++
		case engine.Stuck:
			blocked++
		case engine.Cut:
			cuts++
		default:
			violations++
		}
	}
	return ended, blocked, cuts, violations
}

// turner is a worker that waits for its turn.
type turner struct {
	e     *engine.Engine
	d     *dpor.Strategy
	busy  bool
	fresh bool // it has the root
}

func newTurner(program func(), tr *dpor.Tree, names *engine.ThreadIDs) *turner {
	d := dpor.New(tr, nil)
	e := newEngine(defaults(), program, d)
	e.Names = names
	return &turner{e: e, d: d}
}

// prepare finds w something to execute.
func (w *turner) prepare() bool {
	if w.busy && !w.fresh {
		w.busy = w.d.Continue()
	}
	w.fresh = false
	if !w.busy {
		w.busy = w.d.Adopt()
	}
	return w.busy
}

func busy(team []*turner) (n int) {
	for _, w := range team {
		if w.busy {
			n++
		}
	}
	return n
}

func TestWorkersByTurnsExploreWhatOneDoes(t *testing.T) {
	turns := uint64(60)
	if testing.Short() || raceDetector {
		turns = 6
	}
	for _, p := range parallelPrograms {
		if p.complete > 1000 {
			continue
		}
		for _, workers := range []int{2, 3} {
			t.Run(fmt.Sprintf("%s/workers=%d", p.name, workers), func(t *testing.T) {
				for seed := range turns {
					program := func() func() { return p.program }
					complete, stuck, cuts, _ := byTurns(program, workers, seed)
					require.Equal(t, [3]int{int(p.complete), int(p.stuck), 0},
						[3]int{complete, stuck, cuts}, "complete, stuck, cut: seed %d", seed)
				}
			})
		}
	}
}

// TestWorkersByTurnsOnRandomPrograms: they also do where choices, locks and Pause are mixed
// at random.
func TestWorkersByTurnsOnRandomPrograms(t *testing.T) {
	for _, pf := range profiles {
		t.Run(pf.name, func(t *testing.T) {
			shared := 0
			for seed := range uint64(randomPrograms() / 4) {
				p := pf.random(rand.New(rand.NewPCG(seed, 2)))
				if _, ok := enumerate(p, *bruteLimit); !ok {
					continue
				}
				one := p.explored(dpor.New(nil, nil))
				if one.Violations != one.Stuck {
					continue // such an execution ends early
				}
				program := func() func() { return newMachine(p).program }
				complete, stuck, _, _ := byTurns(program, 2, seed)
				require.Equal(t, [2]int{int(one.Complete), int(one.Stuck)}, [2]int{complete, stuck},
					"complete, stuck: seed %d\n%s", seed, p)
				shared++
			}
			require.Positive(t, shared)
		})
	}
}
