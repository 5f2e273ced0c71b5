package explore

import "slices"

// walk goes through a tree of decisions, depth first. Each execution repeats the
// path to the deepest turn at which something is left to take, takes that, and
// goes on from there.
type walk struct {
	turns []turn
	todo  []move // what is left at each turn, that of the deepest last; of each, what comes next last
	depth int    // turns that this execution has passed
	known int    // turns that it must repeat
	begun bool
}

// turn is a decision on the path.
type turn struct {
	move
	left int32 // how many of todo
	of   int32 // how many there were
}

// move is what a turn can take: a thread's step, or a number for Choose.
type move struct {
	x    int32 // thread or number
	kind kind  // of the step; opNone: a number
	obj  int32 // of the step; or the argument of Choose
}

func moveOf(t *thread) move {
	m := move{t.id, t.op.kind, noObject}
	if t.op.obj != nil {
		m.obj = t.op.obj.id
	}
	return m
}

func (w *walk) begin(*engine) bool {
	if w.begun && !w.backtrack() {
		return false
	}
	w.begun, w.depth = true, 0
	return true
}

// backtrack makes the path one that has not been executed. If there is none it is
// the empty one, and the walk can begin again.
func (w *walk) backtrack() bool {
	for n := len(w.turns); n > 0; n-- {
		if t := &w.turns[n-1]; t.left > 0 {
			w.turns, w.known = w.turns[:n], n
			w.pop(t)
			return true
		}
	}
	w.turns, w.known = w.turns[:0], 0
	return false
}

func (w *walk) pop(t *turn) {
	last := len(w.todo) - 1
	t.move = w.todo[last]
	t.left--
	w.todo = w.todo[:last]
}

// repeating says whether the next decision has been taken already.
func (w *walk) repeating() bool { return w.depth < w.known }

// repeat returns the thread of the next turn.
func (w *walk) repeat(e *engine) *thread {
	m := w.turns[w.depth].move
	if m.kind == opNone {
		e.diverge("a step instead of a Choose")
		return nil
	}
	t := e.threads[m.x]
	if m != moveOf(t) {
		e.diverge(e.otherStep(t, m.kind, m.obj))
		return nil
	}
	w.depth++
	return t
}

// fork begins a new turn and returns the thread that it takes first: the one that
// took the last step, if it can go on. calm: then nobody else. The threads of
// asleep are left out.
func (w *walk) fork(e *engine, calm bool, asleep ...int32) *thread {
	last := e.lastThread()
	w.turns = append(w.turns, turn{})
	for i := len(e.alive) - 1; i >= 0 && !(calm && e.goesOn(last)); i-- {
		if t := e.alive[i]; t != last && e.enabled(t) && !slices.Contains(asleep, t.id) {
			w.offer(moveOf(t))
		}
	}
	if last != nil && e.enabled(last) {
		w.offer(moveOf(last))
	}
	if !w.take() {
		return nil
	}
	return e.threads[w.turns[w.depth-1].x]
}

// offer adds m to what the last turn can take. What was added last comes first.
func (w *walk) offer(m move) {
	w.todo = append(w.todo, m)
	u := &w.turns[len(w.turns)-1]
	u.left++
	u.of++
}

// take makes the first move of the last turn. If nothing was offered it removes
// the turn and says false.
func (w *walk) take() bool {
	u := &w.turns[len(w.turns)-1]
	if u.of == 0 {
		w.turns = w.turns[:len(w.turns)-1]
		return false
	}
	w.pop(u)
	w.depth++
	return true
}

func (w *walk) choose(e *engine, _ *thread, n int) int {
	if w.repeating() {
		m := w.turns[w.depth].move
		if m.kind != opNone || m.obj != int32(n) {
			e.diverge("another Choose than in the execution before")
			return 0
		}
		w.depth++
		return int(m.x)
	}
	w.turns = append(w.turns, turn{})
	for v := n - 1; v >= 0; v-- {
		w.offer(move{int32(v), opNone, int32(n)})
	}
	w.take()
	return int(w.turns[w.depth-1].x)
}

// progress estimates which part of the tree is done, as if what is left at each
// turn were as large as what is done there (Kilby, Slaney, Thiebaux, Walsh,
// "Estimating Search Tree Size", AAAI 2006).
func (w *walk) progress() float64 {
	done, weight := 0.0, 1.0
	for i := range w.turns {
		u := &w.turns[i]
		weight /= float64(u.of)
		done += weight * float64(u.of-u.left-1)
	}
	return done
}
