package explore

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"schedlab/internal/names"
)

// wishes are what options, or flags, ask for.
type wishes struct {
	errs   []error
	chosen string // the option that chose the strategy; "": none did
	wished []wish
}

// wish is an option that makes sense with some strategies only.
type wish struct {
	what       string
	strategies []string
}

// choose makes strategy the one to explore by. what is the option that says so.
func (c *config) choose(strategy, what string) {
	if _, ok := strategies[strategy]; !ok || reserved[strategy] {
		c.errs = append(c.errs,
			fmt.Errorf("%s: %w", what, names.Unknown("strategy", strategy, strategyNames())))
		return
	}
	if c.chosen != "" && c.Strategy != strategy {
		c.errs = append(c.errs,
			fmt.Errorf("%s contradicts %s; give one of the two", what, c.chosen))
		return
	}
	c.Strategy, c.chosen = strategy, what
}

// wish notes that the option what needs one of strategies.
func (c *config) wish(what string, strategies ...string) {
	c.wished = append(c.wished, wish{what, strategies})
}

// need notes an error unless ok: the option what is given got, and not what is expected.
func (c *config) need(what string, got any, ok bool, expected string) {
	if !ok {
		c.errs = append(c.errs, fmt.Errorf("%s: %v; it must be %s", what, got, expected))
	}
}

// settle chooses the strategy that the wishes need, if none has been chosen. Its error
// says what does not fit together.
func (c *config) settle() error {
	for _, w := range c.wished {
		switch {
		case slices.Contains(w.strategies, c.Strategy):
		case c.chosen != "":
			c.errs = append(c.errs, fmt.Errorf("%s contradicts %s: it is for %s; "+
				"drop one of the two", w.what, c.chosen, anyOf(w.strategies)))
		case len(w.strategies) == 1:
			c.choose(w.strategies[0], w.what)
		default:
			c.errs = append(c.errs, fmt.Errorf("%s: strategy %s draws nothing at random; "+
				"add Strategy(%q), or another of %s, or drop %s",
				w.what, c.Strategy, w.strategies[0], anyOf(w.strategies), w.what))
		}
	}
	err := errors.Join(c.errs...)
	c.wishes = wishes{}
	return err
}

func anyOf(names []string) string { return strings.Join(names, ", ") }

// reserved strategies cannot be chosen by name: they need input that only the package has.
var reserved = map[string]bool{"replay": true, "fuzz": true}

// strategyNames lists the strategies that may be chosen.
func strategyNames() []string {
	var open []string
	for name := range strategies {
		if !reserved[name] {
			open = append(open, name)
		}
	}
	slices.Sort(open)
	return open
}

// randomStrategies draw at random, from a seed.
var randomStrategies = []string{"random", "pct", "pos", "urw", "surw"}

// draws says whether c explores by one of them.
func (c *config) draws() bool { return slices.Contains(randomStrategies, c.Strategy) }
