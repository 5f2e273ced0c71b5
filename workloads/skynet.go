package workloads

import (
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// skynet is a tree of Gs with fan-out 10: each starts ten, receives their sums over a channel of
// its own, and sends the total to its parent.
//
// Stresses spawning in bursts, and waking a parent from many children.
//
// Not stressed: leaves that block. The original has unbuffered channels, so that every leaf may
// block and a design that runs Gs first in, first out needs a million stacks. Here a channel holds
// all ten answers and only parents wait.
//
// Source: github.com/atemerev/skynet.
var skynet = Workload{
	Name:    "skynet",
	Doc:     "a tree of Gs, ten children each, that sum up over channels",
	Prepare: prepareSkynet,
}

const skynetFanOut = 10

var skynetLeaves = [...]int64{Small: 1e3, Normal: 1e5, Large: 1e6}

func prepareSkynet(p Params) (*Instance, error) {
	leaves := skynetLeaves[p.Size]
	return &Instance{
		Ops: int(skynetFanOut*leaves-1) / (skynetFanOut - 1), // leaves and all above
		Op:  "actor",
		Run: func(s rt.Scheduler) error {
			var got int64
			err := s.Run(func(g *rt.G) {
				root := gsync.NewChan[int64](g, 1)
				skynetActor(g, root, 0, leaves)
				got, _ = root.Recv(g)
			})
			if err != nil {
				return err
			}
			return checkSkynet(leaves, got)
		},
	}, nil
}

// skynetActor sends parent the sum of the leaves from first to first+leaves-1.
func skynetActor(g *rt.G, parent *gsync.Chan[int64], first, leaves int64) {
	computed(1, skynetActorPs)
	if leaves == 1 {
		parent.Send(g, first)
		return
	}
	sums := gsync.NewChan[int64](g, skynetFanOut)
	each := leaves / skynetFanOut
	for i := range int64(skynetFanOut) {
		g.Go(func(g *rt.G) { skynetActor(g, sums, first+i*each, each) })
	}
	var total int64
	for range skynetFanOut {
		sum, _ := sums.Recv(g)
		total += sum
	}
	parent.Send(g, total)
}

func checkSkynet(leaves, got int64) error {
	if want := leaves * (leaves - 1) / 2; got != want {
		return wrong("skynet", got, want)
	}
	return nil
}
