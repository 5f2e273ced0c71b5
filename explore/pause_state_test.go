package explore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Threads that look for the same as in a loop, but are not in that loop yet, or not in the state
// in which they stay there. What they do until then must be explored.
var statesBeforeALoop = []attack{
	{"looks in a row", afterLooks(func(f *Uint32) (a, b uint32) {
		a = f.Load()
		Pause()
		b = f.Load()
		Pause()
		return a, b
	}), Assertion},
	{"looks in functions of their own", afterLooks(func(f *Uint32) (a, b uint32) {
		return lookAndPause(f), lookAndPause(f)
	}), Assertion},
	{"looks with a Pause by another function", afterLooks(func(f *Uint32) (a, b uint32) {
		a = f.Load()
		pauseElsewhere()
		b = f.Load()
		pauseElsewhere()
		return a, b
	}), Assertion},
	{"looks in a loop that ends", afterLooks(func(f *Uint32) (a, b uint32) {
		for i := range 2 {
			a, b = b, f.Load()
			if i < 2 {
				Pause()
			}
		}
		return a, b
	}), Assertion},
	{"the first two rounds are known, by what comes after Pause", func() {
		var f Uint32
		Go(func() { f.Store(1) })
		i := 0
		for f.Load() == 0 {
			Pause()
			if i < 2 {
				i++
			}
		}
		Assert(i != 1, "one round")
	}, Assertion},
	{"the first round is known, by what comes before Pause", func() {
		var f Uint32
		Go(func() { f.Store(1) })
		first, again := true, false
		for ; f.Load() == 0; again = true {
			if again {
				first = false
			}
			Pause()
		}
		Assert(!first || !again, "one round")
	}, Assertion},
	{"counts to 10 and then spins, 5 is wrong", func() {
		var f Uint32
		Go(func() { f.Store(1) })
		i := 0
		for ; f.Load() == 0; i = min(i+1, 10) {
			Pause()
		}
		Assert(i != 5, "i is %d", i)
	}, Assertion},
	{"only a function that pauses knows the first round", func() {
		var f Uint32
		var rounds [2]bool
		Go(func() { f.Store(1) })
		for arg := 0; !lookWith(&f, arg, &rounds); {
			arg = 1
		}
		Assert(!rounds[0] || rounds[1], "one round")
	}, Assertion},
	{"a function that pauses does not use all of its frame", func() {
		var f Uint32
		Go(func() { f.Store(1) })
		for f.Load() == 0 {
			pauseInALargeFrame(0)
		}
	}, ""},
	{"a function that pauses does not use all of its frame, in vain", func() {
		var f Uint32
		for f.Load() == 0 {
			pauseInALargeFrame(0)
		}
	}, Livelock},
	{"deep recursion in each round", func() {
		var f Uint32
		Go(func() { f.Store(1) })
		for f.Load() == 0 {
			recurse(100)
			Pause()
		}
	}, ""},
}

// afterLooks is right only if a thread that looks in vain twice before its loop does not meet
// the change in between.
func afterLooks(looks func(f *Uint32) (a, b uint32)) func() {
	return func() {
		var f Uint32
		Go(func() { f.Store(1) })
		a, b := looks(&f)
		for f.Load() == 0 {
			Pause()
		}
		Assert(a == b, "in vain once")
	}
}

//go:noinline
func lookAndPause(f *Uint32) uint32 {
	v := f.Load()
	Pause()
	return v
}

//go:noinline
func pauseElsewhere() { Pause() }

//go:noinline
func lookWith(f *Uint32, arg int, rounds *[2]bool) bool {
	if f.Load() == 1 {
		return true
	}
	Pause()
	rounds[arg] = true
	return false
}

//go:noinline
func pauseInALargeFrame(large int) int {
	if large > 0 {
		var a [100]int
		for i := range a {
			a[i] = large
		}
		large = a[large]
	}
	Pause()
	return large
}

//go:noinline
func recurse(n int) int {
	var a [50]int
	if n == 0 {
		return len(a)
	}
	a[n%50] = recurse(n - 1)
	return a[n%40]
}

func TestWhatComesBeforeALoopIsExplored(t *testing.T) {
	for _, a := range statesBeforeALoop {
		for _, s := range []string{"exhaustive", "naive", "bounded"} {
			t.Run(a.name+"/"+s, func(t *testing.T) {
				r, err := Run(a.program, Strategy(s))
				require.NoError(t, err)
				requireWord(t, a.want, r)
			})
		}
	}
}

// Whether a thread waits must not depend on executions before: with these rounds, which meet
// each other's changes in many ways, a strategy that repeats a beginning would notice.
func TestWhetherAThreadWaitsIsRepeated(t *testing.T) {
	p := loopProg{{
		{lAdd, 0, 1, 0}, {lIs, 0, 2, 6}, {lLoad, 1, 0, 0}, {lAdd, 0, -1, 0}, {lPause, 0, 0, 0},
		{lJump, 0, 0, 0}, {lLoad, 0, 0, 0}, {lNoteR, 0, 0, 0}, {lSwap, 0, 2, 0},
		{lBit, 0, 0, 18}, {lLock, 0, 0, 0}, {lLoad, 1, 0, 0}, {lUnlock, 0, 0, 0},
		{lIs, 0, 0, 18}, {lSwap, 0, 0, 0}, {lIs, 0, 1, 18}, {lPause, 0, 0, 0}, {lJump, 0, 0, 8},
	}, {
		{lAdd, 1, 2, 0}, {lAdd, 1, -2, 0}, {lAdd, 0, 1, 0}, {lIs, 0, 1, 9}, {lLoad, 0, 0, 0},
		{lIs, 0, 0, 9}, {lAdd, 0, -1, 0}, {lPause, 0, 0, 0}, {lJump, 0, 0, 0},
		{lLoad, 0, 0, 0}, {lNoteR, 0, 0, 0},
	}}
	r, err := Run(loopRun(p, func(loopEnd) {}), Strategy("bounded"), Preemptions(40), KeepGoing(),
		Executions(20_000), Steps(300))
	require.NoError(t, err)
	require.Equal(t, r.Stuck, r.Violations, "%v", r)
}
