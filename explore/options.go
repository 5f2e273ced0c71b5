package explore

import (
	"fmt"
	"slices"
	"time"
)

// Option changes how a program is explored. Without options it is explored completely: one
// execution of each Mazurkiewicz trace, until the first violation, on one core, for as
// long as that takes. Flags override options: see 'Flags'.
type Option func(*config)

// Strategy explores by the strategy with this name, "exhaustive" if not given:
//
//   - exhaustive: every execution, by optimal partial-order reduction;
//   - bounded: every execution with few preemptions, see [Preemptions];
//   - naive: every interleaving, without reduction;
//   - random, pct, pos, urw, surw: a number of executions drawn at random, see [Executions]
//     and [Seed]. They find bugs and verify nothing.
func Strategy(name string) Option {
	return func(c *config) { c.choose(name, fmt.Sprintf("Strategy(%q)", name)) }
}

// Preemptions explores every execution in which threads that could have gone on are
// interrupted at most n times. n is 0 or more. Most bugs need no more than two. It chooses
// the strategy "bounded", whose n is 2 if this is not given.
func Preemptions(n int) Option {
	return func(c *config) {
		c.Preempt = n
		c.need("Preemptions", n, n >= 0, "0 or more")
		c.wish(fmt.Sprintf("Preemptions(%d)", n), "bounded")
	}
}

// Depth chooses the strategy "pct", which is to find bugs that need d ordered events. d is
// 1 or more, 3 if not given.
func Depth(d int) Option {
	return func(c *config) {
		c.Depth = d
		c.need("Depth", d, d >= 1, "1 or more")
		c.wish(fmt.Sprintf("Depth(%d)", d), "pct")
	}
}

// Seed is for the strategies that draw at random, and needs one of them: the same seed
// gives the same executions. It is 0 if not given.
func Seed(seed uint64) Option {
	return func(c *config) {
		c.Seed = seed
		c.wish(fmt.Sprintf("Seed(%d)", seed), randomStrategies...)
	}
}

// Executions is a budget of n executions, 1 or more. When it runs out the verdict is
// Unknown. If not given there is no limit, except for the strategies that draw at random,
// which have a default.
func Executions(n int) Option {
	return func(c *config) {
		c.Executions = uint64(max(n, 0))
		c.need("Executions", n, n >= 1, "1 or more")
	}
}

// Budget limits the time of the exploration, by the wall clock. When it runs out the
// verdict is Unknown. If not given there is no limit but that of go test. d is more than 0.
func Budget(d time.Duration) Option {
	return func(c *config) {
		c.Budget = d
		c.need("Budget", d, d > 0, "more than 0")
	}
}

// Steps limits the length of an execution to n steps, 1 or more; 10 000 if not given. A longer
// one is given up, and the search goes on: see 'What a verdict says'. If it finds nothing, the
// verdict is Unknown and names the loop.
func Steps(n int) Option {
	return func(c *config) {
		c.Steps = n
		c.need("Steps", n, n >= 1, "1 or more")
	}
}

// Timeouts limits how many waits time out early in one execution, to 1 if not given. Early
// means that other threads could still have taken a step. The limit belongs to the bound
// of the verdict. n is 0 or more.
func Timeouts(n int) Option {
	return func(c *config) {
		c.Timeouts = n
		c.need("Timeouts", n, n >= 0, "0 or more")
	}
}

// Patience is the time that a thread may take from one step to the next, by the wall
// clock, 3 seconds if not given. A thread that takes longer blocks outside the controlled
// types or loops for ever: a violation of [Blocking]. d is more than 0.
func Patience(d time.Duration) Option {
	return func(c *config) {
		c.Patience = d
		c.need("Patience", d, d > 0, "more than 0")
	}
}

const defaultPatience = 3 * time.Second

// Workers explores with n engines at the same time, each on a core of its own, 1 if not
// given. The program must then make its variables itself: package variables do not work. n is
// 1 or more.
func Workers(n int) Option {
	return func(c *config) {
		c.workers = n
		c.need("Workers", n, n >= 1, "1 or more")
	}
}

// KeepGoing continues after a violation, and counts the executions that break a property:
// Result.Violations. Each of them ends where it breaks the property. The steps that would
// have followed are not known, nor the executions in which those come earlier. So all
// counts may be too low, and another bug may be missed; only Strategy("naive") finds it.
// Deadlocks, and all violations that end by themselves, leave nothing out.
func KeepGoing() Option { return func(c *config) { c.KeepGoing = true } }

// MustViolate declares that the program is wrong: [Test] fails unless p is the property
// that is violated. So a known bug, or a check that must be able to fail, becomes a test
// like any other.
func MustViolate(p Property) Option {
	return func(c *config) {
		c.expect = p
		if !slices.Contains(properties, p) {
			c.errs = append(c.errs, fmt.Errorf("MustViolate(%q): there is no such property; "+
				"use one of the constants of type Property", p))
		}
	}
}

// Disjoint declares that the threads of the program share nothing on purpose. Without it a
// program of several threads is not [Verified] if no two of them touch the same variable
// of this package's types. Most likely they share other variables, which nothing watches.
func Disjoint() Option { return func(c *config) { c.Disjoint = true } }

// Search declares that it is enough to find nothing: [Test] passes on the verdict [Unknown]
// if executions came to their end, and none broke a property until the budget was spent.
// It is for strategies that draw at random, and for programs that can only be explored in
// part. Without it Test passes on a proof only.
func Search() Option { return func(c *config) { c.search = true } }
