// Package story turns a violation into text for people. It shortens the schedule, repeats
// and records the execution, and writes it as a table and as a page.
//
//	explain.go    Explain: from a violation to its table and its page
//	shrink.go     shorten: the schedule with the fewest preemptions and steps
//	quieter.go    a quieter schedule, for when the search for the shortest takes too long
//	recording.go  the observer that records an execution
//	site.go       places where the program calls the explorer, and its wrappers
//	describe.go   events and waits in words
//	sources.go    names of variables and lines, from the source
//	story.go      a violation with its rows and columns
//	command.go    the command that repeats an execution
//	table.go      the story as a table
//	html.go       the story as a page: page.html
//	endless.go    Endless: the loop that reached the limit of steps
package story

import (
	"fmt"
	"maps"

	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// Origin is where a violation was found.
type Origin struct {
	Test    string // its name; "": in none
	Nth     int    // which of the test's explorations, from 1
	Verdict string // in one line
}

// Explain sets v.Table and v.HTML, which tell v to people, and shortens v's schedule. e has
// found v, at o. The execution that led to v is repeated: once to find names for its
// variables, and once more to tell it with them.
func Explain(e *engine.Engine, v *engine.Violation, o Origin) {
	replayed := e.Limits.Strategy == "replay" // the user asked for this execution, not a shorter
	if v.Property == engine.Blocking || v.Property == engine.Nondeterminism {
		explainUnrepeated(e, v, o, replayed)
		return
	}
	schedule, minimal := v.Schedule, false
	if !replayed {
		schedule, minimal = shorten(e, v)
	}
	first := again(e, schedule, nil)
	x := again(e, schedule, recordingOf(first))
	defer first.Close()
	defer x.Close()
	if x.Failure == nil || x.Failure.Property != v.Property {
		explainVanished(v, x.Failure, o)
		return
	}
	schedule = x.Strategy.(*strategy.Replay).Met
	*v = *x.Failure
	v.Schedule, v.Minimal = schedule, minimal
	s := tell(x, v, o)
	if replayed {
		s.remark = ""
	}
	v.Table, v.HTML = table(s), page(s)
}

// explainUnrepeated explains Blocking and Nondeterminism without a repetition: the first
// would hang again, and in the second something else would happen.
func explainUnrepeated(e *engine.Engine, v *engine.Violation, o Origin, replayed bool) {
	help := ""
	if v.Property == engine.Nondeterminism && !replayed {
		v.Message += placeOf(e, v)
		help = hint
	}
	v.Table = v.String() + "\n"
	if help != "" {
		v.Table += "\n" + help + "\n"
	}
	v.HTML = page(&story{violation: v, origin: o, hint: help})
}

// explainVanished explains v, which did not happen when its execution was repeated; now
// happened instead, or nothing if it is nil.
func explainVanished(v, now *engine.Violation, o Origin) {
	what := "nothing happened"
	if now != nil {
		what = now.String()
	}
	v.Table = fmt.Sprintf("%v\n\nIt did not happen again when it was repeated (%s). "+
		"Does the program depend on anything but its schedule,\n"+
		"such as the order of a map, the clock, randomness, "+
		"or variables that outlive an execution?\n", v, what)
	v.HTML = page(&story{violation: v, origin: o, remark: v.Table})
}

// placeOf says where the program takes the step that was not the same again, if it can be
// met once more.
func placeOf(e *engine.Engine, v *engine.Violation) string {
	x := again(e, v.Schedule, nil)
	defer x.Close()
	for _, w := range recordingOf(x).rows {
		if w.step == v.Step+1 && w.line > 0 {
			return fmt.Sprintf(" (at %v)", w.site)
		}
	}
	return ""
}

// again executes e's program once more, as s says, on an engine of its own, and records it.
// names is an earlier recording of the same execution, or nil.
func again(e *engine.Engine, s engine.Schedule, names *recording) *engine.Engine {
	x := sibling(e, strategy.NewReplay(s))
	r := &recording{vars: map[*engine.Shadow]int{}, pointers: map[uint64]int{}, sources: sources{}}
	if names != nil {
		r.names, r.varNames = names.named(names.uses), names.named(names.varUses)
		maps.Copy(r.sources, names.sources)
	}
	x.Observer = r
	x.Strategy.Begin(x)
	x.Execute()
	x.Strategy.End(x)
	return x
}

// sibling returns another engine for e's program.
func sibling(e *engine.Engine, s engine.Strategy) *engine.Engine {
	cfg := *e.Limits
	cfg.KeepGoing = false
	return engine.New(&cfg, e.Program, s)
}

// recordingOf returns the recording of e, which again has made.
func recordingOf(e *engine.Engine) *recording { return e.Observer.(*recording) }

// hint says where to look for the cause of Nondeterminism.
const hint = `Look for what the program depends on besides the order of its threads' steps:
  - the order in which a map is ranged over;
  - the real clock: explore.Now is the virtual one;
  - random numbers: explore.Choose explores all of them;
  - variables outside the program that keep their value from one execution to the next;
  - addresses that are compared or hashed;
  - goroutines that explore.Go has not started.`
