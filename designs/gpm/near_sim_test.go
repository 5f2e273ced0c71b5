//go:build sim

package gpm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/sim"
)

// Victims come by their distance, and each once; those that ran nowhere yet are as near as the
// thief itself.
func TestNearVictimsComeByDistance(t *testing.T) {
	cfg, err := sim.Named("epyc2x64")
	require.NoError(t, err)
	var visited [][]int
	_, err = sim.Run(cfg, func() {
		mp, all := thief(cfg.CPUs, Options{NearFirst: true})
		mp.noteCPU()
		for i, pp := range all.ps[:cfg.CPUs-1] {
			pp.cpu.word.Store(int32(i)) // 0: nowhere yet; else on the CPU before
		}
		for range 20 {
			var way []int
			visit := mp.visit(all)
			for victim := visit.next(); victim != nil; victim = visit.next() {
				way = append(way, host.Distance(mp.cpu.get(), victim.cpu.get()))
			}
			visited = append(visited, way)
		}
	})
	require.NoError(t, err)
	for _, way := range visited {
		require.Len(t, way, cfg.CPUs)
		require.IsNonDecreasing(t, way)
		require.Equal(t, 3, way[len(way)-1], "the other socket is the last")
	}
}
