package strategy

import (
	"fmt"

	"schedlab/explore/internal/engine"
)

// Replay does one execution again.
type Replay struct {
	schedule engine.Schedule
	at       int // the next decision
	done     bool

	Met         engine.Schedule // what was repeated, with checks
	Preemptions int             // of the execution
}

// NewReplay makes the strategy "replay".
func NewReplay(s engine.Schedule) *Replay { return &Replay{schedule: s} }

// Begin says true once.
func (s *Replay) Begin(*engine.Engine) bool {
	first := !s.done
	s.done, s.at, s.Met, s.Preemptions = true, 0, nil, 0
	return first
}

// Next returns the thread that the schedule says, if it stands before that step.
func (s *Replay) Next(e *engine.Engine) *engine.Thread {
	if s.at == len(s.schedule) {
		return nil
	}
	d := s.schedule[s.at]
	t := e.Decided(d)
	if t == nil {
		s.mismatch(e, engine.DecisionText(d), e.Standing(d))
		return nil
	}
	s.at++
	s.Met = append(s.Met, t.Decision())
	if e.Preempts(t) {
		s.Preemptions++
	}
	return t
}

// Choose returns the number that the schedule says.
func (s *Replay) Choose(e *engine.Engine, t *engine.Thread, n int) int {
	if s.at == len(s.schedule) {
		s.mismatch(e, "the end", fmt.Sprintf("%v chooses one of %d", t, n))
		return 0
	}
	d := s.schedule[s.at]
	if d >= 0 || engine.ChoiceOf(d) >= n {
		s.mismatch(e, engine.DecisionText(d), fmt.Sprintf("%v chooses one of %d", t, n))
		return 0
	}
	s.at++
	s.Met = append(s.Met, d)
	return engine.ChoiceOf(d)
}

// End says that an execution which ended before its schedule did is another one.
func (s *Replay) End(e *engine.Engine) {
	if e.Failure == nil && s.at < len(s.schedule) {
		s.mismatch(e, engine.DecisionText(s.schedule[s.at]), "the execution has ended")
	}
}

// Bound says that one execution proves nothing.
func (s *Replay) Bound() string { return "the one execution of the schedule given" }

// mismatch says that the schedule is not one of this program.
func (s *Replay) mismatch(e *engine.Engine, want, got string) {
	e.Diverge(fmt.Sprintf("the schedule is of another program, or of this one before it was "+
		"changed: as step %d it expects %s; but %s",
		s.schedule[:s.at].Steps()+1, want, got))
}
