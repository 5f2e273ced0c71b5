package sim_test

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/sim"
)

// sleepForEver is a name that a report of a thread must have.
func sleepForEver(w *sim.Uint32) { w.Wait(0, -1) }

func TestThreadsThatAllSleepAreReported(t *testing.T) {
	var a, b sim.Uint32
	_, err := sim.Run(machine(t, "server64", 4), func() {
		sim.Go(func() { sleepForEver(&b) })
		sleepForEver(&a)
	})
	var stuck *sim.Stuck
	require.ErrorAs(t, err, &stuck)
	require.Equal(t, sim.AllSleep, stuck.Why)
	require.Len(t, stuck.Threads, 2)
	for i, th := range stuck.Threads {
		require.Equal(t, i, th.ID)
		require.Equal(t, "sleeps", th.Does)
		require.Contains(t, th.Stack, "sim_test.sleepForEver:")
	}
	require.ErrorContains(t, err, "all 2 threads sleep, and nothing will wake one")
}

// spinForEver is such a name, too.
func spinForEver(w *sim.Uint32) {
	for w.Load() == 0 {
		sim.Pause(1)
	}
}

func TestALivelockEndsAtTheLimit(t *testing.T) {
	for _, cpus := range []int{1, 2, 4} {
		cfg := machine(t, "server64", cpus)
		cfg.Limit = 50 * time.Millisecond
		var w, never sim.Uint32
		_, err := sim.Run(cfg, func() {
			sim.Go(func() { spinForEver(&w) })
			sim.Go(func() { never.Await(1, 1<<30, 1000) })
			sim.Go(func() { never.Wait(0, 1e12) })
			sim.Go(func() { never.Wait(0, -1) })
			spinForEver(&w)
		})
		var stuck *sim.Stuck
		require.ErrorAs(t, err, &stuck)
		require.Equal(t, sim.TimeIsUp, stuck.Why)
		require.EqualValues(t, cfg.Limit, stuck.Ns)
		require.Len(t, stuck.Threads, 5)
		does := map[string]int{}
		for _, th := range stuck.Threads {
			does[th.Does]++
		}
		require.Equal(t, 1, does["sleeps"], err)
		require.Equal(t, 1, does["sleeps with a limit"], err)
		require.Equal(t, 3, does["runs"]+does["waits for a line"]+does["waits for a CPU"], err)
		require.Equal(t, min(cpus, 3), does["runs"]+does["waits for a line"], err)
		require.Contains(t, stuck.Threads[0].Stack, "sim_test.spinForEver:")
	}
}

// A thread that has not begun is not begun to be asked where it is, though another one has used
// its coroutine.
func TestAThreadThatHasNotBegunIsReported(t *testing.T) {
	cfg := machine(t, "server64", 1)
	cfg.Limit = time.Millisecond
	ran := false
	_, err := sim.Run(cfg, func() {
		var first group
		first.start(func() {})
		first.wait()
		sim.Go(func() { ran = true })
		var w sim.Uint32
		spinForEver(&w)
	})
	require.ErrorContains(t, err, "thread 2 waits for a CPU: it has not begun")
	require.False(t, ran)
}

// Many CPUs that spin get through little virtual time.
func TestALivelockEndsAfterManyTurns(t *testing.T) {
	cfg := machine(t, "mesh128", 32)
	cfg.MaxTurns = 1_000_000
	var w sim.Uint32
	_, err := sim.Run(cfg, func() {
		for range 31 {
			sim.Go(func() { spinForEver(&w) })
		}
		spinForEver(&w)
	})
	var stuck *sim.Stuck
	require.ErrorAs(t, err, &stuck)
	require.Equal(t, sim.TurnsAreUp, stuck.Why)
	require.EqualValues(t, cfg.MaxTurns, stuck.Turns)
	require.Less(t, stuck.Ns, int64(100_000_000))
	require.Len(t, stuck.Threads, 32)
	require.ErrorContains(t, err, "has not ended after 1000000 turns of its CPUs, the limit, in ")
}

// A computation that is longer than all limits ends there, too.
func TestWorkEndsAtTheLimit(t *testing.T) {
	cfg := machine(t, "server64", 1)
	cfg.Limit = time.Millisecond
	_, err := sim.Run(cfg, func() { sim.Work(1 << 62) })
	require.ErrorContains(t, err, "the program has not ended after 1ms of virtual time")
}

func TestARealWaitIsReported(t *testing.T) {
	cfg := machine(t, "server64", 2)
	cfg.Patience = 200 * time.Millisecond
	over := make(chan struct{})
	var w sim.Uint32
	_, err := sim.Run(cfg, func() {
		sim.Go(func() { <-over })
		w.Wait(0, -1)
	})
	var blocked *sim.Blocked
	require.ErrorAs(t, err, &blocked)
	require.ErrorContains(t, err, "no thread of the machine has done an operation for 200ms")
	require.ErrorContains(t, err, "TestARealWaitIsReported")
	close(over) // its thread goes on, of a machine that was given up; the next one does not mind
	var x sim.Uint32
	require.EqualValues(t, 1, run(t, machine(t, "server64", 2), func() { x.Store(1) }).Threads)
}

func TestAPanicOfAThreadIsTheError(t *testing.T) {
	bang := errors.New("bang")
	var w sim.Uint32
	_, err := sim.Run(machine(t, "server64", 2), func() {
		sim.Go(func() { panic(bang) })
		w.Wait(0, -1)
	})
	require.ErrorIs(t, err, bang)
	require.ErrorContains(t, err, "sim: a thread panicked: bang")
	require.ErrorContains(t, err, "TestAPanicOfAThreadIsTheError")
}

func TestGoexitOfAThreadIsThatOfRun(t *testing.T) {
	returned, deferred := false, false
	done := make(chan struct{})
	cfg := machine(t, "server64", 2)
	go func() {
		defer close(done)
		_, _ = sim.Run(cfg, func() {
			defer func() { deferred = true }()
			runtime.Goexit()
		})
		returned = true
	}()
	<-done
	require.False(t, returned)
	require.True(t, deferred)
	run(t, cfg, func() {})
}

func TestAStrangerIsNoticed(t *testing.T) {
	var w sim.Uint32
	said := make(chan any)
	cfg := machine(t, "server64", 2)
	run(t, cfg, func() {
		go func() {
			defer func() { said <- recover() }()
			w.Wait(0, -1)
		}()
		require.Contains(t, <-said, "a goroutine that is no thread of the machine")
	})
}

func TestCallsThatNeedAMachineSaySo(t *testing.T) {
	var w sim.Uint32
	var s sim.Stack
	for name, call := range map[string]func(){
		"Go":            func() { sim.Go(func() {}) },
		"Uint32.Wait":   func() { w.Wait(0, -1) },
		"Uint32.Wake":   func() { w.Wake() },
		"Stack.Init":    func() { s.Init(func() {}) },
		"Stack.Switch":  func() { s.Switch(&s) },
		"Stack.Destroy": func() { s.Destroy() },
	} {
		require.PanicsWithValue(t,
			"sim: "+name+": no machine runs: call it from a thread of one, inside Run", call)
	}
}
