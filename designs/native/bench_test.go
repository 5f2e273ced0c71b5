package native

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// BenchmarkHandicap is what the API of the suite adds to a spawn: compare api=none with
// api=schedlab.
func BenchmarkHandicap(b *testing.B) {
	const spawns = 10_000
	s, err := New(rt.Config{Procs: 1})
	require.NoError(b, err)
	defer s.Close()
	perSpawn := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/spawns, "ns/op")
	}
	b.Run("api=none", func(b *testing.B) {
		for b.Loop() {
			var wg sync.WaitGroup
			wg.Add(spawns)
			noop := func() { wg.Done() }
			for range spawns {
				go noop()
			}
			wg.Wait()
		}
		perSpawn(b)
	})
	b.Run("api=schedlab", func(b *testing.B) {
		noop := func(*rt.G) {}
		for b.Loop() {
			require.NoError(b, s.Run(func(g *rt.G) {
				for range spawns {
					g.Go(noop)
				}
			}))
		}
		perSpawn(b)
	})
}
