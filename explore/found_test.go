package explore

import (
	"fmt"

	"schedlab/explore/internal/engine"
)

// followed is a strategy with a function that is called after each execution.
type followed struct {
	engine.Strategy
	after func(e *engine.Engine)
}

func (w followed) End(e *engine.Engine) {
	w.Strategy.End(e)
	w.after(e)
}

// MayRetract says whether the strategy takes back its last step.
func (w followed) MayRetract() bool { return mayRetract(w.Strategy) }

// Retract takes it back.
func (w followed) Retract() { w.Strategy.(engine.Retracter).Retract() }

func mayRetract(s engine.Strategy) bool {
	r, ok := s.(engine.Retracter)
	return ok && r.MayRetract()
}

// found is what a strategy has found.
type found struct {
	Result
	traces   map[string]*traced // of the executions that came to an end
	times    map[string]int     // the number of executions of each trace
	diverged *Violation
	looks    bool // looks in vain are steps
}

// explored explores p with s.
func (p *prog) explored(s engine.Strategy) *found { return p.exploredTo(s, defaults().Steps) }

// exploredTo is explored with that limit of steps.
func (p *prog) exploredTo(s engine.Strategy, steps int) *found {
	m, f := newMachine(p), newFound()
	cfg := defaults()
	cfg.KeepGoing, cfg.Steps = true, steps
	_, retracts := s.(engine.Retracter)
	f.looks = !retracts
	e := newEngine(cfg, m.program, followed{s, func(e *engine.Engine) { f.note(e, m) }})
	defer e.Close()
	f.Result = explore(e, nil)
	return f
}

func newFound() *found { return &found{traces: map[string]*traced{}, times: map[string]int{}} }

// note adds the execution that e has ended, of the program of m.
func (f *found) note(e *engine.Engine, m *machine) {
	switch e.Outcome {
	case engine.Complete, engine.Stuck:
		tr := m.trace()
		key := tr.canonical()
		f.traces[key] = tr
		f.times[key]++
	case engine.Diverged:
		f.diverged = (*Violation)(e.Failure)
	}
}

// compare says what is wrong with f, given all executions; "": nothing. once says that no
// trace may have been executed twice.
func (b *brute) compare(f *found, once bool) string {
	if f.diverged != nil {
		return fmt.Sprint("divergence: ", f.diverged)
	}
	if b.failed > 0 {
		if f.Violations == 0 {
			return "a violation is missed"
		}
		return ""
	}
	traces := b.traces
	if f.looks {
		traces = b.withLooks
	}
	for key, tr := range f.traces {
		if traces[key] == nil {
			return fmt.Sprintf("invented: this is no execution of the program:\n%s", tr)
		}
		if n := f.times[key]; n != 1 && once {
			return fmt.Sprintf("repeated %d times:\n%s", n, tr)
		}
	}
	for key, tr := range traces {
		if f.traces[key] == nil {
			return fmt.Sprintf("missing (one of %d; there are %d traces):\n%s",
				len(traces)-len(f.traces), len(traces), tr)
		}
	}
	if f.Violations != f.Stuck {
		return fmt.Sprintf("%d executions are failures, but %d are stuck: %v",
			f.Violations, f.Stuck, f.Violation)
	}
	return ""
}
