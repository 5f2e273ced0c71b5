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
	attackShow  = flag.Int("attackshow", 0, "programs of so many instructions are shown")
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

// judgeAttack is judgeLoops; bounded has many preemptions.
func judgeAttack(p loopProg, strategy string) string {
	if strategy != "bounded" {
		return judgeLoops(p, strategy)
	}
	ends, lost, ok := loopTruth(p, 20_000)
	if !ok {
		return ""
	}
	met := map[loopEnd]bool{}
	r, err := Run(loopRun(p, func(e loopEnd) { met[e] = true }),
		Strategy(strategy), Preemptions(30), KeepGoing(), Executions(3_000), Steps(300))
	if err != nil {
		return err.Error()
	}
	if r.TooLong > 0 || r.Complete+r.Violations+r.Cut >= 3_000 {
		return ""
	}
	for e := range ends {
		if !met[e] {
			return fmt.Sprintf("missing: %v; %v", e, r)
		}
	}
	if lost != (r.Stuck > 0) {
		return fmt.Sprintf("lost %v, stuck %v: %v", lost, r.Stuck, r.Violation)
	}
	return ""
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
			if why := judgeAttack(p, s); why != "" {
				bad++
				size := 0
				for _, c := range p {
					size += len(c)
				}
				if size <= *attackShow {
					fmt.Printf("%v", p)
				}
				fmt.Printf("SIZE %d seed %d %s: %.300s\n", size, seed, s, why)
			}
		}
	}
	fmt.Println("bad", bad, "of", *attackN)
}

// swapping: thread 0 always ends when it is left alone.
func TestAttackSwap(t *testing.T) {
	p := func() {
		var x, y Uint32
		var m Mutex
		Go(func() {
			for x.Swap(1) != 1 {
				m.Lock()
				y.Load()
				m.Unlock()
				Pause()
			}
			y.Store(1)
		})
		Go(func() {
			for y.Load() != 1 {
				x.Add(1)
				y.Load()
				x.Add(^uint32(0))
				Pause()
			}
		})
	}
	q := func() {
		var x Uint32
		var done Bool
		Go(func() {
			for x.Swap(1) != 1 {
				Pause()
			}
			done.Store(true)
		})
		for !done.Load() {
			x.Add(1)
			x.Add(^uint32(0))
			Pause()
		}
	}
	for _, p := range []func(){p, q} {
		for _, s := range []string{"exhaustive", "naive", "bounded"} {
			r, err := Run(p, Strategy(s))
			fmt.Println(r, err)
			if r.Violation != nil {
				fmt.Println(r.Violation.Text())
				if false {
				}
			}
		}
	}
}

func TestAttackShow(t *testing.T) {
	if *attackShow < 0 {
		rng := rand.New(rand.NewPCG(uint64(*attackSeed), 77))
		p := randomAttack(rng, *attackCarry)
		fmt.Print(p)
		r, err := Run(loopRun(p, func(e loopEnd) {}))
		fmt.Println(r, err)
		if r.Violation != nil {
			fmt.Println(r.Violation.Text())
		}
	}
}

func TestAttackCompare(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(*attackSeed), 77))
	p := randomAttack(rng, *attackCarry)
	for _, s := range []string{"exhaustive", "naive", "bounded"} {
		met := map[loopEnd]bool{}
		o := []Option{Strategy(s), KeepGoing(), Executions(300_000), Steps(300)}
		if s == "bounded" {
			o = append(o, Preemptions(40))
		}
		r, err := Run(loopRun(p, func(e loopEnd) { met[e] = true }), o...)
		fmt.Println(r, err, len(met))
		for e := range met {
			fmt.Print(e, " ")
		}
		fmt.Println()
	}
	ends, lost, ok := loopTruth(p, 20_000)
	fmt.Println("truth", len(ends), lost, ok, ends)
}
