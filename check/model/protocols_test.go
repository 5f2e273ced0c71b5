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
	{"twice", 2, on(twice), []explored{{"gm", 2, 62}, {"global", 2, 366}, {"gpm", 2, 3018}}},
	{"both", 2, on(both), []explored{{"gm", 2, 64}, {"global", 2, 334}, {"gpm", 2, 1332}}},
	{"chain", 3, on(chain), []explored{{"gm", 2, 486}, {"global", 1, 204}, {"gpm", 2, 25824}}},
	{"together", 3, on(together),
		[]explored{{"gm", 1, 396}, {"global", 1, 840}, {"gpm", 1, 2328}}},
	{"yield", 2, on(yield), []explored{{"gm", 2, 74}, {"global", 2, 482}, {"gpm", 2, 2496}}},
	{"yieldFull", 2, on(yieldFull),
		[]explored{{"gm", 1, 246}, {"global", 1, 534}, {"gpm", 1, 2136}}},
	{"readied", 2, on(readied), []explored{{"gm", 2, 62}, {"global", 2, 366}, {"gpm", 2, 3018}}},
	{"kernel", 1, on(kernel), []explored{{"gm", 1, 434}, {"global", 1, 958}, {"gpm", 2, 1038}}},
	{"kernelAtRest", 1, kernelAtRest, []explored{{"gpm", 2, 4314}}},
	{"kernelBlocks", 1, on(kernelBlocks), []explored{{"gpm", 3, 2640}}},
	{"kernelBlocks", 2, on(kernelBlocks), []explored{{"gpm", 1, 4332}}},
	{"kernelBeside", 2, on(kernelBeside),
		[]explored{{"gm", 2, 1230}, {"global", 1, 480}, {"gpm", 1, 1992}}},
	{"kernelBack/Gs=2", 1, kernelBack(2),
		[]explored{{"gm", 2, 152}, {"global", 2, 796}, {"gpm", 2, 19950}}},
	{"kernelBack/Gs=3", 1, kernelBack(3),
		[]explored{{"gm", 2, 7956}, {"global", 1, 1692}, {"gpm", 1, 14862}}},
	{"kernelBack/Gs=2", 2, kernelBack(2),
		[]explored{{"gm", 2, 268}, {"global", 1, 944}, {"gpm", 1, 12954}}},
	{"stopYield", 2, on(stopYield),
		[]explored{{"gm", 2, 400}, {"global", 2, 1496}, {"gpm", 2, 4338}}},
	{"stopYield", 3, on(stopYield),
		[]explored{{"gm", 1, 878}, {"global", 1, 2282}, {"gpm", 1, 750}}},
	{"stopSpawn", 2, on(stopSpawn),
		[]explored{{"gm", 2, 344}, {"global", 2, 448}, {"gpm", 2, 1554}}},
	{"stopMake", 3, on(stopMake),
		[]explored{{"gm", 1, 204}, {"global", 1, 444}, {"gpm", 2, 23160}}},
	{"stopPark", 2, on(stopPark),
		[]explored{{"gm", 2, 426}, {"global", 2, 1352}, {"gpm", 2, 2592}}},
	{"stopKernel", 2, on(stopKernel),
		[]explored{{"gm", 2, 7744}, {"global", 1, 1194}, {"gpm", 2, 9708}}},
	{"stopLong", 2, on(stopLong), []explored{{"gm", 1, 26}, {"global", 2, 952}, {"gpm", 1, 1812}}},
	{"outside", 2, outside, []explored{{"gm", 2, 62}, {"global", 2, 364}, {"gpm", 2, 8712}}},
	{"closeBeside", 2, closeBeside,
		[]explored{{"gm", 2, 664}, {"global", 2, 3268}, {"gpm", 2, 16698}}},
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
