//go:build !model && !sim

package host

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// atProcs runs f with GOMAXPROCS = n and restores it.
func atProcs(n int, f func()) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
	f()
}

func procs() int { return runtime.GOMAXPROCS(0) }

func TestReserveRaisesAndRestores(t *testing.T) {
	atProcs(2, func() {
		release := Reserve(5)
		require.Equal(t, 5, procs())
		release()
		require.Equal(t, 2, procs())
		release()
		require.Equal(t, 2, procs(), "a second release does nothing")
		small := Reserve(1)
		require.Equal(t, 2, procs(), "never lower than it was")
		small()
		require.Equal(t, 2, procs())
	})
}

func TestReservationsAddUp(t *testing.T) {
	atProcs(2, func() {
		a := Reserve(3)
		b := Reserve(4)
		require.Equal(t, 7, procs())
		a() // not in the reverse order
		require.Equal(t, 4, procs())
		b()
		require.Equal(t, 2, procs())
	})
}

func TestConcurrentReservations(t *testing.T) {
	atProcs(2, func() {
		done := make(chan struct{})
		const n = 6
		for i := range n {
			Go(func() {
				for range 20 {
					release := Reserve(i)
					if procs() < i {
						panic("fewer than reserved")
					}
					release()
				}
				done <- struct{}{}
			})
		}
		for range n {
			<-done
		}
		require.Equal(t, 2, procs())
	})
}

func TestReserveOfLessThanNothingPanics(t *testing.T) {
	before := procs()
	require.PanicsWithValue(t, "host: Reserve: -1 threads: n must be at least 0",
		func() { Reserve(-1) })
	require.Equal(t, before, procs())
}

func TestRandIsReproducible(t *testing.T) {
	numbers := func(seed, stream uint64) (out [8]uint32) {
		var r Rand
		r.Seed(seed, stream)
		for i := range out {
			out[i] = r.Uint32()
		}
		return out
	}
	require.Equal(t, numbers(1, 2), numbers(1, 2))
	seen := map[uint32]bool{}
	for seed := range uint64(16) {
		for stream := range uint64(16) {
			for _, x := range numbers(seed, stream) {
				seen[x] = true
			}
		}
	}
	// Of 2048 random 32-bit numbers, two are equal with probability 1/2000.
	require.GreaterOrEqual(t, len(seen), 16*16*8-1, "seeds or streams share numbers")
	// The sequence is PCG's and never changes, so that recorded runs can be repeated.
	pcg := rand.NewPCG(1, 2)
	require.Equal(t, uint32(pcg.Uint64()>>32), numbers(1, 2)[0])
}

func TestPauseReturns(t *testing.T) {
	for _, n := range []uint32{0, 1, 2, 1_000} {
		Pause(n)
	}
}

func TestNanotimeDoesNotGoBack(t *testing.T) {
	last := Nanotime()
	require.Positive(t, last)
	for range 10_000 {
		now := Nanotime()
		require.GreaterOrEqual(t, now, last)
		last = now
	}
}

func TestCapIsFullOnTheRealHost(t *testing.T) {
	require.Equal(t, 256, Cap(256, 4))
}
