package explore

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"schedlab/explore/internal/engine"
)

// progress tells how far an exploration has come, every two seconds: executions,
// executions a second; how much of the tree of executions is done and how much
// time that leaves, by estimate; and how much of a budget is spent. A nil progress
// tells nothing.
//
// The estimate is the weighted backtrack estimate of Kilby, Slaney, Thiébaux and
// Walsh ("Estimating Search Tree Size", AAAI 2006): a finished execution stands
// for the part of the tree that one at random would be, the product of 1/branches
// along its path. Branches that are found later make the tree larger than it
// seemed: early estimates promise too much.
type progress struct {
	name    string
	to      io.Writer
	inPlace bool // to is a terminal: each line takes the place of the one before
	next    time.Duration
	written bool
	asked   atomic.Bool // the first engine is to tell its part; partner: tellPart
	part    atomic.Uint64
}

// interval is the time between two lines.
const interval = 2 * time.Second

// partUnit: progress.part counts millionths.
const partUnit = 1_000_000

// tellPart is called between two executions of e.
func (p *progress) tellPart(e *engine.Engine) {
	if p == nil || !p.asked.Load() {
		return
	}
	p.asked.Store(false)
	if s, ok := e.Strategy.(engine.Estimator); ok {
		p.part.Store(uint64(s.Progress() * partUnit))
	}
}

// tick tells, now that elapsed has passed, how far c has come, if it is time.
func (p *progress) tick(c *engine.Control, elapsed time.Duration) {
	if p == nil {
		return
	}
	if p.next == 0 {
		p.next = interval
	}
	if elapsed < p.next {
		p.asked.Store(true)
		return
	}
	p.next = elapsed + interval
	p.tell(p.line(c, elapsed))
}

func (p *progress) tell(line string) {
	if p.inPlace {
		fmt.Fprintf(p.to, "\r\033[K%s", line)
	} else {
		fmt.Fprintln(p.to, line)
	}
	p.written = true
}

// end leaves the line, if one was written in place.
func (p *progress) end() {
	if p != nil && p.written && p.inPlace {
		fmt.Fprint(p.to, "\r\033[K")
	}
}

func (p *progress) line(c *engine.Control, elapsed time.Duration) string {
	n := c.Ended.Load()
	s := fmt.Sprintf("%s: %d executions in %v, %.0f/s", p.name, n, elapsed.Round(time.Second), float64(n)/elapsed.Seconds())
	tree, spent := p.done(c, n, elapsed)
	if tree > 0 {
		s += fmt.Sprintf(", about %s of the tree, at least %s left", percent(tree), left(elapsed, tree))
	}
	if spent > 0 {
		s += fmt.Sprintf(", %s of the budget, %s left", percent(spent), left(elapsed, spent))
	}
	return s
}

// done returns the parts that are done: of all executions, and of the budget, that
// which is spent earlier if there are two. What is drawn at random is a budget, too.
func (p *progress) done(c *engine.Control, n uint64, elapsed time.Duration) (tree, spent float64) {
	tree = float64(p.part.Load()) / partUnit
	if c.Limits.Drawn {
		tree, spent = 0, tree
	}
	if limit := c.Limits.Executions; limit > 0 {
		spent = max(spent, float64(n)/float64(limit))
	}
	if c.Limits.Budget > 0 {
		spent = max(spent, float64(elapsed)/float64(c.Limits.Budget))
	}
	return min(tree, 1), min(spent, 1)
}

// left is how long the rest takes if part has taken elapsed.
func left(elapsed time.Duration, part float64) string {
	return roughly(time.Duration(float64(elapsed) * (1 - part) / part))
}

func percent(part float64) string {
	if part < 0.01 {
		return fmt.Sprintf("%.2g %%", 100*part)
	}
	return fmt.Sprintf("%.0f %%", 100*part)
}

// roughly rounds d to what an estimate is worth.
func roughly(d time.Duration) string {
	switch {
	case d > 10*24*time.Hour:
		return "many days"
	case d > 10*time.Hour:
		return fmt.Sprintf("%.0f hours", d.Hours())
	case d > 10*time.Minute:
		return fmt.Sprintf("%.0f minutes", d.Minutes())
	}
	return d.Round(time.Second).String()
}
