package explore

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/engine"
)

// resumed explores program k executions at a time until nothing is left.
func resumed(t *testing.T, program func(), file string, k, workers, shard, shards int) Result {
	for range 2000 {
		cfg := defaults()
		cfg.KeepGoing, cfg.Executions, cfg.workers, cfg.resume = true, uint64(k), workers, file
		cfg.Shard, cfg.Shards = shard, shards
		x, err := newExploration(cfg, program, "x")
		require.NoError(t, err)
		r, err := x.run()
		require.NoError(t, err)
		if x.finished() {
			return r
		}
	}
	t.Fatal("no end")
	return Result{}
}

func waitsByPause() {
	var x, y Int32
	Go(func() {
		for x.Load() == 0 {
			Pause()
		}
		y.Store(1)
	})
	Go(func() { y.Load(); x.Store(1); y.Load() })
}

// choosesAmongStores is interrupted below a Choose, beside a race that goes past it.
func choosesAmongStores() {
	var x, y Int32
	Go(func() { x.Store(2) })
	Go(func() { y.Load(); Choose(3); y.Store(1) })
	Go(func() { x.Store(2) })
}

// wakesOneOfTwo is interrupted within a step: to wake a futex chooses one of those that wait.
func wakesOneOfTwo() {
	var f Uint32
	for range 2 {
		Go(func() { f.Wait(0, 5) })
	}
	Go(func() { f.Wake(1) })
}

func TestResumedEqualsUninterrupted(t *testing.T) {
	programs := append(slices.Clone(parallelPrograms[:1]), parallelPrograms[2:]...)
	for name, p := range map[string]func(){
		"pause": waitsByPause, "choice among stores": choosesAmongStores,
		"choice within a step": wakesOneOfTwo,
	} {
		one := allOf(p)
		programs = append(programs, parallelProgram{name, p, one.Complete, one.Stuck})
	}
	for _, p := range programs {
		for _, k := range []int{1, 3, 4, 50} {
			for _, workers := range []int{1, 3} {
				name := fmt.Sprintf("%s/executions=%d/workers=%d", p.name, k, workers)
				t.Run(name, func(t *testing.T) {
					if k == 1 && p.complete > 300 {
						t.Skip("takes long")
					}
					r := resumed(t, p.program, filepath.Join(t.TempDir(), "f"), k, workers, 0, 1)
					require.Equal(t, []uint64{p.complete, p.stuck, 0},
						[]uint64{r.Complete, r.Stuck, r.Cut})
				})
			}
		}
	}
}

// What is written on the way is what a process that is killed then leaves.
func TestAnExplorationThatRestsLosesNothing(t *testing.T) {
	for _, workers := range []int{1, 3} {
		file := filepath.Join(t.TempDir(), "f")
		cfg := defaults()
		cfg.KeepGoing, cfg.workers, cfg.resume = true, workers, file
		var x *exploration
		var mu sync.Mutex
		var killed *stateFile
		look := func() { // before an execution: until something is written, let others do it
			mu.Lock()
			defer mu.Unlock()
			for i := 0; killed == nil && i < 1000 && !x.ctl.Rest.Load(); i++ {
				runtime.Gosched()
			}
			if killed != nil {
				return
			}
			if f, err := readState(file); err == nil && f.Explorations["x"] != nil {
				killed = f
			}
		}
		x, err := newExploration(cfg, func() { look(); steps(2, 8)() }, "x")
		require.NoError(t, err)
		x.saveEvery = time.Millisecond
		r, err := x.run()
		require.NoError(t, err)
		require.Equal(t, []uint64{12870, 0, 0}, []uint64{r.Complete, r.Stuck, r.Cut})
		require.Equal(t, r.Complete*16, r.Steps)
		s := killed.Explorations["x"]
		require.NotNil(t, s, "nothing was written on the way")
		require.False(t, s.Finished)
		require.NoError(t, writeState(file, "x", s))
		rest := resumed(t, steps(2, 8), file, 1_000_000, workers, 0, 1)
		require.Equal(t, []uint64{12870, 0, 0}, []uint64{rest.Complete, rest.Stuck, rest.Cut})
	}
}

func TestARestBeforeTheFirstExecutionLosesNothing(t *testing.T) {
	for _, workers := range []int{1, 3} {
		cfg := defaults()
		cfg.workers, cfg.resume = workers, filepath.Join(t.TempDir(), "f")
		x, err := newExploration(cfg, storeBuffering, "x")
		require.NoError(t, err)
		x.ctl.Rest.Store(true)
		r, err := x.run()
		require.NoError(t, err)
		require.Equal(t, Verified, r.Verdict, "%v", &r)
		require.EqualValues(t, 3, r.Complete)
	}
}

