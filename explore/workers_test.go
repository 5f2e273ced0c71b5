package explore

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
)

// These tests prove that workers, and shards, together explore what one worker does.

// together explores program with several engines that share one tree, and adds up what each
// of them found.
func together(program func(), workers int) (sum Result) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	tr, names := dpor.NewTree(workers), &engine.ThreadIDs{}
	for range workers {
		wg.Go(func() {
			cfg := defaults()
			cfg.KeepGoing = true
			e := newEngine(cfg, program, dpor.New(tr, nil))
			e.Names = names
			defer e.Close()
			r := explore(e, nil)
			mu.Lock()
			defer mu.Unlock()
			sum.Complete += r.Complete
			sum.Stuck += r.Stuck
			sum.Cut += r.Cut
		})
	}
	wg.Wait()
	return sum
}

// parallelProgram is a program with its number of executions.
type parallelProgram struct {
	name            string
	program         func()
	complete, stuck uint64
}

// parallelPrograms are large enough to be shared. The counts are those of one worker.
var parallelPrograms = []parallelProgram{
	{"lastzero(7)", lastZero(7).started(), 320, 0},
	{"lastzero(10)", lastZero(10).started(), 3328, 0},
	{"mutex(3,2)", sections(3, 2).started(), 90, 0},
	{"philosophers(4)", philosophers(4).started(), 14, 1},
	{"Chase-Lev, 2 thieves", chaseLev(2).started(), 332, 0},
	{"choices", choices, 3 * 3 * 3 * 6, 0},
}

// choices: each of three threads chooses one of three numbers and stores it. The order of
// the stores makes 6 traces of each choice.
func choices() {
	var x Int32
	for range 3 {
		Go(func() { x.Store(int32(Choose(3))) })
	}
}

func repetitions() int {
	if raceDetector {
		return 1
	}
	return 5
}

func TestWorkersTogetherExploreWhatOneDoes(t *testing.T) {
	for _, p := range parallelPrograms {
		if raceDetector && p.complete > 1000 {
			continue // it takes long, and is shared in no other way
		}
		for _, workers := range []int{1, 2, 3, 8} {
			t.Run(fmt.Sprintf("%s/workers=%d", p.name, workers), func(t *testing.T) {
				for range repetitions() {
					r := together(p.program, workers)
					require.Equal(t, []uint64{p.complete, p.stuck}, []uint64{r.Complete, r.Stuck},
						"complete, stuck")
					require.Zero(t, r.Cut, "cut")
				}
			})
		}
	}
}

// ownDepth lets shards choose their depth themselves.
const ownDepth = -1

func depths() []int {
	if raceDetector {
		return []int{1, ownDepth} // the others add nothing: a shard works alone
	}
	return []int{0, 1, 4, 100, ownDepth}
}

// TestShardsTogetherAreTheWhole checks that every execution is in exactly one shard.
func TestShardsTogetherAreTheWhole(t *testing.T) {
	for _, p := range parallelPrograms {
		if p.name == "lastzero(10)" {
			continue // sleep sets alone leave too much of it
		}
		for _, shards := range []int{1, 3} {
			for _, depth := range depths() {
				name := fmt.Sprintf("%s/shards=%d/depth=%d", p.name, shards, depth)
				t.Run(name, func(t *testing.T) {
					sum := allShards(p.program, shards, depth)
					t.Logf("%d cut", sum.Cut)
					require.Equal(t, []uint64{p.complete, p.stuck},
						[]uint64{sum.Complete, sum.Stuck}, "complete, stuck; %d cut", sum.Cut)
				})
			}
		}
	}
}

// allShards explores each shard of program by itself, and adds up what they found.
func allShards(program func(), shards, depth int) (sum Result) {
	for i := range shards {
		cfg := defaults()
		cfg.KeepGoing = true
		cfg.Shard, cfg.Shards = i, shards
		split := dpor.NewSplitter(i, shards)
		if depth != ownDepth {
			split.Fix(depth)
		}
		e := newEngine(cfg, program, dpor.New(nil, split))
		r := explore(e, nil)
		e.Close()
		sum.add(&r)
	}
	return sum
}

// An execution that breaks a property belongs to one shard, also if the step that does so is
// the first one below the border: it is no event.
func TestAViolationBelongsToOneShard(t *testing.T) {
	program := func() {
		var n Note
		n.Wakeup()
		n.Signaled()
		n.Wakeup()
	}
	for shards := 2; shards < 8; shards++ {
		for depth := range 5 {
			sum := allShards(program, shards, depth)
			require.EqualValues(t, 1, sum.Violations, "%d shards, depth %d", shards, depth)
		}
	}
}

// families has threads that make threads, some only if they see a value. Not every worker
// meets all of them, or meets them in the same order.
func families() {
	var x, y Int32
	for range 2 {
		Go(func() {
			if x.Add(1) == 1 {
				Go(func() { y.Add(1); Go(func() { x.Load() }) })
			}
			Go(func() { y.Store(y.Load() + 1) })
		})
	}
}

func TestWorkersAgreeOnThreadsThatThreadsMake(t *testing.T) {
	one := allOf(families)
	t.Logf("%v", &one)
	for range 10 {
		r := together(families, 3)
		require.Equal(t, []uint64{one.Complete, one.Stuck, one.Cut},
			[]uint64{r.Complete, r.Stuck, r.Cut})
	}
}

func TestWorkersCountAllViolations(t *testing.T) {
	one, err := Run(addsByHand, KeepGoing())
	require.NoError(t, err)
	two, err := Run(addsByHand, KeepGoing(), Workers(2))
	require.NoError(t, err)
	require.Equal(t, []uint64{one.Complete, one.Violations}, []uint64{two.Complete, two.Violations})
}

func TestAViolationOrABudgetStopsAllWorkers(t *testing.T) {
	r, err := Run(lastZero(14).started(), Workers(3), Executions(100))
	require.NoError(t, err)
	require.Equal(t, Unknown, r.Verdict)
	require.LessOrEqual(t, r.Complete, uint64(100))
	r, err = Run(philosophers(4).started(), Workers(3))
	require.NoError(t, err)
	require.Equal(t, Deadlock, r.Violation.Property)
	require.EqualValues(t, 1, r.Violations)
}

func TestRunLeavesWhatCannotBeDividedToShardOne(t *testing.T) {
	withFlags(t, func() {
		r, err := Run(storeBuffering, Strategy("random"))
		require.NoError(t, err)
		require.Equal(t, Unknown, r.Verdict)
		require.Contains(t, r.Why, "shard 1 explores this")
		f, _ := watched(t, lockForGood, MustViolate(Deadlock))
		require.Empty(t, f.errors)
	}, "-explore.shard=2/2")
}

func BenchmarkWorkers(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			n := uint64(0)
			for b.Loop() {
				r, _ := Run(sections(5, 2).started(), Workers(workers))
				n += r.Complete
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "executions/s")
		})
	}
}
