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
	if d < 0 || int(d&placeMask) >= len(e.alive) {
		s.mismatch(e, decisionText(d), fmt.Sprintf("%d threads, and each stands before a step", len(e.alive)))
		return nil
	}
	t := e.alive[d&placeMask]
	if check := d >> checkShift; check != 0 && check != t.op.check() || !e.enabled(t) {
		s.mismatch(e, decisionText(d), e.standing(t))
		return nil
	}
	s.at++
	s.met = append(s.met, d&placeMask|t.op.check()<<checkShift)
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

// decisionText tells d to people.
func decisionText(d int32) string {
	if d < 0 {
		return fmt.Sprintf("that Choose returns %d", -1-d)
	}
	text := fmt.Sprintf("thread %d", d&placeMask)
	check := d >> checkShift
	if check&kindMask != 0 {
		text += ": " + kind(check&kindMask).String()
	}
	if o := check >> objectShift; o > 0 {
		text += fmt.Sprintf(" (object %d)", o-1)
	}
	return text
}

// standing says before which step t stands.
func (e *engine) standing(t *thread) string {
	text := fmt.Sprintf("%v stands before: %v", t, t.op.kind)
	switch {
	case t.ended:
		return t.String() + " has ended"
	case t.op.obj != nil:
		text += fmt.Sprintf(" %v (object %d)", t.op.obj, t.op.obj.id)
	}
	if !e.enabled(t) {
		text += ", for which it must wait"
	}
	return text
}
