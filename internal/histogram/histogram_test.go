package histogram

import (
	"math"
	"runtime"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/require"
)

func TestSinceLeavesTheSamplesThatCameBetween(t *testing.T) {
	h := hdrhistogram.New(1, 1_000_000, 2)
	copied := func() *hdrhistogram.Histogram { return hdrhistogram.Import(h.Export()) }
	require.NoError(t, h.RecordValues(1000, 50))
	before := copied()
	require.NoError(t, h.RecordValues(10, 3))
	between := Since(before, copied())
	require.EqualValues(t, 3, between.TotalCount())
	require.EqualValues(t, 10, between.Max())
	require.Nil(t, Since(nil, nil))
	require.Equal(t, before, Since(nil, before), "nothing is taken away")
}

func TestTheRuntimesHistogramsAreRead(t *testing.T) {
	const pauses = "/sched/pauses/total/gc:seconds"
	before, err := Read(pauses)
	require.NoError(t, err)
	runtime.GC()
	buckets, err := before.Since()
	require.NoError(t, err)
	require.Positive(t, buckets.Total())
	require.Positive(t, buckets.At(100))
	_, err = Read("/sched/gomaxprocs:threads")
	require.EqualError(t, err, "this Go has no histogram /sched/gomaxprocs:threads")
}

func TestAPercentileNeedsASampleBeyondIt(t *testing.T) {
	for percent, samples := range map[float64]int64{50: 2, 99: 100, 99.9: 1000} {
		require.False(t, Enough(samples-1, percent), "%v", percent)
		require.True(t, Enough(samples, percent), "%v", percent)
	}
}

func TestAPercentileIsTheEndOfItsBucket(t *testing.T) {
	list := Buckets{
		{math.Inf(-1), 1, 0}, {1, 2, 50}, {2, 3, 49}, {3, 4, 0}, {4, math.Inf(1), 1},
	}
	require.EqualValues(t, 100, list.Total())
	require.Equal(t, 2.0, list.At(50))
	require.Equal(t, 3.0, list.At(50.1))
	require.Equal(t, 3.0, list.At(99))
	require.Equal(t, math.Inf(1), list.At(100))
	require.Zero(t, Buckets{{0, 1, 0}}.At(50))
}
