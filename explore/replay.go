package explore

import "fmt"

// replay does one execution again.
type replay struct {
	schedule Schedule
	at       int
	done     bool

	met         Schedule // what was repeated, with checks
	preemptions int
}

// newReplay makes the strategy "replay".
func newReplay(s Schedule) *replay { return &replay{schedule: s} }

func (s *replay) begin(*engine) bool {
	first := !s.done
	s.done, s.at, s.met, s.preemptions = true, 0, nil, 0
	return first
}

func (s *replay) next(e *engine) *thread {
	if s.at == len(s.schedule) {
		return nil
	}
	d := s.schedule[s.at]
	t := e.decided(d)
	if t == nil {
		s.mismatch(e, decisionText(d), e.standing(d))
		return nil
	}
	s.at++
	s.met = append(s.met, t.decision())
	if e.preempts(t) {
		s.preemptions++
	}
	return t
}

func (s *replay) choose(e *engine, t *thread, n int) int {
	if s.at == len(s.schedule) {
		s.mismatch(e, "the end", fmt.Sprintf("%v chooses one of %d", t, n))
		return 0
	}
	d := s.schedule[s.at]
	if d >= 0 || int(-1-d) >= n {
		s.mismatch(e, decisionText(d), fmt.Sprintf("%v chooses one of %d", t, n))
		return 0
	}
	s.at++
	s.met = append(s.met, d)
	return int(-1 - d)
}

// end sees to it that what ended before its schedule did is not taken for what
// was to be repeated.
func (s *replay) end(e *engine) {
	if e.failure == nil && s.at < len(s.schedule) {
		s.mismatch(e, decisionText(s.schedule[s.at]), "the execution has ended")
	}
}

func (s *replay) bound() string { return "the one execution of the schedule given" }

// mismatch says that the schedule is not one of this program.
func (s *replay) mismatch(e *engine, want, got string) {
	e.diverge(fmt.Sprintf("the schedule is of another program, or of this one before it was changed: as step %d it expects %s; but %s",
		s.schedule[:s.at].steps()+1, want, got))
}