func TestShardsThatAreResumedMergeToTheWhole(t *testing.T) {
	for _, p := range parallelPrograms[2:] {
		t.Run(p.name, func(t *testing.T) {
			var files []string
			for i := range 3 {
				files = append(files, filepath.Join(t.TempDir(), "f"))
				resumed(t, p.program, files[i], 40, 1+i%2, i, 3)
			}
			sums, err := Merge(files...)
			r := sums["x"]
			require.Equal(t, []uint64{p.complete, p.stuck}, []uint64{r.Complete, r.Stuck})
			require.Equal(t, p.stuck == 0, err == nil, "%v", err)
			_, err = Merge(files[:2]...)
			require.ErrorContains(t, err, "1 shard of 3 missing: 3")
		})
	}
}

// Threads have other ids there when another worker has seen them first.
func TestShardsOfWorkersKnowTheirProgram(t *testing.T) {
	program := func() {
		var x Int32
		for i := range int32(3) {
			Go(func() {
				x.Add(1)
				Go(func() { x.Add(i) })
			})
		}
	}
	firsts := map[uint64]bool{}
	for order := range 3 {
		e := newEngine(defaults(), program, nil)
		e.Control = newControl(defaults())
		for k := range int32(3) { // as if met in another order
			e.Names.Of(engine.Birth{Parent: 0, N: (k + int32(order)) % 3})
		}
		first, v := rehearse(e, 0)
		require.Nil(t, v)
		firsts[first] = true
		e.Close()
		e.Control.Close()
	}
	require.Len(t, firsts, 1)
}

func TestAFileThatCannotBeResumedIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	again := func(edit func(*config), program func()) (Result, error) {
		cfg := defaults()
		cfg.resume, cfg.Executions = file, 5
		edit(cfg)
		x, err := newExploration(cfg, program, "x")
		if err != nil {
			return Result{}, err
		}
		return x.run()
	}
	same := func(*config) {}
	_, err := again(same, lastZero(4).started())
	require.NoError(t, err)
	good, err := os.ReadFile(file)
	require.NoError(t, err)

	_, err = again(func(c *config) { c.Steps = 7 }, lastZero(4).started())
	require.ErrorContains(t, err, "was written with Steps 10000, and now it is 7")
	_, err = again(func(c *config) { c.Shards = 2 }, lastZero(4).started())
	require.ErrorContains(t, err, "number of shards")
	_, err = again(
		func(c *config) { c.resume = filepath.Join(file, "in", "a", "file") },
		lastZero(4).started())
	require.ErrorContains(t, err, "cannot be written")

	for from, to := range map[string]string{
		`"version":3`: `"version":9`,
		`{"version"`:  `garbage`,
		`"Shard":1`:   `"Shard":4`,
		`"Node":1`:    `"Node":99`,
		`"Thread":1`:  `"Thread":77`,
	} {
		bad := strings.Replace(string(good), from, to, 1)
		require.NoError(t, os.WriteFile(file, []byte(bad), 0o666))
		_, err = again(same, lastZero(4).started())
		require.ErrorContains(t, err, file, "%s", from)
	}

	// The same program, perhaps, in another binary.
	rebuilt := strings.Replace(string(good), binaryHash(), "0123", 1)
	require.NoError(t, os.WriteFile(file, []byte(rebuilt), 0o666))
	_, err = again(same, lastZero(4).started())
	require.ErrorContains(t, err, "was written by another binary")
	other := filepath.Join(t.TempDir(), "other")
	require.NoError(t, os.WriteFile(other, good, 0o666))
	_, err = Merge(file, other)
	require.ErrorContains(t, err, "was written by another binary than the file before")

	// Another program, as its first execution tells, or only later ones.
	for _, first := range []bool{true, false} {
		var f stateFile
		require.NoError(t, json.Unmarshal(good, &f))
		if !first {
			f.Explorations["x"].First = 0
		}
		text, err := json.Marshal(&f)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, text, 0o666))
		r, err := again(same, sections(2, 1).started())
		require.NoError(t, err)
		require.Equal(t, Violated, r.Verdict)
		require.Equal(t, Nondeterminism, r.Violation.Property)
		require.Contains(t, r.Violation.Message, "the program has changed since "+file)
	}
}
