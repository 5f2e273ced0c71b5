//go:build !model && !sim

package host

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// requireNear allows for two clocks that were not read at the same moment, and for a rate that
// is known to some 50 ns in the age of the process. A percent of the age is generous.
func requireNear(t *testing.T, want, got, apart int64) {
	t.Helper()
	slack := float64(apart + Nanotime()/100)
	require.InDelta(t, want, got, slack)
}

func TestTicksRunWithNanotime(t *testing.T) {
	for range 100 {
		before := Nanotime()
		ticks, ordered := Ticks(), OrderedTicks()
		apart := Nanotime() - before
		requireNear(t, before, TicksAt(ticks), apart)
		requireNear(t, before, TicksAt(ordered), apart)
		requireNear(t, before-ticksBegan.ns, TicksToNs(ticksBegan.ticks, ticks), apart)
		requireNear(t, ticksBegan.ns, TicksAt(ticksBegan.ticks), 0)
		spinFor(10_000)
	}
}

func TestTicksToNsHasASign(t *testing.T) {
	a := Ticks()
	spinFor(50_000)
	b := Ticks()
	require.Zero(t, TicksToNs(a, a))
	require.GreaterOrEqual(t, TicksToNs(a, b), int64(49_000))
	require.Equal(t, -TicksToNs(a, b), TicksToNs(b, a))
	require.Less(t, TicksAt(a), TicksAt(b))
	require.InDelta(t, TicksToNs(a, b), TicksAt(b)-TicksAt(a), 2, "one scale, rounded twice")
}

func TestTicksDoNotStandStill(t *testing.T) {
	begin := Ticks()
	await(t, "the next tick", func() bool { return Ticks() != begin })
}

// onlySteady skips where ticks are Nanotime's, which need no scale.
func onlySteady(t *testing.T) {
	t.Helper()
	if !ticksSteady {
		t.Skip("ticks are nanoseconds here")
	}
}

func TestTicksAreNanosecondsWhereTheCPUHasNoCounter(t *testing.T) {
	defer func(steady bool) { ticksSteady = steady }(ticksSteady)
	ticksSteady = false
	before := Nanotime()
	ticks := Ticks()
	require.GreaterOrEqual(t, int64(ticks), before)
	require.LessOrEqual(t, int64(ticks), Nanotime())
	require.LessOrEqual(t, ticks, OrderedTicks())
	require.LessOrEqual(t, int64(OrderedTicks()), Nanotime())
	require.Equal(t, int64(ticks), TicksAt(ticks))
	require.EqualValues(t, 123, TicksToNs(ticks, ticks+123))
}

// The rate is measured again when a tick is converted that is twice as far from the start as
// the last calibration, and not before.
func TestTicksAreCalibratedAnewWhenTheProcessIsTwiceAsOld(t *testing.T) {
	onlySteady(t)
	s := calibrateTicks()
	age := s.at.ticks - ticksBegan.ticks
	for _, c := range []struct {
		name  string
		ticks uint64
		same  bool
	}{
		{"the start", ticksBegan.ticks, true}, {"before the start", ticksBegan.ticks - 1, true},
		{"the calibration", s.at.ticks, true}, {"less than twice", s.at.ticks + age, true},
		{"more than twice", s.at.ticks + age + 1, false},
	} {
		lastScale.Store(s)
		TicksAt(c.ticks)
		require.Equal(t, c.same, lastScale.Load() == s, c.name)
		lastScale.Store(s)
		TicksToNs(s.at.ticks, c.ticks)
		require.Equal(t, c.same, lastScale.Load() == s, c.name)
	}
	lastScale.Store(nil)
	require.Positive(t, TicksToNs(0, age))
}

func TestTicksAreConvertedByManyThreads(t *testing.T) {
	onlySteady(t)
	threads(4, func(int) {
		for range 200 {
			lastScale.Store(nil)
			at, now := TicksAt(Ticks()), Nanotime()
			if at > now+now/100 {
				panic("a tick of the past lies in the future")
			}
		}
	})
}

// A word that is passed on carries the order with it: see 'The order of ticks'. The test also
// fails if the CPUs' counters do not agree; Linux would not use those as a clock.
func TestOrderedTicksFollowWhatWasSeen(t *testing.T) {
	onlySteady(t)
	var turn, back Uint32
	last := uint64(0) // plain: turn orders it
	threads(2, func(i int) {
		for range 500 {
			for turn.Load() != uint32(i) {
				Pause(1)
			}
			now := OrderedTicks()
			if now < last {
				back.Add(1)
			}
			last = now
			turn.Store(uint32(1 - i))
		}
	})
	require.Zero(t, back.Load())
}

func BenchmarkTicks(b *testing.B) {
	b.Run("op=read", func(b *testing.B) {
		for b.Loop() {
			Ticks()
		}
	})
	b.Run("op=ordered", func(b *testing.B) {
		for b.Loop() {
			OrderedTicks()
		}
	})
	b.Run("op=convert", func(b *testing.B) {
		t := Ticks()
		for b.Loop() {
			TicksToNs(t, t+1000)
		}
	})
	b.Run("op=Nanotime", func(b *testing.B) {
		for b.Loop() {
			Nanotime()
		}
	})
}
