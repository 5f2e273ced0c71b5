package explore

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/story"
)

// Verdict is what an exploration has found out.
type Verdict uint8

const (
	// Unknown: a budget ran out, or not everything within the bound could be
	// executed. Test passes on it only with Search.
	Unknown Verdict = iota
	// Verified: every execution within the bound keeps all properties, and at least
	// one of them is complete.
	Verified
	// Violated: an execution breaks a property.
	Violated
)

// String returns the name of the verdict.
func (v Verdict) String() string { return [...]string{"Unknown", "Verified", "Violated"}[v] }

// Result is the outcome of an exploration.
type Result struct {
	Verdict    Verdict
	Bound      string     // what the verdict is about
	Why        string     // of Unknown: what ran out, and how to go on
	Violation  *Violation // of Violated: the first
	Violations uint64     // executions that broke a property; more than 1 only with KeepGoing
	Complete   uint64     // executions in which every thread ended
	Stuck      uint64     // executions in which threads were left that could not go on: Violations
	Cut        uint64     // executions given up as not needed: see 'Cut executions'
	TooLong    uint64     // executions given up at the limit of Steps
	Steps      uint64     // of all executions
	Elapsed    time.Duration

	timeouts int    // the most early ones in one execution
	endless  string // which loop made an execution too long
	sharing  engine.Sharing
	counting string // the place of a loop that keeps a count; "": none is known
}

// count adds the execution that e has just ended.
func (r *Result) count(e *engine.Engine) {
	if e.Outcome == engine.Repeated {
		e.Control.Withdraw()
		return
	}
	switch e.Outcome {
	case engine.Complete:
		r.Complete++
	case engine.Stuck:
		r.Stuck++
	case engine.Cut:
		r.Cut++
	case engine.TooLong:
		r.TooLong++
	}
	r.timeouts = max(r.timeouts, e.Timeouts)
	r.sharing = max(r.sharing, e.Sharing)
	if e.Followed != nil && r.counting == "" {
		r.counting = story.Place(e.Followed)
	}
	if e.Failure != nil {
		r.Violations++
		if r.Violation == nil {
			r.Violation = (*Violation)(e.Failure)
		}
	}
	e.Control.Ended.Add(1)
	e.Control.Steps.Add(uint64(len(e.Events)))
}

// add adds to r what o has found. The verdict is left to conclude.
func (r *Result) add(o *Result) {
	r.Complete += o.Complete
	r.Stuck += o.Stuck
	r.Cut += o.Cut
	r.TooLong += o.TooLong
	r.Steps += o.Steps
	r.Elapsed = max(r.Elapsed, o.Elapsed)
	r.Violations += o.Violations
	r.timeouts = max(r.timeouts, o.timeouts)
	r.sharing = max(r.sharing, o.sharing)
	r.counting = cmp.Or(r.counting, o.counting)
	if r.endless == "" {
		r.endless = o.endless
	}
	if r.Violation == nil {
		r.Violation = o.Violation
	}
}

// conclude gives the verdict on what has been counted.
func (r *Result) conclude(c *engine.Control, s engine.Strategy) {
	r.Bound = s.Bound() + r.timeBound(c.Limits.Timeouts)
	r.Verdict, r.Why = Unknown, ""
	if r.Violation != nil {
		r.Verdict = Violated
		return
	}
	if r.Why = r.doubt(c, s); r.Why == "" {
		r.Verdict = Verified
	}
}

// timeBound returns what Timeouts(n) adds to the bound.
func (r *Result) timeBound(n int) string {
	switch {
	case n == 0:
		return "; no early timeout"
	case r.timeouts == n:
		return fmt.Sprintf("; at most %s in each", engine.Count(n, "early timeout"))
	}
	return ""
}

// notClosed says why a loop that keeps a count leaves the verdict open.
func (r *Result) notClosed(l *engine.Limits) string {
	return fmt.Sprintf("the loop at %s cannot be closed: its state is another one after each "+
		"round. It was followed for %s, and nothing was found; let its rounds end in the "+
		"state in which they began, without a count", r.counting,
		engine.Count(l.Followed(), "step"))
}

// doubt says why the program is not verified although nothing is violated; "" if it is
// verified.
func (r *Result) doubt(c *engine.Control, s engine.Strategy) string {
	why := c.Reason()
	switch {
	case r.TooLong > 0 && why != "":
		return r.tooLong(c.Limits.Steps) + "; " + why
	case r.TooLong > 0:
		return r.tooLong(c.Limits.Steps)
	case why != "":
		return why
	case r.Complete == 0 && r.Cut > 0:
		return fmt.Sprintf("no execution came to its end: strategy %s gave up all %d; "+
			"try Strategy(\"naive\")", c.Limits.Strategy, r.Cut)
	case r.Complete == 0:
		return "nothing was executed to its end"
	case c.Limits.Strategy == "replay":
		return "the execution that was replayed breaks nothing; " +
			"run without -explore.replay to verify the program"
	case engine.Samples(s):
		return fmt.Sprintf("strategy %s leaves executions out: it found no violation, and "+
			"verifies nothing; add Search if Test is to pass on that", c.Limits.Strategy)
	case r.counting != "":
		return r.notClosed(c.Limits)
	case r.sharing == engine.Separate && !c.Limits.Sharded: // of shards, Merge says it
		return shareNothing
	}
	return ""
}

// tooLong says how many executions were given up, and where the first of them goes round.
func (r *Result) tooLong(steps int) string {
	if r.TooLong == 1 {
		return fmt.Sprintf("1 execution was given up after %d steps: %s", steps, r.endless)
	}
	return fmt.Sprintf("%d executions were given up after %d steps: in one of them %s",
		r.TooLong, steps, r.endless)
}

// shareNothing is why there is no proof: see 'Threads that share nothing'.
const shareNothing = "no two threads touched the same variable that the explorer sees: " +
	"use explore.Int32, explore.Var and so on in place of sync/atomic and plain variables; " +
	"if the threads are to share nothing, say so by Disjoint"

// String returns the verdict in one line, with its bound and what was executed.
func (r Result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v (%s): %s, %s, %v", r.Verdict, r.Bound, r.executions(),
		engine.Count(int(r.Steps), "step"), r.Elapsed.Round(time.Millisecond))
	if r.Why != "" {
		fmt.Fprintf(&b, "; %s", r.Why)
	}
	return b.String()
}

// executions returns the counts as text. Each execution is in one number, except that
// "stuck" counts some of the violating ones again.
func (r *Result) executions() string {
	all := r.Complete + r.Cut + r.TooLong + r.Violations
	if all == r.Complete {
		return engine.Count(int(all), "execution") + " complete"
	}
	violating := "violating"
	switch {
	case r.Stuck > 0 && r.Stuck == r.Violations:
		violating += " (stuck)"
	case r.Stuck > 0:
		violating += fmt.Sprintf(" (%d of them stuck)", r.Stuck)
	}
	var parts []string
	for _, c := range []struct {
		n    uint64
		what string
	}{
		{r.Complete, "complete"}, {r.Cut, "cut"},
		{r.TooLong, "too long"}, {r.Violations, violating},
	} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	return engine.Count(int(all), "execution") + ": " + strings.Join(parts, ", ")
}
