package story

import (
	"slices"
	"time"

	"schedlab/explore/internal/engine"
)

// quieter looks for a quieter execution near a given one. It is for executions that are too
// long to find the shortest of all. A block is a run of steps of one thread. quieter
// repeats these steps while they help:
//
//  1. Move a block next to another block of the same thread, or leave it out.
//  2. Execute the result as far as it can be executed.
//  3. Keep it if it breaks the property with fewer preemptions, or with as few and in fewer
//     steps.
type quieter struct {
	property engine.Property
	best     engine.Schedule
	steps    []int32           // the thread of each step of best
	numbers  map[int32][]int32 // what Choose returned to each thread in best

	preemptions int // of best

	// The execution under way.
	wishes []int32       // threads, in the order in which they are to take steps
	at     int           // the next wish
	chosen map[int32]int // how many of its numbers each thread has got
	spent  int           // preemptions
}

// quieterExecutions is a limit for improve.
const quieterExecutions = 5000

// newQuieter begins with the execution that x has just done.
func newQuieter(x *engine.Engine, p engine.Property, preemptions int) *quieter {
	q := &quieter{property: p}
	q.keep(x, preemptions)
	return q
}

// improve tries every way to move each block, on x.
func (q *quieter) improve(x *engine.Engine, deadline time.Time) {
	x.Strategy = q
	for i, tries := 0, 0; i < 3*len(q.blocks()); i++ {
		if tries++; tries > quieterExecutions || time.Now().After(deadline) {
			return
		}
		if q.try(x, q.rearranged(i/3, i%3)) {
			i = -1 // the blocks have changed: begin again
		}
	}
}

// try executes steps, and keeps the execution if it is better.
func (q *quieter) try(e *engine.Engine, steps []int32) (better bool) {
	q.wishes, q.at, q.chosen, q.spent = steps, 0, map[int32]int{}, 0
	e.Execute()
	if e.Failure == nil || e.Failure.Property != q.property || q.spent > q.preemptions ||
		q.spent == q.preemptions && e.Schedule.Steps() >= q.best.Steps() {
		return false
	}
	q.keep(e, q.spent)
	return true
}

// keep makes the execution that e has just done the best.
func (q *quieter) keep(e *engine.Engine, preemptions int) {
	q.best, q.preemptions = slices.Clone(e.Schedule), preemptions
	q.steps, q.numbers = nil, map[int32][]int32{}
	for _, d := range q.best {
		if d >= 0 {
			q.steps = append(q.steps, e.Alive[d].ID)
		}
	}
	for _, n := range e.Choices {
		q.numbers[n.Thread] = append(q.numbers[n.Thread], n.V)
	}
}

// blocks cuts the steps where the thread changes.
func (q *quieter) blocks() (all [][]int32) {
	for i, id := range q.steps {
		if i == 0 || id != q.steps[i-1] {
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], id)
	}
	return all
}

// rearranged returns the steps with one block moved. If how is 0 the block comes before the
// next block of its thread, if 1 after the previous one, and if 2 it is left out.
func (q *quieter) rearranged(block, how int) []int32 {
	rest := q.blocks()
	b := rest[block]
	rest = slices.Delete(rest, block, block+1)
	to := -1
	for i, o := range rest {
		if o[0] == b[0] && (how == 0 && i >= block && to < 0 || how == 1 && i < block) {
			to = i
		}
	}
	if to >= 0 {
		rest = slices.Insert(rest, to+how, b)
	}
	return slices.Concat(rest...)
}

func (q *quieter) Begin(*engine.Engine) bool { return true }

func (q *quieter) Next(e *engine.Engine) *engine.Thread {
	t := q.wish(e)
	if e.Preempts(t) {
		q.spent++
	}
	return t
}

// wish returns the thread of the next wish that can be granted. After the last wish threads
// run as long as they can.
func (q *quieter) wish(e *engine.Engine) *engine.Thread {
	for q.at < len(q.wishes) {
		t := e.Threads[q.wishes[q.at]]
		q.at++
		if t.Enabled() {
			return t
		}
	}
	if t := e.LastThread(); t != nil && t.Enabled() {
		return t
	}
	return e.Enabled()[0]
}

func (q *quieter) Choose(e *engine.Engine, t *engine.Thread, n int) int {
	i := q.chosen[t.ID]
	q.chosen[t.ID]++
	if i < len(q.numbers[t.ID]) {
		return min(int(q.numbers[t.ID][i]), n-1)
	}
	return 0
}

func (q *quieter) End(*engine.Engine) {}

func (q *quieter) Bound() string { return "quieter executions" }
