package story

import (
	"slices"
	"time"

	"schedlab/explore/internal/engine"
)

// quieter makes an execution quieter, step by step, that is too long to look for the
// shortest among all: it moves a block, the steps that a thread takes one after
// the other, next to another block of the same thread, or leaves it out; executes
// that as far as it can be executed; and keeps what breaks the property with fewer
// preemptions, or with as few and in fewer steps.
type quieter struct {
	property engine.Property
	best     engine.Schedule
	steps    []int32           // of best, the threads
	numbers  map[int32][]int32 // what Choose returned to each thread in best

	preemptions int // in best

	// The execution under way.
	wishes []int32
	at     int
	chosen map[int32]int // how many of numbers
	spent  int           // preemptions
}

const quieterExecutions = 5000

// newQuieter begins with what x has just executed.
func newQuieter(x *engine.Engine, p engine.Property, preemptions int) *quieter {
	c := &quieter{property: p}
	c.keep(x, preemptions)
	return c
}

// improve tries all that it can think of, on x.
func (c *quieter) improve(x *engine.Engine, deadline time.Time) {
	x.Strategy = c
	for i, tries := 0, 0; i < 3*len(c.blocks()); i++ {
		if tries++; tries > quieterExecutions || time.Now().After(deadline) {
			return
		}
		if c.try(x, c.rearranged(i/3, i%3)) {
			i = -1 // from the beginning
		}
	}
}

// try executes steps, and keeps what happens if that is better.
func (c *quieter) try(e *engine.Engine, steps []int32) (better bool) {
	c.wishes, c.at, c.chosen, c.spent = steps, 0, map[int32]int{}, 0
	e.Execute()
	if e.Failure == nil || e.Failure.Property != c.property || c.spent > c.preemptions ||
		c.spent == c.preemptions && e.Schedule.Steps() >= c.best.Steps() {
		return false
	}
	c.keep(e, c.spent)
	return true
}

// keep makes what e has just executed the best.
func (c *quieter) keep(e *engine.Engine, preemptions int) {
	c.best, c.preemptions = slices.Clone(e.Schedule), preemptions
	c.steps, c.numbers = nil, map[int32][]int32{}
	for _, d := range c.best {
		if d >= 0 {
			c.steps = append(c.steps, e.Alive[d].ID)
		}
	}
	for _, n := range e.Choices {
		c.numbers[n.Thread] = append(c.numbers[n.Thread], n.V)
	}
}

// blocks cuts the steps where the thread changes.
func (c *quieter) blocks() (all [][]int32) {
	for i, id := range c.steps {
		if i == 0 || id != c.steps[i-1] {
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], id)
	}
	return all
}

// rearranged returns the steps with one block moved: how says whether to the next
// of its thread, to the one before, or away.
func (c *quieter) rearranged(block, how int) []int32 {
	rest := c.blocks()
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

func (c *quieter) Begin(*engine.Engine) bool { return true }

func (c *quieter) Next(e *engine.Engine) *engine.Thread {
	t := c.wish(e)
	if e.Preempts(t) {
		c.spent++
	}
	return t
}

// wish returns the thread of the next wish that can be granted. After the last,
// threads run as long as they can.
func (c *quieter) wish(e *engine.Engine) *engine.Thread {
	for c.at < len(c.wishes) {
		t := e.Threads[c.wishes[c.at]]
		c.at++
		if t.Enabled() {
			return t
		}
	}
	if t := e.LastThread(); t != nil && t.Enabled() {
		return t
	}
	return e.Enabled()[0]
}

func (c *quieter) Choose(e *engine.Engine, t *engine.Thread, n int) int {
	i := c.chosen[t.ID]
	c.chosen[t.ID]++
	if i < len(c.numbers[t.ID]) {
		return min(int(c.numbers[t.ID][i]), n-1)
	}
	return 0
}

func (c *quieter) End(*engine.Engine) {}

func (c *quieter) Bound() string { return "quieter executions" }
