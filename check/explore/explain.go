package explore

import (
	"fmt"
	"maps"
)

// explain makes of v, which e has found, what people read: it shortens the
// schedule, and repeats it to tell what happens, in v.Table and v.HTML. testName
// is the test that has found it, if not empty, in its nth exploration, from 1.
func (e *engine) explain(v *Violation, testName string, nth int) {
	if v.Property == Blocking || v.Property == Nondeterminism {
		// To repeat it would hang, or something else would happen.
		v.Table = v.String() + "\n"
		v.HTML = page(&story{violation: v})
		return
	}
	schedule, minimal := v.Schedule, false
	replayed := e.cfg.strategy == "replay" // then that execution is asked for, and no other
	if !replayed {
		schedule, minimal = e.shorten(v)
	}
	first := e.again(schedule, nil)
	x := e.again(schedule, first.trace)
	defer first.close()
	defer x.close()
	if x.failure == nil || x.failure.Property != v.Property {
		what := "nothing happened"
		if x.failure != nil {
			what = x.failure.String()
		}
		v.Table = fmt.Sprintf("%v\n\nIt did not happen again when it was repeated (%s): does the program depend on anything but its schedule,\n"+
			"such as the order of a map, the clock, randomness, or variables that outlive an execution?\n", v, what)
		v.HTML = page(&story{violation: v, remark: v.Table})
		return
	}
	schedule = x.strategy.(*replay).met
	*v = *x.failure
	v.Schedule, v.Minimal = schedule, minimal
	s := x.tell(v, replayCommand(v.Schedule, testName, nth))
	if replayed {
		s.remark = ""
	}
	v.Table, v.HTML = table(s), page(s)
}

// again executes e's program once more, as s says, on an engine of its own, and
// records it. names is a recording of the same that was made before; or nil.
func (e *engine) again(s Schedule, names *recording) *engine {
	x := e.sibling(&replay{schedule: s})
	x.trace = &recording{vars: map[*shadow]int{}, pointers: map[uint64]int{}, sources: sources{}}
	if names != nil {
		x.trace.names, x.trace.varNames = names.named(names.uses), names.named(names.varUses)
		maps.Copy(x.trace.sources, names.sources)
	}
	x.strategy.begin(x)
	x.execute()
	x.strategy.end(x)
	return x
}

// sibling returns another engine for e's program.
func (e *engine) sibling(s strategy) *engine {
	cfg := *e.cfg
	cfg.keepGoing = false
	return newEngine(&cfg, e.program, s)
}
