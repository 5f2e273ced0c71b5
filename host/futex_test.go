//go:build !model && !sim

package host

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// These hold for futex(2) and for the portable futex.

func TestFutexSleepRefusesAChangedWord(t *testing.T) {
	var w Uint32
	w.Store(1)
	futexSleep(&w, 0, -1)
}

func TestFutexSleepEndsInTime(t *testing.T) {
	var w Uint32
	futexSleep(&w, 0, 0)
	futexSleep(&w, 0, 50_000)
}

func TestFutexWakeWithoutSleepers(t *testing.T) {
	var w Uint32
	futexWake(&w)
	require.Zero(t, w.Load())
}

// Every sleeper sleeps until it is woken, in whatever order, and sleepers on another word are
// left alone.
func TestFutexWakeReachesEverySleeper(t *testing.T) {
	const n = 5
	var words [2]Uint32
	var gone [2]Int32
	for i := range 2 {
		for range n {
			Go(func() {
				for words[i].Load() == 0 {
					futexSleep(&words[i], 0, -1)
				}
				gone[i].Add(1)
			})
		}
	}
	for i := range 2 {
		words[i].Store(1)
		await(t, "all are woken", func() bool {
			futexWake(&words[i])
			return gone[i].Load() == n
		})
		require.Zero(t, gone[1].Load()*int32(1-i), "woken with the word unchanged")
	}
}
