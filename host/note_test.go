//go:build !model && !sim

package host

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func (n *Note) hasSleeper() bool { return n.word.Load() == noteSleeping }

func TestWakeupBeforeSleepIsNotLost(t *testing.T) {
	var n Note
	require.False(t, n.Wakeup(), "no thread sleeps: no system call")
	require.False(t, n.Sleep(), "signaled: no sleep")
	require.True(t, n.SleepFor(0))
	require.False(t, n.Sleep(), "it stays signaled until Clear")
}

func TestWakeupEndsASleep(t *testing.T) {
	for name, sleep := range map[string]func(*Note) bool{
		"Sleep":    (*Note).Sleep,
		"SleepFor": func(n *Note) bool { return n.SleepFor(math.MaxInt64) },
	} {
		t.Run(name, func(t *testing.T) {
			var n Note
			slept := make(chan bool)
			Go(func() { slept <- sleep(&n) })
			await(t, "the sleeper sleeps", n.hasSleeper)
			require.True(t, n.Wakeup())
			require.True(t, <-slept)
		})
	}
}

func TestSecondWakeupPanics(t *testing.T) {
	const message = "host: Note.Wakeup: the note was already signaled: two wakers own one sleeper"
	var n Note
	n.Wakeup()
	require.PanicsWithValue(t, message, func() { n.Wakeup() })
	n.Sleep()
	require.PanicsWithValue(t, message, func() { n.Wakeup() })
	n.Clear()
	require.False(t, n.Wakeup())
}

// A waker that is late for the last use of the note wakes in vain.
func TestStrayWakeDoesNotEndASleep(t *testing.T) {
	var n Note
	var signaled Bool
	early := make(chan bool)
	Go(func() {
		n.Sleep()
		early <- !signaled.Load()
	})
	await(t, "the sleeper sleeps", n.hasSleeper)
	for range 1_000 {
		futexWake(&n.word)
	}
	signaled.Store(true)
	n.Wakeup()
	require.False(t, <-early)
}

func TestSleepForTimesOut(t *testing.T) {
	for _, ns := range []int64{math.MinInt64, -1, 0, 1, 20_000} {
		var n Note
		start := Nanotime()
		require.False(t, n.SleepFor(ns))
		require.GreaterOrEqual(t, Nanotime()-start, ns)
		require.False(t, n.Wakeup(), "the sleeper has gone: no system call")
		require.True(t, n.SleepFor(ns))
	}
}

func TestGiveUpIsDecidedByTheWord(t *testing.T) {
	for _, c := range []struct {
		before, after uint32
		signaled      bool
	}{
		{noteClear, noteClear, false},
		{noteSleeping, noteClear, false},
		{noteSignaled, noteSignaled, true}, // Wakeup came first
	} {
		var n Note
		n.word.Store(c.before)
		require.Equal(t, c.signaled, n.giveUp())
		require.Equal(t, c.after, n.word.Load())
	}
}

// A Wakeup that comes while the sleeper gives up is seen by it or stays for the next use:
// every round ends with exactly one signal seen.
func TestSleepForRacesWithWakeup(t *testing.T) {
	const rounds = 2_000
	var there, back Note
	timeouts := 0
	threads(2, func(i int) {
		for round := range rounds {
			if i == 0 {
				Pause(uint32(round % 64))
				there.Wakeup()
				back.Sleep()
				back.Clear()
				continue
			}
			for !there.SleepFor(int64(round % 8 * 1_000)) {
				timeouts++
			}
			there.Clear()
			back.Wakeup()
		}
	})
	require.Positive(t, timeouts, "no round timed out: the test tested nothing")
}

func TestNotePingPongLosesNoWakeup(t *testing.T) {
	const rounds = 10_000
	var notes [2]Note
	turns := 0 // plain: the notes are all that orders its writes
	threads(2, func(i int) {
		for range rounds {
			if i == 1 {
				notes[1].Sleep()
				notes[1].Clear()
			}
			turns++
			notes[1-i].Wakeup()
			if i == 0 {
				notes[0].Sleep()
				notes[0].Clear()
			}
		}
	})
	require.Equal(t, 2*rounds, turns)
}
