package explore

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
)

var (
	attackN     = flag.Int("attackn", 0, "programs of TestAttackRandom")
	attackSeed  = flag.Int("attackseed", 0, "the first one")
	attackCarry = flag.Bool("attackcarry", false, "registers are carried from round to round")
	attackThr   = flag.Int("attackthreads", 3, "threads at most")
)

// randomLoop is one loop with a body of random operations.
func randomLoop(rng *rand.Rand, at int, carry bool) []loopIns {
	var code []loopIns
	const exit = 99
	emit := func(in loopIns) { code = append(code, in) }
	guard := func() { // leave if ...
		k := 3
		if carry {
			k = 4
		}
		switch rng.IntN(k) {
		case 0, 1:
			emit(loopIns{lIs, 0, rng.IntN(3), exit})
		case 2:
			emit(loopIns{lBit, 0, rng.IntN(2), exit})
		case 3:
			emit(loopIns{lEq, 0, 0, exit})
		}
	}
	if carry {
		emit(loopIns{lZero, 0, 0, 0})
		if rng.IntN(2) == 0 {
			emit(loopIns{lZeroE, 0, 0, 0})
		}
	}
	head := at + len(code)
	n := 1 + rng.IntN(3)
	for k := 0; k < n; k++ {
		x := rng.IntN(2)
		switch rng.IntN(9) {
		case 0, 1, 2:
			emit(loopIns{lLoad, x, 0, 0})
			guard()
		case 3:
			d := 1 + rng.IntN(2)
			emit(loopIns{lAdd, x, d, 0})
			if rng.IntN(2) == 0 {
				guard()
			}
			if rng.IntN(2) == 0 {
				emit(loopIns{lLoad, rng.IntN(2), 0, 0})
				if rng.IntN(2) == 0 {
					guard()
				}
			}
			emit(loopIns{lAdd, x, -d, 0})
		case 4:
			emit(loopIns{lLock, 0, 0, 0})
			emit(loopIns{lLoad, x, 0, 0})
			emit(loopIns{lUnlock, 0, 0, 0})
			guard()
		case 5:
			emit(loopIns{lRLock, 0, 0, 0})
			emit(loopIns{lLoad, x, 0, 0})
			emit(loopIns{lRUnlock, 0, 0, 0})
			guard()
		case 6:
			p := at + len(code)
			emit(loopIns{lTry, 0, 0, 0})
			emit(loopIns{lIs, 0, 0, p + 4})
			emit(loopIns{lLoad, x, 0, 0})
			emit(loopIns{lUnlock, 0, 0, 0})
			guard()
		case 7:
			emit(loopIns{lSwap, x, rng.IntN(3), 0})
			guard()
		case 8:
			emit(loopIns{lWLock, 0, 0, 0})
			emit(loopIns{lLoad, x, 0, 0})
			emit(loopIns{lWUnlock, 0, 0, 0})
			guard()
		}
		if carry && rng.IntN(3) == 0 {
			emit(loopIns{lE, 0, 0, 0})
		}
	}
	emit(loopIns{lPause, 0, 0, 0})
	if carry && rng.IntN(3) == 0 {
		emit(loopIns{lI, 0, 0, 3})
	}
	emit(loopIns{lJump, 0, 0, head})
	for i := range code {
		if code[i].b == exit {
			code[i].b = at + len(code)
		}
	}
	return code
}

func randomAttack(rng *rand.Rand, carry bool) (p loopProg) {
	for n := 2 + rng.IntN(*attackThr-1); len(p) < n; {
		var code []loopIns
		for k := 1 + rng.IntN(3); k > 0; k-- {
			x, a := rng.IntN(2), rng.IntN(3)
			switch rng.IntN(7) {
			case 0, 1, 2:
				code = append(code, randomLoop(rng, len(code), carry)...)
			case 3, 4:
				code = append(code, loopIns{lStore, x, a, 0})
			case 5:
				code = append(code, loopIns{lLoad, x, 0, 0}, loopIns{lNoteR, 0, 0, 0})
			case 6:
				code = append(code, loopIns{lNoteR, 0, 0, 0})
			}
		}
		p = append(p, code)
	}
	return p
}

func TestAttackRandom(t *testing.T) {
	bad := 0
	for seed := *attackSeed; seed < *attackSeed+*attackN; seed++ {
		rng := rand.New(rand.NewPCG(uint64(seed), 77))
		p := randomAttack(rng, *attackCarry)
		s := "exhaustive"
		switch seed % 5 {
		case 3:
			s = "naive"
		case 4:
			s = "bounded"
		}
		o := []string{s}
		for _, s := range o {
			if why := judgeLoops(p, s); why != "" {
				bad++
				size := 0
				for _, c := range p {
					size += len(c)
				}
				fmt.Printf("SIZE %d seed %d %s: %.300s\n", size, seed, s, why)
			}
		}
	}
	fmt.Println("bad", bad, "of", *attackN)
}
