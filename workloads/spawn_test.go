package workloads

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/rt"
)

// reuser is a scheduler that allocates nothing: main runs where Run is called, all others one after
// the other on a goroutine beside it.
type reuser struct {
	rt.Scheduler
	g     *rt.G
	queue chan func(*rt.G)
}

func newReuser() *reuser {
	r := &reuser{queue: make(chan func(*rt.G), 1000)}
	r.g = rt.NewNativeG(r.spawner())
	go func() {
		for fn := range r.queue {
			fn(r.g)
		}
	}()
	return r
}

func (r *reuser) Run(main func(*rt.G)) error {
	main(r.g)
	return nil
}

type spawner chan<- func(*rt.G)

func (s spawner) Go(fn func(*rt.G)) { s <- fn }

func (s spawner) Call(fn func(*rt.G)) { s.Go(fn) }

func (s spawner) Sleep(int64) {}

func (s spawner) SetProcs(int) (int, error) { return 0, nil }

func (r *reuser) spawner() rt.Native { return spawner(r.queue) }

func TestWarmSpawnWorkloadsAllocateNothing(t *testing.T) {
	for _, w := range []Workload{spawnManyLocal, chainedSpawn, createSingle} {
		t.Run(w.Name, func(t *testing.T) {
			in, err := w.Prepare(Params{Procs: 1})
			require.NoError(t, err)
			s := newReuser()
			defer close(s.queue)
			allocs := testing.AllocsPerRun(3, func() { require.NoError(t, in.Run(s)) })
			require.Less(t, allocs, 0.01*float64(in.Ops))
		})
	}
}

func TestWorkloadsThatScaleWithProcsRefuseProcsOutOfRange(t *testing.T) {
	for _, w := range []Workload{createSingle, spawnManyRemote} {
		for _, procs := range []int{-1, 0, rt.MaxProcs + 1} {
			_, err := w.Prepare(Params{Procs: procs})
			require.ErrorContains(t, err, "Procs", w.Name)
		}
	}
}

// Every P gets a G, also in a design that cannot start the others while the first one spins.
func TestWarmupRunsAGForEachP(t *testing.T) {
	const procs = 2
	for _, design := range []string{"native", "gpm", "gpm-nosteal"} {
		t.Run(design, func(t *testing.T) {
			s, err := all.New(design, rt.Config{Procs: procs})
			require.NoError(t, err)
			warm := newWarmup(procs)
			for range 3 {
				require.NoError(t, s.Run(warm.run))
				require.EqualValues(t, procs, warm.arrived.Load())
			}
			require.NoError(t, s.Close())
		})
	}
}
