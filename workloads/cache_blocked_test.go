package workloads

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/rt"
)

// runCacheBlocked runs n Gs on a new scheduler. The answer must be right.
func runCacheBlocked(t *testing.T, design string, n int, patience int64) map[string]float64 {
	s, err := all.New(design, rt.Config{Procs: 2, Seed: 1})
	require.NoError(t, err)
	w := newCacheBlocked(n, 1, patience)
	require.NoError(t, w.run(s))
	require.NoError(t, s.Close())
	found := map[string]float64{}
	for _, m := range w.metrics() {
		found[m.Unit] = m.Value
	}
	return found
}

// forever is longer than any test lasts: a G that does not come hangs the test.
const forever = 1 << 60

// What the Scalable Go Scheduler Design Doc says of memory: caches of Ms hold memory in proportion
// to the Ms that are blocked, caches of Ps do not.
func TestOnlyCachesOfMsGrowWithTheBlockedMs(t *testing.T) {
	const few, many = 8, 40
	held := map[string][2]float64{}
	for _, design := range []string{"gm", "gpm"} {
		var h [2]float64
		for i, n := range []int{few, many} {
			m := runCacheBlocked(t, design, n, forever)
			require.EqualValues(t, n, m["blocked-threads"], design)
			h[i] = m["held-bytes"]
		}
		held[design] = h
	}
	perM := held["gm"][0] / few
	require.Positive(t, perM)
	require.Equal(t, many*perM, held["gm"][1], "each M has a cache of its own")
	for i, n := range []int{few, many} {
		require.GreaterOrEqual(t, held["gpm"][i], perM, "of at least one P")
		require.LessOrEqual(t, held["gpm"][i], 2*perM, "2 Ps have 2 caches, with %d Ms blocked", n)
	}
}

func TestAllBlockTogetherWhereABlockedGDelaysNoOther(t *testing.T) {
	for _, row := range all.Table {
		if row.Lacks[rt.BesideBlocking] != "" {
			continue
		}
		t.Run("design="+row.Name, func(t *testing.T) {
			m := runCacheBlocked(t, row.Name, 10, forever)
			require.EqualValues(t, 10, m["blocked-threads"])
			_, counted := m["held-bytes"]
			require.Equal(t, row.Lacks[rt.Caches] == "", counted)
		})
	}
}

// Of 5 Gs on 2 Ps only 2 can block where a blocked M keeps its P.
func TestPatienceEndsWhereNotAllCanBlock(t *testing.T) {
	m := runCacheBlocked(t, "gpm-nohandoffp", 5, 1e6)
	require.LessOrEqual(t, m["blocked-threads"], 2.0)
	require.Positive(t, m["held-bytes"])
}

func TestCacheBlockedMeasuresEachRun(t *testing.T) {
	s, err := all.New("gpm", rt.Config{Procs: 1})
	require.NoError(t, err)
	w := newCacheBlocked(5, 1, forever)
	require.NoError(t, w.run(s))
	first := w.metrics()
	require.NoError(t, w.run(s))
	require.Equal(t, first, w.metrics())
	require.NoError(t, s.Close())
}

func TestCacheBlockedLimitsItsThreads(t *testing.T) {
	in, err := cacheBlocked.Prepare(Params{Size: Large, Procs: rt.MaxProcs})
	require.NoError(t, err)
	require.Equal(t, cacheBlockedMax, in.Ops)
	for _, procs := range []int{-1, 0, rt.MaxProcs + 1} {
		_, err := cacheBlocked.Prepare(Params{Size: Small, Procs: procs})
		require.ErrorContains(t, err, fmt.Sprintf("Procs is %d; it must be 1 to 4096", procs))
	}
}

func TestCacheBlockedVerificationBites(t *testing.T) {
	const intact = 2 * len(cacheBlockedSizes)
	for _, row := range []struct {
		calls, intact int
		wrong         string
	}{
		{1, intact, ""},
		{0, intact, "0 calls of G 1, and 12 of its blocks intact"},
		{2, intact, "2 calls of G 1, and 12 of its blocks intact"},
		{1, intact - 1, "1 calls of G 1, and 11 of its blocks intact"},
	} {
		w := newCacheBlocked(2, 1, forever)
		w.gs[0].calls, w.gs[0].intact = 1, intact
		w.gs[1].calls, w.gs[1].intact = row.calls, row.intact
		if row.wrong == "" {
			require.NoError(t, w.verify())
			continue
		}
		require.EqualError(t, w.verify(),
			"workloads: cache_blocked: wrong answer "+row.wrong+", expected 1 and 12")
	}
}

func TestFilledSeesEveryChangedByte(t *testing.T) {
	p := make([]byte, 64)
	for i := range p {
		fill(p, 7<<32)
		require.True(t, filled(p, 7<<32))
		p[i]++
		require.False(t, filled(p, 7<<32), "byte %d", i)
	}
}
