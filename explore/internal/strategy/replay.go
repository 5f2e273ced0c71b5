package strategy

import (
	"fmt"

	"schedlab/explore/internal/engine"
)

// Replay does one execution again.
type Replay struct {
	Schedule engine.Schedule
	at       int
	done     bool

	Met         engine.Schedule // what was repeated, with checks
	Preemptions int
}

// NewReplay makes the strategy "replay".
func NewReplay(s engine.Schedule) *Replay { return &Replay{Schedule: s} }

func (s *Replay) Begin(*engine.Engine) bool {
	first := !s.done
	s.done, s.at, s.Met, s.Preemptions = true, 0, nil, 0
	return first
}

func (s *Replay) Next(e *engine.Engine) *engine.Thread {
	if s.at == len(s.Schedule) {
		return nil
	}
	d := s.Schedule[s.at]
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

func (s *Replay) Choose(e *engine.Engine, t *engine.Thread, n int) int {
	if s.at == len(s.Schedule) {
		s.mismatch(e, "the end", fmt.Sprintf("%v chooses one of %d", t, n))
		return 0
	}
	d := s.Schedule[s.at]
	if d >= 0 || int(-1-d) >= n {
		s.mismatch(e, engine.DecisionText(d), fmt.Sprintf("%v chooses one of %d", t, n))
		return 0
	}
	s.at++
	s.Met = append(s.Met, d)
	return int(-1 - d)
}

// End sees to it that what ended before its schedule did is not taken for what
// was to be repeated.
func (s *Replay) End(e *engine.Engine) {
	if e.Failure == nil && s.at < len(s.Schedule) {
		s.mismatch(e, engine.DecisionText(s.Schedule[s.at]), "the execution has ended")
	}
}

func (s *Replay) Bound() string { return "the one execution of the schedule given" }

// mismatch says that the schedule is not one of this program.
func (s *Replay) mismatch(e *engine.Engine, want, got string) {
	e.Diverge(fmt.Sprintf("the schedule is of another program, or of this one before it was changed: as step %d it expects %s; but %s",
		s.Schedule[:s.at].Steps()+1, want, got))
}
