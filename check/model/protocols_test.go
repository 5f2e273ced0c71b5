//go:build model

package model_test

import (
	"testing"

	"schedlab/explore"
)

// explored is a design with the bound up to which a program is explored on it.
type explored struct {
	design      string
	preemptions int // or unbounded
	executions  uint64
}

// unbounded: every execution. A program has this where it ends within seconds, and else the
// largest number of preemptions that does.
const unbounded = -1

// bound returns the option for so many preemptions, or for all executions.
func bound(preemptions int) explore.Option {
	if preemptions == unbounded {
		return explore.Strategy("exhaustive")
	}
	return explore.Preemptions(preemptions)
}

// protocols are programs, each for the protocols that its function's comment names. No
// wait times out early: time passes when no thread can take a step.
var protocols = []struct {
	name    string
	procs   int
	program func(design string, procs int)
	bounds  []explored
}{
	{"twice", 2, on(twice),
		[]explored{{"gm", unbounded, 4}, {"global", unbounded, 71280}, {"gpm", 2, 117}}},
	{"both", 2, on(both), []explored{{"gm", unbounded, 6}, {"global", 3, 387}, {"gpm", 3, 333}}},
	{"chain", 3, on(chain),
		[]explored{{"gm", unbounded, 6}, {"global", 2, 171}, {"gpm", 2, 534}}},
	{"together", 3, on(together),
		[]explored{{"gm", unbounded, 18}, {"global", 2, 548}, {"gpm", 2, 1048}}},
	{"yield", 2, on(yield),
		[]explored{{"gm", unbounded, 5}, {"global", 3, 483}, {"gpm", 2, 112}}},
	{"yieldFull", 2, on(yieldFull),
		[]explored{{"gm", unbounded, 161}, {"global", 2, 1050}, {"gpm", 2, 878}}},
	{"readied", 2, on(readied),
		[]explored{{"gm", unbounded, 4}, {"global", 3, 428}, {"gpm", 2, 117}}},
	{"kernel", 1, on(kernel),
		[]explored{{"gm", unbounded, 165}, {"global", 1, 101}, {"gpm", 3, 227}}},
	{"kernelAtRest", 1, kernelAtRest, []explored{{"gpm", 2, 300}}},
	{"kernelBlocks", 1, on(kernelBlocks), []explored{{"gpm", 3, 47}}},
	{"kernelBlocks", 2, on(kernelBlocks), []explored{{"gpm", 1, 120}}},
	{"kernelBeside", 2, on(kernelBeside),
		[]explored{{"gm", unbounded, 72}, {"global", 2, 772}, {"gpm", 2, 647}}},
	{"kernelBack/Gs=2", 1, kernelBack(2),
		[]explored{{"gm", unbounded, 12}, {"global", 3, 1136}, {"gpm", 2, 1050}}},
	{"kernelBack/Gs=3", 1, kernelBack(3),
		[]explored{{"gm", unbounded, 1152}, {"global", 1, 192}, {"gpm", 1, 892}}},
	{"kernelBack/Gs=2", 2, kernelBack(2),
		[]explored{{"gm", unbounded, 104}, {"global", 2, 800}, {"gpm", 1, 647}}},
	{"stopYield", 2, on(stopYield),
		[]explored{{"gm", unbounded, 62982}, {"global", 2, 431}, {"gpm", 2, 389}}},
	{"stopYield", 3, on(stopYield),
		[]explored{{"gm", 2, 506}, {"global", 1, 301}, {"gpm", 2, 947}}},
	{"stopSpawn", 2, on(stopSpawn),
		[]explored{{"gm", unbounded, 10101}, {"global", 3, 562}, {"gpm", 2, 99}}},
	{"stopMake", 3, on(stopMake),
		[]explored{{"gm", unbounded, 12}, {"global", 2, 342}, {"gpm", 2, 460}}},
	{"stopPark", 2, on(stopPark),
		[]explored{{"gm", 3, 433}, {"global", 2, 384}, {"gpm", 2, 224}}},
	{"stopKernel", 2, on(stopKernel),
		[]explored{{"gm", 2, 298}, {"global", 1, 138}, {"gpm", 2, 424}}},
	{"stopLong", 2, on(stopLong),
		[]explored{{"gm", unbounded, 80}, {"global", 2, 168}, {"gpm", 2, 715}}},
	{"outside", 2, outside,
		[]explored{{"gm", unbounded, 4}, {"global", 3, 553}, {"gpm", 2, 242}}},
	{"closeBeside", 2, closeBeside,
		[]explored{{"gm", unbounded, 127}, {"global", 2, 497}, {"gpm", 2, 819}}},
	{"overtaken", 2, overtaken,
		[]explored{{"gm", unbounded, 12686}, {"global", 1, 592}, {"gpm", 1, 427}}},
}

// TestProtocols: no G is lost or runs twice, no more Gs run than there are Ps, and none
// runs in a stopped world.
func TestProtocols(t *testing.T) {
	for _, p := range protocols {
		for _, b := range p.bounds {
			t.Run(b.design+"/"+p.name+"/procs="+string('0'+rune(p.procs)), func(t *testing.T) {
				deep := b.preemptions > 1 && b.executions > 400
				if testing.Short() && (deep || b.executions > 5000) {
					t.Skip("too many executions for -short")
				}
				verify(t, b.executions, func() { p.program(b.design, p.procs) },
					bound(b.preemptions), explore.Timeouts(0))
			})
		}
	}
}
