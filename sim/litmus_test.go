package sim_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/sim"
)

// litmus is a test of the order of operations, and all outcomes that sequential consistency
// allows. An outcome is what the loads have read.
type litmus struct {
	name    string
	threads []func(m *[2]sim.Uint32, r []uint32) // r: two results for each thread
	reads   []int                                // the results that are the outcome
	allowed []string
}

const (
	x = iota
	y
)

func store(at int) func(*[2]sim.Uint32, []uint32) {
	return func(m *[2]sim.Uint32, _ []uint32) { m[at].Store(1) }
}

func loads(first, second int) func(*[2]sim.Uint32, []uint32) {
	return func(m *[2]sim.Uint32, r []uint32) { r[0] = m[first].Load(); r[1] = m[second].Load() }
}

var litmuses = []litmus{
	{
		name: "SB", // store buffering: not both read 0
		threads: []func(*[2]sim.Uint32, []uint32){
			func(m *[2]sim.Uint32, r []uint32) { m[x].Store(1); r[0] = m[y].Load() },
			func(m *[2]sim.Uint32, r []uint32) { m[y].Store(1); r[0] = m[x].Load() },
		},
		reads:   []int{0, 2},
		allowed: []string{"[0 1]", "[1 0]", "[1 1]"},
	},
	{
		name: "MP", // message passing: the flag, but not the message
		threads: []func(*[2]sim.Uint32, []uint32){
			func(m *[2]sim.Uint32, _ []uint32) { m[x].Store(1); m[y].Store(1) },
			loads(y, x),
		},
		reads:   []int{2, 3},
		allowed: []string{"[0 0]", "[0 1]", "[1 1]"},
	},
	{
		name: "LB", // load buffering: not both read what is stored after
		threads: []func(*[2]sim.Uint32, []uint32){
			func(m *[2]sim.Uint32, r []uint32) { r[0] = m[x].Load(); m[y].Store(1) },
			func(m *[2]sim.Uint32, r []uint32) { r[0] = m[y].Load(); m[x].Store(1) },
		},
		reads:   []int{0, 2},
		allowed: []string{"[0 0]", "[0 1]", "[1 0]"},
	},
	{
		name: "CoRR", // a value is not read after a newer one
		threads: []func(*[2]sim.Uint32, []uint32){
			store(x),
			loads(x, x),
		},
		reads:   []int{2, 3},
		allowed: []string{"[0 0]", "[0 1]", "[1 1]"},
	},
	{
		name: "IRIW", // the readers do not see the two writes in different orders: 1 0 1 0
		threads: []func(*[2]sim.Uint32, []uint32){
			store(x), store(y), loads(x, y), loads(y, x),
		},
		reads: []int{4, 5, 6, 7},
		allowed: []string{
			"[0 0 0 0]", "[0 0 0 1]", "[0 0 1 0]", "[0 0 1 1]",
			"[0 1 0 0]", "[0 1 0 1]", "[0 1 1 0]", "[0 1 1 1]",
			"[1 0 0 0]", "[1 0 0 1]", "[1 0 1 1]",
			"[1 1 0 0]", "[1 1 0 1]", "[1 1 1 0]", "[1 1 1 1]",
		},
	},
}

// Over many seeds each outcome that sequential consistency allows is met, and no other. The
// threads begin some ns apart, and before that they hold or share the lines, or not.
func TestOrderOfOperations(t *testing.T) {
	const runs = 4000
	for _, l := range litmuses {
		for _, name := range []string{"server64", "epyc2x64"} {
			met := map[string]int{}
			for seed := range uint64(runs) {
				cfg := machine(t, name, len(l.threads)+1)
				cfg.Seed = seed
				met[l.outcome(t, cfg)]++
			}
			for _, o := range l.allowed {
				require.Positive(t, met[o], "%s on %s: %s was not met: %v", l.name, name, o, met)
			}
			require.Len(t, met, len(l.allowed), "%s on %s: a forbidden outcome", l.name, name)
		}
	}
}

// outcome returns that of one run.
func (l *litmus) outcome(t *testing.T, cfg sim.Config) string {
	rnd := rand.New(rand.NewPCG(cfg.Seed, 1))
	var memory [2]sim.Uint32
	results := make([]uint32, 2*len(l.threads))
	run(t, cfg, func() {
		for i, thread := range l.threads {
			warm, wait := rnd.IntN(5), rnd.Int64N(250)
			sim.Go(func() {
				switch warm {
				case 0, 1:
					memory[warm].Load()
				case 2, 3:
					memory[warm-2].Add(0)
				}
				sim.Work(200_000 - sim.Nanotime() + wait)
				thread(&memory, results[2*i:])
			})
		}
	})
	var o []uint32
	for _, at := range l.reads {
		o = append(o, results[at])
	}
	return fmt.Sprint(o)
}
