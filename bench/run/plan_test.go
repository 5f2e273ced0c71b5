package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/bench"
)

var threeCells = []bench.Cell{
	{Workload: "a", Design: "x", Procs: 1},
	{Workload: "a", Design: "y", Procs: 1},
	{Workload: "b", Design: "x", Procs: 2},
}

func cellsOf(samples []sample) []bench.Cell {
	var list []bench.Cell
	for _, s := range samples {
		list = append(list, s.cell)
	}
	return list
}

func TestEachRoundHoldsEachCellOnce(t *testing.T) {
	const count = 20
	samples := plan(threeCells, count, 1)
	require.Len(t, samples, count*len(threeCells))
	for round := range count {
		part := samples[round*len(threeCells):][:len(threeCells)]
		require.ElementsMatch(t, threeCells, cellsOf(part))
		for _, s := range part {
			require.Equal(t, round, s.round)
		}
	}
}

func TestRoundsDifferInOrder(t *testing.T) {
	samples := plan(threeCells, 20, 1)
	orders := map[[3]bench.Cell]bool{}
	for i := 0; i < len(samples); i += 3 {
		orders[[3]bench.Cell(cellsOf(samples[i:i+3]))] = true
	}
	require.Greater(t, len(orders), 3)
}

func TestTheSeedIsThePlan(t *testing.T) {
	require.Equal(t, plan(threeCells, 10, 5), plan(threeCells, 10, 5))
	require.NotEqual(t, plan(threeCells, 10, 5), plan(threeCells, 10, 6))
}
