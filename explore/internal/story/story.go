package story

import (
	"fmt"

	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// story is a violation and the execution that led to it, ready to be written down.
type story struct {
	violation *engine.Violation
	origin    Origin
	columns   []column
	idle      []string // threads that took no step
	rows      []row
	remark    string // on the length of the execution; "": none
	hint      string // where to look for the cause; "": it is obvious
	replay    string // the command that repeats the execution
}

// column shows the steps of one thread.
type column struct {
	id            int32
	name, started string
}

func (c column) String() string { return fmt.Sprintf("%s (%s)", c.name, c.started) }

// tell makes a story of x, which has just repeated v, found at o.
func tell(x *engine.Engine, v *engine.Violation, o Origin) *story {
	r := recordingOf(x)
	s := &story{violation: v, origin: o, rows: r.rows}
	s.remark = remark(v, x.Strategy.(*strategy.Replay).Preemptions)
	s.replay = replayCommand(v.Schedule, o)
	switch v.Property {
	case engine.Deadlock, engine.LostWakeup, engine.LeakedThreads, engine.Livelock:
	default:
		s.end(int32(v.Thread), breaking(x, v), r.failedAt)
	}
	if x.Outcome == engine.Stuck {
		for _, t := range x.Alive {
			if !t.Ended {
				s.end(t.ID, pendingText(t), r.standing[t.ID])
			}
		}
	}
	for i := range s.rows {
		w := &s.rows[i]
		if w.line == 0 { // the thread's function is itself an operation, as in Go(n.Wakeup)
			w.site = r.threads[w.thread]
		}
		w.code = r.sources.line(w.site)
	}
	s.divide(x, r)
	return s
}

// end adds a row for what thread could not do, at the end of the execution.
func (s *story) end(thread int32, text string, at site) {
	s.rows = append(s.rows, row{
		thread: thread, text: "✗ " + text, from: -1, site: at, pending: true,
	})
}

// divide gives a column to each thread of x that has a row; the others are idle.
func (s *story) divide(x *engine.Engine, r *recording) {
	acts := map[int32]bool{}
	for i := range s.rows {
		acts[s.rows[i].thread] = true
	}
	for _, t := range x.Alive {
		c := column{t.ID, t.String(), "main"}
		if t.ID > 0 {
			c.started = r.threads[t.ID].String()
		}
		if acts[t.ID] {
			s.columns = append(s.columns, c)
		} else {
			s.idle = append(s.idle, c.String())
		}
	}
}

// breaking names the property that broke and, if that prevented a step, the step.
func breaking(x *engine.Engine, v *engine.Violation) string {
	if t := x.Alive[v.Thread]; x.Grants > len(x.Events) && t.Op.Obj != nil {
		return fmt.Sprintf("%v %v: %s", t.Op.Kind, t.Op.Obj, v.Property)
	}
	return string(v.Property)
}

func remark(v *engine.Violation, preemptions int) string {
	size := engine.Count(v.Step, "step") + ", " + engine.Count(preemptions, "preemption")
	if v.Minimal {
		return size + ": no execution breaks this property with fewer preemptions, " +
			"or with as few and in fewer steps"
	}
	return size + ": the search for a shorter execution did not come to its end; there may be one"
}
