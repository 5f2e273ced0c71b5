package workloads

import (
	"math/bits"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// nqueens counts the ways to place n queens on a board of n rows so that none attacks another.
// Every placement that is possible is a G, at every level, and the G of the row above waits for all
// of them.
//
// Stresses joins of many Gs, with subtrees whose sizes differ and are unknown beforehand.
//
// Not stressed: useful granularity. A good program would stop spawning a few rows down.
//
// Source: the Cilk-5 examples; counts: OEIS A000170.
var nqueens = Workload{
	Name:    "nqueens",
	Doc:     "backtracking, parallel at every level: joins of many uneven Gs",
	Prepare: prepareNqueens,
}

// queensBoard is a board and what is known of it.
type queensBoard struct {
	n          int
	solutions  int64 // published
	placements int   // attempts that do not attack, over all rows: as many Gs
}

var nqueensBoards = [...]queensBoard{
	Small:  {n: 7, solutions: 40, placements: 551},
	Normal: {n: 10, solutions: 724, placements: 35538},
	Large:  {n: 11, solutions: 2680, placements: 166925},
}

func prepareNqueens(p Params) (*Instance, error) {
	b := nqueensBoards[p.Size]
	return &Instance{
		Ops: b.placements,
		Op:  "placement",
		Run: func(s rt.Scheduler) error {
			var got int64
			empty := queens{free: 1<<b.n - 1}
			if err := s.Run(func(g *rt.G) { got = empty.solutions(g) }); err != nil {
				return err
			}
			return b.check(got)
		},
	}, nil
}

func (b queensBoard) check(got int64) error {
	if got != b.solutions {
		return wrong("nqueens", got, b.solutions)
	}
	return nil
}

// queens is a partly filled board, as seen from the next row: bit i stands for its square i.
type queens struct {
	free        uint32 // columns without a queen
	left, right uint32 // squares attacked along the diagonals
}

// place puts a queen on square and moves on to the next row.
func (q queens) place(square uint32) queens {
	return queens{
		free:  q.free &^ square,
		left:  (q.left | square) << 1,
		right: (q.right | square) >> 1,
	}
}

func (q queens) solutions(g *rt.G) int64 {
	computed(1, nqueensPlacementPs)
	if q.free == 0 {
		return 1
	}
	squares := q.free &^ (q.left | q.right)
	if squares == 0 {
		return 0
	}
	var below struct { // one allocation
		gsync.WaitGroup
		found host.Int64 // atomic: the Gs below add to it
	}
	below.Add(g, bits.OnesCount32(squares))
	for ; squares != 0; squares &= squares - 1 {
		next := q.place(squares & -squares)
		g.Go(func(g *rt.G) {
			below.found.Add(next.solutions(g))
			below.Done(g)
		})
	}
	below.Wait(g)
	return below.found.Load()
}
