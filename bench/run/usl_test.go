package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// lawful returns throughputs that obey the law.
func lawful(cpus []int, a, b float64) (list []float64) {
	for _, n := range cpus {
		x := float64(n)
		list = append(list, 1e6*x/(1+a*(x-1)+b*x*(x-1)))
	}
	return list
}

func TestTheLawIsFoundInCurvesThatObeyIt(t *testing.T) {
	cpus := []int{1, 2, 4, 8, 16, 32, 64, 128}
	for _, want := range []law{{a: 0.03, b: 0.0001}, {a: 0.5}, {b: 0.02}, {a: 1.4, b: 0.01}, {}} {
		got, ok := fitLaw(cpus, lawful(cpus, want.a, want.b))
		require.True(t, ok)
		require.InDelta(t, want.a, got.a, 1e-9)
		require.InDelta(t, want.b, got.b, 1e-9)
		require.InDelta(t, 0, got.error, 1e-9)
	}
}

// A curve above the line of perfect scaling has neither contention nor coherence.
func TestTheLawIsNeverBelowZero(t *testing.T) {
	cpus := []int{1, 2, 4, 8}
	for _, curve := range [][]float64{
		{1, 2.5, 6, 14}, {1, 3, 4, 4.5}, {1, 1.1, 2.5, 7}, {1, 0.2, 0.5, 3},
	} {
		got, ok := fitLaw(cpus, curve)
		require.True(t, ok)
		require.GreaterOrEqual(t, got.a, 0.0)
		require.GreaterOrEqual(t, got.b, 0.0)
	}
}

func TestTheLawNeedsOneCPUAndThreeMore(t *testing.T) {
	_, ok := fitLaw([]int{2, 4, 8, 16}, []float64{1, 2, 3, 4})
	require.False(t, ok)
	_, ok = fitLaw([]int{1, 2, 4}, []float64{1, 2, 3})
	require.False(t, ok)
}
