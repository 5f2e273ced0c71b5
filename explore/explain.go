package explore

import (
	"fmt"
	"maps"
)

// origin is where a violation was found.
type origin struct {
	test    string // its name; "": in none
	nth     int    // in which of its explorations, from 1
	verdict string // in one line
}

// explain makes of v, which e has found at o, what people read: it shortens the
// schedule, and repeats it to tell what happens, in v.Table and v.HTML.
func (e *engine) explain(v *Violation, o origin) {
	replayed := e.cfg.strategy == "replay" // then that execution is asked for, and no other
	if v.Property == Blocking || v.Property == Nondeterminism {
		// To repeat it would hang, or something else would happen.
		if v.Property == Nondeterminism && !replayed {
			v.Message += e.placeOf(v)
			v.hint = hint(v.Property)
		}
		v.Table = v.String() + "\n"
		v.HTML = page(&story{violation: v, origin: o})
		return
	}
	schedule, minimal := v.Schedule, false
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
		v.HTML = page(&story{violation: v, origin: o, remark: v.Table})
		return
	}
	schedule = x.strategy.(*replay).met
	*v = *x.failure
	v.Schedule, v.Minimal = schedule, minimal
	s := x.tell(v, o)
	if replayed {
		s.remark = ""
	}
	v.Table, v.HTML = table(s), page(s)
}

// placeOf says where the step is taken at which the program was not the same again,
// if it can be met once more.
func (e *engine) placeOf(v *Violation) string {
	x := e.again(v.Schedule, nil)
	defer x.close()
	for _, w := range x.trace.rows {
		if w.step == v.Step+1 && w.line > 0 {
			return fmt.Sprintf(" (at %v)", w.site)
		}
	}
	return ""
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
