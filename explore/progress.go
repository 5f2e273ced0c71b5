package explore

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/term"

	"schedlab/explore/internal/engine"
)

// progress tells every two seconds how far an exploration has come: its executions and
// their rate, and the part of a budget that is spent. It estimates the part of the tree of
// executions that is done, and the time left. A nil progress tells nothing.
//
// The estimate is the weighted backtrack estimate of Kilby, Slaney, Thiébaux and Walsh
// ("Estimating Search Tree Size", AAAI 2006). Each finished execution counts as the part of
// the tree that is the probability to draw it at random: the product of 1/branches along
// its path. Branches that are found later make the tree larger than it seemed, so early
// estimates promise too much.
type progress struct {
	name    string
	to      io.Writer
	inPlace bool // to is a terminal: each line takes the place of the one before
	next    time.Duration
	written bool
	asked   atomic.Bool   // tick asks; tellPart, on an engine's goroutine, answers
	part    atomic.Uint64 // the answer: see partUnit
}

// interval is the time between two lines of progress.
const interval = 2 * time.Second

// partUnit: progress.part counts millionths.
const partUnit = 1_000_000

// tellPart answers tick with the part that e has done. It is called between two executions
// of e.
func (p *progress) tellPart(e *engine.Engine) {
	if p == nil || !p.asked.Load() {
		return
	}
	p.asked.Store(false)
	if s, ok := e.Strategy.(engine.Estimator); ok {
		p.part.Store(uint64(s.Progress() * partUnit))
	}
}

// tick tells how far c has come, if it is time to. elapsed is the time since the beginning.
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

// end erases the line, if one was written in place.
func (p *progress) end() {
	if p != nil && p.written && p.inPlace {
		fmt.Fprint(p.to, "\r\033[K")
	}
}

func (p *progress) line(c *engine.Control, elapsed time.Duration) string {
	n := c.Ended.Load()
	s := fmt.Sprintf("%s: %d executions in %v, %.0f/s",
		p.name, n, elapsed.Round(time.Second), float64(n)/elapsed.Seconds())
	tree, spent := p.done(c, n, elapsed)
	if tree > 0 {
		s += fmt.Sprintf(", about %s of the tree, at least %s left",
			percent(tree), left(elapsed, tree))
	}
	if spent > 0 {
		s += fmt.Sprintf(", %s of the budget, %s left", percent(spent), left(elapsed, spent))
	}
	return s
}

// done returns the parts that are done, of the tree and of the budget. Of two budgets it
// takes the one that is spent first. The number of executions to draw at random counts as
// a budget, too.
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

// left returns the time that the rest takes if part has taken elapsed.
func left(elapsed time.Duration, part float64) string {
	return roughly(time.Duration(float64(elapsed) * (1 - part) / part))
}

func percent(part float64) string {
	if part < 0.01 {
		return fmt.Sprintf("%.2g %%", 100*part)
	}
	return fmt.Sprintf("%.0f %%", 100*part)
}

// roughly rounds d to the precision of an estimate.
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

// progressOf returns the progress of t; nil if it is not to be told.
func progressOf(t testing.TB) *progress {
	terminal := term.IsTerminal(int(os.Stderr.Fd()))
	if !terminal && !flags.verbose && !testing.Verbose() {
		return nil
	}
	p := &progress{name: t.Name(), to: os.Stderr, inPlace: terminal}
	if !terminal && !flags.verbose {
		p.to = logWriter{t}
	}
	return p
}

// logWriter logs each line that is written to it.
type logWriter struct{ t testing.TB }

func (w logWriter) Write(p []byte) (int, error) {
	w.t.Logf("%s", strings.TrimRight(string(p), "\n"))
	return len(p), nil
}

var _ io.Writer = logWriter{}
