//go:build model

package model_test

import (
	"testing"

	"schedlab/explore"
)

// explored is a design with the bound up to which a program is explored on it.
type explored struct {
	design      string
	preemptions int
	executions  uint64
}

// protocols are programs, each for the protocols that its function's comment names. No
// wait times out early: time passes when no thread can take a step.
var protocols = []struct {
	name    string
	procs   int
	program func(design string, procs int)
	bounds  []explored
}{
	{"twice", 2, on(twice), []explored{{"gm", 2, 500}, {"global", 2, 1275}, {"gpm", 1, 1344}}},
	{"both", 2, on(both), []explored{{"gm", 2, 506}, {"global", 2, 1215}, {"gpm", 1, 1144}}},
	{"chain", 3, on(chain), []explored{{"gm", 2, 3800}, {"global", 1, 522}, {"gpm", 1, 8748}}},
	{"together", 3, on(together),
		[]explored{{"gm", 1, 1136}, {"global", 1, 2148}, {"gpm", 0, 192}}},
	{"yield", 2, on(yield), []explored{{"gm", 2, 498}, {"global", 2, 1417}, {"gpm", 1, 608}}},
	{"yieldFull", 2, on(yieldFull),
		[]explored{{"gm", 1, 604}, {"global", 1, 1188}, {"gpm", 0, 144}}},
	{"readied", 2, on(readied), []explored{{"gm", 2, 500}, {"global", 2, 1275}, {"gpm", 1, 1344}}},
	{"kernel", 1, on(kernel), []explored{{"gm", 1, 1070}, {"global", 1, 1986}, {"gpm", 1, 632}}},
	{"kernelAtRest", 1, kernelAtRest, []explored{{"gpm", 1, 1414}}},
	{"kernelBlocks", 1, on(kernelBlocks), []explored{{"gpm", 1, 494}}},
	{"kernelBlocks", 2, on(kernelBlocks), []explored{{"gpm", 0, 192}}},
	{"kernelBeside", 2, on(kernelBeside),
		[]explored{{"gm", 2, 9464}, {"global", 1, 1110}, {"gpm", 0, 144}}},
	{"kernelBack/Gs=2", 1, kernelBack(2),
		[]explored{{"gm", 2, 1004}, {"global", 2, 2468}, {"gpm", 1, 17016}}},
	{"kernelBack/Gs=3", 1, kernelBack(3),
		[]explored{{"gm", 2, 42240}, {"global", 1, 3492}, {"gpm", 0, 960}}},
	{"kernelBack/Gs=2", 2, kernelBack(2),
		[]explored{{"gm", 2, 1300}, {"global", 1, 2024}, {"gpm", 0, 684}}},
	{"stopYield", 2, on(stopYield),
		[]explored{{"gm", 2, 1204}, {"global", 2, 3661}, {"gpm", 1, 860}}},
	{"stopYield", 3, on(stopYield),
		[]explored{{"gm", 1, 1678}, {"global", 1, 4094}, {"gpm", 1, 2516}}},
	{"stopSpawn", 2, on(stopSpawn),
		[]explored{{"gm", 2, 1070}, {"global", 2, 1557}, {"gpm", 1, 1228}}},
	{"stopMake", 3, on(stopMake), []explored{{"gm", 1, 562}, {"global", 1, 1092}, {"gpm", 0, 96}}},
	{"stopPark", 2, on(stopPark),
		[]explored{{"gm", 2, 1320}, {"global", 2, 3313}, {"gpm", 1, 692}}},
	{"stopKernel", 2, on(stopKernel),
		[]explored{{"gm", 2, 28450}, {"global", 1, 1956}, {"gpm", 1, 1722}}},
	{"stopLong", 2, on(stopLong), []explored{{"gm", 1, 58}, {"global", 2, 2451}, {"gpm", 0, 144}}},
	{"outside", 2, outside, []explored{{"gm", 2, 622}, {"global", 2, 1721}, {"gpm", 1, 1686}}},
	{"closeBeside", 2, closeBeside,
		[]explored{{"gm", 2, 2286}, {"global", 2, 6962}, {"gpm", 1, 1016}}},
}

// TestProtocols: no G is lost or runs twice, no more Gs run than there are Ps, and none
// runs in a stopped world.
func TestProtocols(t *testing.T) {
	for _, p := range protocols {
		for _, b := range p.bounds {
			t.Run(b.design+"/"+p.name+"/procs="+string('0'+rune(p.procs)), func(t *testing.T) {
				if testing.Short() && b.executions > 5000 {
					t.Skip("too many executions for -short")
				}
				verify(t, b.executions, func() { p.program(b.design, p.procs) },
					explore.Preemptions(b.preemptions), explore.Timeouts(0))
			})
		}
	}
}
