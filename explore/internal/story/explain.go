// Package story makes of a violation what people read: it shortens the schedule, repeats
// and records the execution, and writes it as a table and as a page.
//
//	explain.go    Explain: the way from a violation to its story
//	shrink.go     the schedule with the fewest preemptions and steps
//	quieter.go    a quieter schedule, where to find the shortest takes too long
//	recording.go  what an execution does, with its places in the source
//	describe.go   events in words
//	sources.go    names of variables, from the source
//	table.go      the story as a table
//	html.go       the story as a page: page.html
//	tags.go       the build tags of the binary
//	endless.go    which loop has no end
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
	Nth     int    // in which of its explorations, from 1
	Verdict string // in one line
}

// Explain makes of v, which e has found at o, what people read: it shortens the
// schedule, and repeats it to tell what happens, in v.Table and v.HTML.
func Explain(e *engine.Engine, v *engine.Violation, o Origin) {
	replayed := e.Limits.Strategy == "replay" // then that execution is asked for, and no other
	if v.Property == engine.Blocking || v.Property == engine.Nondeterminism {
		help := ""
		// To repeat it would hang, or something else would happen.
		if v.Property == engine.Nondeterminism && !replayed {
			v.Message += placeOf(e, v)
			help = hint
		}
		v.Table = v.String() + "\n"
		if help != "" {
			v.Table += "\n" + help + "\n"
		}
		v.HTML = page(&story{violation: v, origin: o, hint: help})
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
		what := "nothing happened"
		if x.Failure != nil {
			what = x.Failure.String()
		}
		v.Table = fmt.Sprintf("%v\n\nIt did not happen again when it was repeated (%s): does the program depend on anything but its schedule,\n"+
			"such as the order of a map, the clock, randomness, or variables that outlive an execution?\n", v, what)
		v.HTML = page(&story{violation: v, origin: o, remark: v.Table})
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

// placeOf says where the step is taken at which the program was not the same again,
// if it can be met once more.
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

// again executes e's program once more, as s says, on an engine of its own, and
// records it. names is a recording of the same that was made before; or nil.
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

// recordingOf returns what e, which again has made, has recorded.
func recordingOf(e *engine.Engine) *recording { return e.Observer.(*recording) }

// hint says where to look for the cause of Nondeterminism.
const hint = `Look for what the program depends on besides the order of its threads' steps:
  - the order in which a map is ranged over;
  - the real clock: explore.Now is the virtual one;
  - random numbers: explore.Choose explores all of them;
  - variables outside the program that keep their value from one execution to the next;
  - addresses that are compared or hashed;
  - goroutines that explore.Go has not started.`
