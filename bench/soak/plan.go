package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"schedlab/rt"
)

// plan is a program, as the seed and the round decide it.
type plan struct {
	round  int
	seed   uint64 // of all that the parts choose
	cfg    rt.Config
	runs   [][]part // the parts of each Run
	ending *kind
	times  int // parts are this many times larger
	divide int // and this many times smaller
}

// part is one thing that a program does.
type part struct {
	*kind
	seed uint64
}

// cardsPerRound is how many kinds are dealt to each program, which gets some more at random.
const cardsPerRound = 6

// maxTimes is by how much the largest programs are larger than the smallest.
const maxTimes = 6

// firstLap is the number of rounds in which all kinds and endings come up.
func firstLap(lacks rt.Lacks) int {
	cards := len(fitting(kinds, lacks))
	return max((cards+cardsPerRound-1)/cardsPerRound, len(fitting(endings, lacks)))
}

// draw makes the plan of a round.
func draw(o options, round int) *plan {
	rnd := rand.New(rand.NewPCG(o.seed, uint64(round)))
	p := &plan{round: round, seed: rnd.Uint64(), times: 1 + rnd.IntN(maxTimes), divide: o.divide}
	p.ending = deal(fitting(endings, o.row.Lacks), o.seed, round, 1)[0]
	if p.ending.events {
		p.divide *= 4 // the events are kept in memory
	}
	fit := fitting(kinds, o.row.Lacks)
	cards := deal(fit, o.seed, round, cardsPerRound)
	for range rnd.IntN(4) {
		cards = append(cards, fit[rnd.IntN(len(fit))])
	}
	p.cfg = rt.Config{Procs: o.procs, Seed: rnd.Uint64(), SampleReady: rnd.IntN(3)}
	p.runs = make([][]part, 1+rnd.IntN(2))
	for _, k := range cards {
		run := rnd.IntN(len(p.runs))
		p.runs[run] = append(p.runs[run], part{k, rnd.Uint64()})
	}
	return p
}

// deal returns the n cards of a round. They come from packs that are used up one after the
// other, each shuffled anew.
func deal(pack []*kind, seed uint64, round, n int) (cards []*kind) {
	for i := round * n; i < (round+1)*n; i++ {
		lap := i / len(pack)
		order := rand.New(rand.NewPCG(seed, 1<<63|uint64(lap))).Perm(len(pack))
		cards = append(cards, pack[order[i%len(pack)]])
	}
	return cards
}

// procsAtMost is how many Gs may ever run at the same moment.
func (p *plan) procsAtMost() int {
	if p.parts(procsKind) > 0 {
		return max(p.cfg.Procs, maxProcs)
	}
	return p.cfg.Procs
}

// parts returns how many parts there are of a kind.
func (p *plan) parts(kind string) (n int) {
	for _, run := range p.runs {
		for _, part := range run {
			if part.name == kind {
				n++
			}
		}
	}
	return n
}

func (p *plan) String() string {
	var w strings.Builder
	for i, run := range p.runs {
		if i > 0 {
			w.WriteString("; then ")
		}
		for k, part := range run {
			if k > 0 {
				w.WriteString(", ")
			}
			w.WriteString(part.name)
		}
	}
	return fmt.Sprintf("%s; %s", w.String(), p.ending.name)
}
