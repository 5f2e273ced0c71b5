package main

import (
	"math/rand/v2"

	"schedlab/bench"
)

// sample is one run of one cell, in a process of its own.
type sample struct {
	round int // from 0
	cell  bench.Cell
}

// plan returns count rounds; each holds every cell once, in an order of its own. Disturbances
// by the machine (other load, heat) then fall on all designs alike, and not on the one that
// happened to be next.
func plan(cells []bench.Cell, count int, seed uint64) []sample {
	r := rand.New(rand.NewPCG(seed, 0))
	samples := make([]sample, 0, count*len(cells))
	for round := range count {
		for _, i := range r.Perm(len(cells)) {
			samples = append(samples, sample{round, cells[i]})
		}
	}
	return samples
}
