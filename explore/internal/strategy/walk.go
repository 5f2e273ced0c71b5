package strategy

import (
	"slices"

	"schedlab/explore/internal/engine"
)

// Walk goes through a tree of decisions, depth first. Each execution repeats the path to the
// deepest turn at which a move is left, makes that, and goes on from there.
type Walk struct {
	turns   []turn
	todo    []move // what is left at all turns, of the deepest last; at each the next move last
	depth   int    // turns that this execution has passed
	repeats int    // turns that it must repeat
	begun   bool
}

// turn is a decision on the path.
type turn struct {
	move
	left int32 // how many of todo
	of   int32 // how many there were
}

// move is what can be decided at a turn: a thread's step, or a number for Choose.
type move struct {
	x    int32       // thread or number
	kind engine.Kind // of the step; OpNone: it is a number
	obj  int32       // of the step; or the argument of Choose
}

// moveOf returns the move that is t's next step.
func moveOf(t *engine.Thread) move {
	m := move{t.ID, t.Op.Kind, engine.NoObject}
	if t.Op.Obj != nil {
		m.obj = t.Op.Obj.ID
	}
	return m
}

// Begin goes back to where a move is left.
func (w *Walk) Begin(*engine.Engine) bool {
	if w.begun {
		if !w.retreat() {
			return false
		}
		w.pop()
	}
	w.begun, w.depth = true, 0
	return true
}

// retreat makes the path end at the deepest turn at which a move is left. If there is none,
// the path is empty, and the walk can begin again.
func (w *Walk) retreat() bool {
	n := len(w.turns)
	for n > 0 && w.turns[n-1].left == 0 {
		n--
	}
	w.turns, w.repeats = w.turns[:n], n
	return n > 0
}

// pop makes the next move of the last turn.
func (w *Walk) pop() {
	t, last := &w.turns[len(w.turns)-1], len(w.todo)-1
	t.move = w.todo[last]
	t.left--
	w.todo = w.todo[:last]
}

// Repeating says whether the next decision has been taken already.
func (w *Walk) Repeating() bool { return w.depth < w.repeats }

// Repeat returns the thread of the next turn.
func (w *Walk) Repeat(e *engine.Engine) *engine.Thread {
	m := w.turns[w.depth].move
	if m.kind == engine.OpNone {
		e.Diverge("a step instead of a Choose")
		return nil
	}
	t := e.Threads[m.x]
	if m != moveOf(t) {
		e.Diverge(e.OtherStep(t, m.kind, m.obj))
		return nil
	}
	w.depth++
	return t
}

// Fork begins a new turn and returns the thread of its first move: the one that took the
// last step, if it can go on. stay: then no other thread is a move. The threads of asleep are
// left out.
func (w *Walk) Fork(e *engine.Engine, stay bool, asleep ...int32) *engine.Thread {
	last := e.LastThread()
	w.turns = append(w.turns, turn{})
	if !stay || !e.GoesOn(last) {
		for _, t := range slices.Backward(e.Enabled()) {
			if t != last && !slices.Contains(asleep, t.ID) {
				w.offer(moveOf(t))
			}
		}
	}
	if last != nil && last.Enabled() {
		w.offer(moveOf(last))
	}
	if !w.descend() {
		return nil
	}
	return e.Threads[w.turns[w.depth-1].x]
}

// Prune gives up what is left of the path from here on.
func (w *Walk) Prune() {
	for len(w.turns) > w.depth {
		last := len(w.turns) - 1
		w.todo = w.todo[:len(w.todo)-int(w.turns[last].left)]
		w.turns = w.turns[:last]
	}
	w.repeats = min(w.repeats, w.depth)
}

// GiveUp leaves out what is left at the turns of e's execution that are not looked at. Turns
// that are repeated stay as they are. See 'Executions that are too long' in
// explore/internal/engine/toolong.go.
func (w *Walk) GiveUp(e *engine.Engine) {
	if e.Outcome != engine.TooLong {
		return
	}
	events, _ := e.LookedAt()
	n := 0
	for ; n < len(w.turns) && (n < w.repeats || events > 0); n++ {
		if w.turns[n].kind != engine.OpNone {
			events--
		}
	}
	for i := range w.turns[n:] {
		u := &w.turns[n+i]
		w.todo = w.todo[:len(w.todo)-int(u.left)]
		u.left = 0
	}
}

// offer adds m to the moves of the last turn. The move that was added last is made first.
func (w *Walk) offer(m move) {
	w.todo = append(w.todo, m)
	u := &w.turns[len(w.turns)-1]
	u.left++
	u.of++
}

// descend makes the first move of the last turn. If there is none, it removes the turn and
// says false.
func (w *Walk) descend() bool {
	u := &w.turns[len(w.turns)-1]
	if u.of == 0 {
		w.turns = w.turns[:len(w.turns)-1]
		return false
	}
	w.pop()
	w.depth++
	return true
}

// Choose makes a turn of which the numbers are the moves.
func (w *Walk) Choose(e *engine.Engine, _ *engine.Thread, n int) int {
	if w.Repeating() {
		m := w.turns[w.depth].move
		if m.kind != engine.OpNone || m.obj != int32(n) {
			e.Diverge("another Choose than in the execution before")
			return 0
		}
		w.depth++
		return int(m.x)
	}
	w.turns = append(w.turns, turn{})
	for v := n - 1; v >= 0; v-- {
		w.offer(move{int32(v), engine.OpNone, int32(n)})
	}
	w.descend()
	return int(w.turns[w.depth-1].x)
}

// Progress estimates which part of the tree is done, as if the moves of each turn had trees
// of the same size (Kilby, Slaney, Thiebaux, Walsh, "Estimating Search Tree Size", AAAI
// 2006).
func (w *Walk) Progress() float64 {
	done, weight := 0.0, 1.0
	for i := range w.turns {
		u := &w.turns[i]
		weight /= float64(u.of)
		done += weight * float64(u.of-u.left-1)
	}
	return done
}
