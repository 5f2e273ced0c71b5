package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/bench"
	"schedlab/internal/names"
)

func TestSectionsHoldTheMetricsThatOccur(t *testing.T) {
	var metrics []bench.Metric
	for _, unit := range []string{"sec/op", "contended/op", "futex/op", "late-p99-sec"} {
		metrics = append(metrics, bench.MetricOf(unit))
	}
	var got [][]string
	for _, s := range sections(metrics) {
		got = append(got, append([]string{s.title}, names.Of(s.metrics, bench.Metric.Key)...))
	}
	require.Equal(t, [][]string{
		{"Time", "sec/op"},
		{"Lock contention", "contended/op", "futex/op"},
		{"The workloads' own figures (see the head comment of each)", "late-p99-sec"},
	}, got)
}
