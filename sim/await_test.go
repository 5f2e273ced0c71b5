package sim_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/sim"
)

// waits are the two ways to wait for a word: the machine's, and the loop that it stands for.
var waits = map[string]struct {
	await func(w *sim.Uint32, until uint32, tries int, pauses uint32) int
	swap  func(w *sim.Uint32, until, new uint32, tries int, pauses uint32) bool
}{
	"machine": {(*sim.Uint32).Await, (*sim.Uint32).AwaitSwap},
	"loop":    {awaitByLoop, swapByLoop},
}

func awaitByLoop(w *sim.Uint32, until uint32, tries int, pauses uint32) (left int) {
	for left = tries; left > 0; left-- {
		if w.Load() == until {
			return left
		}
		sim.Pause(pauses)
	}
	return 0
}

func swapByLoop(w *sim.Uint32, until, new uint32, tries int, pauses uint32) bool {
	for range tries {
		if w.Load() == until && w.CompareAndSwap(until, new) {
			return true
		}
		sim.Pause(pauses)
	}
	return false
}

// waitingProgram is threads that wait for a few words, and change them, at random.
func waitingProgram(t *testing.T, how string, cpus int, seed uint64) (log [8][]string) {
	way := waits[how]
	cfg := machine(t, "mesh128", cpus)
	cfg.Costs.Slice = 2000 // so that threads that wait are preempted, if they outnumber the CPUs
	cfg.Costs.RunAhead = 0 // so that the loop's hits are made in their turn
	cfg.Seed = seed
	var words [2]sim.Uint32
	tell := func(id int, what any) {
		log[id] = append(log[id], fmt.Sprintf("%d ns: %v", sim.Nanotime(), what))
	}
	run(t, cfg, func() {
		for id := range log {
			sim.Go(func() {
				rnd := rand.New(rand.NewPCG(seed, uint64(id)))
				for range 20 {
					w := &words[rnd.IntN(len(words))]
					value, pauses := rnd.Uint32N(3), 1+rnd.Uint32N(8)
					sim.Work(rnd.Int64N(300))
					switch rnd.IntN(4) {
					case 0:
						w.Store(value)
					case 1:
						tell(id, way.await(w, value, rnd.IntN(60), pauses))
					default:
						tell(id, way.swap(w, value, rnd.Uint32N(3), rnd.IntN(60), pauses))
					}
				}
			})
		}
	})
	return log
}

func TestToWaitForALineIsTheLoopThatItStandsFor(t *testing.T) {
	for _, cpus := range []int{8, 16, 70} {
		for seed := range uint64(30) {
			loop := waitingProgram(t, "loop", cpus, seed)
			require.Equal(t, loop, waitingProgram(t, "machine", cpus, seed),
				"%d CPUs, seed %d", cpus, seed)
		}
	}
}

// A thread that waits for a line gives way to threads that wait for its CPU. The loop does that
// at another look, so the two need not agree to the digit.
func TestToWaitForALineIsPreempted(t *testing.T) {
	for _, cpus := range []int{1, 3} {
		for seed := range uint64(30) {
			log := waitingProgram(t, "machine", cpus, seed)
			require.Equal(t, log, waitingProgram(t, "machine", cpus, seed))
			for id, lines := range log {
				require.NotEmpty(t, lines, "thread %d", id)
			}
		}
	}
}

func TestWaitingWhereNoMachineRuns(t *testing.T) {
	var w sim.Uint32
	require.Equal(t, 5, w.Await(0, 5, 1))
	require.Zero(t, w.Await(1, 5, 1))
	require.False(t, w.AwaitSwap(1, 2, 5, 1))
	require.False(t, w.AwaitSwap(0, 2, 0, 1))
	require.True(t, w.AwaitSwap(0, 2, 5, 1))
	require.EqualValues(t, 2, w.Load())
}
