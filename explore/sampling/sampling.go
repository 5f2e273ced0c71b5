// Package sampling measures how soon the strategies that draw at random find a bug: how many
// executions each needs up to the first violation, for a number of seeds.
//
//	table.go  what was measured, as Markdown
//	page.go   a page with parts that programs write
//
// README.md has the tables and says what can be learned from them. Tests write them: one of
// package explore for the wrong programs of its tests, one of check/model for mutants of the
// designs. What is measured depends on the seeds alone, and not on the machine or on time.
package sampling

import (
	"slices"
	"time"

	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// Seeds and Budget are those of README.md. With 25 seeds the quartiles are measured values.
const (
	Seeds  = 25
	Budget = 2000 // executions
)

// strategies are those that are compared, in the order of the table's columns.
var strategies = []struct {
	name string
	make func(*strategy.Parameters) engine.Strategy
}{
	{"random", func(p *strategy.Parameters) engine.Strategy { return strategy.NewRandom(p) }},
	{"pct", func(p *strategy.Parameters) engine.Strategy { return strategy.NewPCT(p) }},
	{"pos", func(p *strategy.Parameters) engine.Strategy { return strategy.NewPOS(p) }},
	{"urw", func(p *strategy.Parameters) engine.Strategy { return strategy.NewURW(p) }},
	{"surw", func(p *strategy.Parameters) engine.Strategy { return strategy.NewSURW(p) }},
}

// Strategies returns the names of the strategies that are compared.
func Strategies() (names []string) {
	for _, s := range strategies {
		names = append(names, s.name)
	}
	return names
}

// Program is a program that is wrong.
type Program struct {
	Name     string
	Run      func()
	Timeouts int // early ones in one execution
}

// Row is what was measured with one program.
type Row struct {
	Name  string
	First [][]int // by strategy, ascending: the execution that violates first; 0: none does
}

// Measure explores p by each strategy, with the seeds from 0 up to seeds, until a property is
// violated or budget executions have been drawn.
func Measure(p Program, seeds, budget int) Row {
	r := Row{Name: p.Name}
	for _, s := range strategies {
		var all []int
		for seed := range seeds {
			c := parameters(p, uint64(seed), budget)
			all = append(all, first(p, s.make(c), c))
		}
		slices.SortFunc(all, byExecution)
		r.First = append(r.First, all)
	}
	return r
}

// byExecution puts what was not found last.
func byExecution(a, b int) int {
	if a == 0 || b == 0 {
		return b - a
	}
	return a - b
}

// parameters are explore's defaults.
func parameters(p Program, seed uint64, budget int) *strategy.Parameters {
	c := &strategy.Parameters{Depth: 3, Seed: seed, Shards: 1}
	c.Executions, c.Steps, c.Timeouts = uint64(budget), 10_000, p.Timeouts
	c.Patience, c.Drawn, c.Disjoint = 3*time.Second, true, true
	return c
}

// first returns the number, from 1, of the execution that violates a property; 0 if none does.
func first(p Program, s engine.Strategy, c *strategy.Parameters) int {
	e := engine.New(&c.Limits, p.Run, s)
	defer e.Close()
	for n := 1; s.Begin(e); n++ {
		e.Execute()
		s.End(e)
		if e.Failure != nil {
			return n
		}
	}
	return 0
}
