package engine

// anyEnabled says whether a thread can take its step.
func (e *Engine) anyEnabled() bool {
	for _, t := range e.Alive {
		if t.Enabled() {
			return true
		}
	}
	return false
}

// Enabled returns the threads that can take their steps, in the order of birth. It is
// valid until the next decision.
func (e *Engine) Enabled() []*Thread {
	e.enabled = e.enabled[:0]
	for _, t := range e.Alive {
		if t.Enabled() {
			e.enabled = append(e.enabled, t)
		}
	}
	return e.enabled
}

// ability says how it is found out whether a thread can take its step.
type ability uint8

const (
	asks  ability = iota // mayStep says it
	free                 // it can: its op is possible in every state, and waits for nothing
	ended                // it cannot: it has ended, or does not belong to the execution
)

// findAbility returns the ability of t, which stands before its op.
func (t *Thread) findAbility() ability {
	if len(t.Await) == 0 && !t.Op.Kind.waits() && t.gate == nil {
		return free
	}
	return asks
}

// Enabled says whether t can take its step.
func (t *Thread) Enabled() bool { return t.can == free || t.can == asks && t.mayStep() }

// mayStep is Enabled for a step that may have to wait. What takes long to find out is found out
// once for each decision.
//
//go:noinline
func (t *Thread) mayStep() bool {
	if t.Op.Kind == OpLock && len(t.Await) == 0 {
		return t.Op.Obj.bits&(locked|wanted) == 0
	}
	if t.asked != t.e.decision {
		t.asked, t.enabled = t.e.decision, t.canStep()
	}
	return t.enabled
}

// canStep says whether t's op can be done as things stand.
func (t *Thread) canStep() bool {
	if t.Ended || len(t.Await) > 0 && !t.stale && !t.changed() || t.InVain() {
		return false
	}
	o := t.Op.Obj
	switch t.Op.Kind {
	case OpLock, OpRLock:
		return o.bits&(locked|wanted) == 0
	case OpJoin:
		return t.Op.Join.Ended
	case OpDrain:
		return o.bits == wanted
	case OpNoteSleep:
		return o.bits == NoteSignaled || t.e.expired(t)
	case OpWoken:
		return t.Woken || t.e.expired(t)
	case OpTimeout:
		return t.e.expired(t)
	}
	return true
}

// Preempts says whether it is a preemption if t takes the next step: whether another thread
// took the last one, and could go on.
func (e *Engine) Preempts(t *Thread) bool {
	last := e.LastThread()
	return last != t && e.GoesOn(last)
}

// GoesOn says whether last, which took the last step, could take the next one as well. If time
// has advanced in between, no thread could: so the step that follows interrupts none.
func (e *Engine) GoesOn(last *Thread) bool { return last != nil && !e.barrier && last.Enabled() }

// LastThread returns the thread that took the last step; nil at the beginning.
func (e *Engine) LastThread() *Thread {
	if n := len(e.Events); n > 0 {
		return e.Threads[e.Events[n-1].Thread]
	}
	return nil
}
