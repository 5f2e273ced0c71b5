package linear_test

import "iter"

// interleavings runs the same clients again and again, in every order in which
// their steps can be mixed, and returns how many there were. fresh makes the
// clients for a run; a client ends a step by calling pause. It stops early when
// after, called at the end of each run, returns false.
func interleavings(fresh func(pause func()) []func(), after func() bool) int {
	var m mix
	for runs := 1; ; runs++ {
		m.run(fresh)
		if !after() || !m.advance() {
			return runs
		}
	}
}

// mix is one order of steps: at step i client choices[i] of the options[i] that
// had not ended.
type mix struct {
	choices, options []int
	yield            func(struct{}) bool // of the client that runs
}

type client struct {
	next  func() (struct{}, bool)
	yield func(struct{}) bool
}

func (m *mix) run(fresh func(pause func()) []func()) {
	var live []*client
	for _, body := range fresh(func() { m.yield(struct{}{}) }) {
		c := &client{}
		c.next, _ = iter.Pull(func(yield func(struct{}) bool) {
			c.yield, m.yield = yield, yield
			body()
		})
		live = append(live, c)
	}
	m.options = m.options[:0]
	for step := 0; len(live) > 0; step++ {
		if step == len(m.choices) {
			m.choices = append(m.choices, 0)
		}
		m.options = append(m.options, len(live))
		i := m.choices[step]
		m.yield = live[i].yield
		if _, more := live[i].next(); !more {
			live = append(live[:i], live[i+1:]...)
		}
	}
}

// advance goes to the next mix, in lexical order of choices.
func (m *mix) advance() bool {
	for last := len(m.options) - 1; last >= 0; last-- {
		if m.choices[last]+1 < m.options[last] {
			m.choices = append(m.choices[:last], m.choices[last]+1)
			return true
		}
	}
	return false
}
