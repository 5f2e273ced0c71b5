package linear_test

import "iter"

// interleavings runs the same clients again and again, once in every order of their steps, and
// returns the number of runs. The clients of a run come from fresh, and a client ends a step by
// calling pause. At the end of each run it calls after, and stops if that returns false.
func interleavings(fresh func(pause func()) []func(), after func() bool) int {
	var m mix
	for runs := 1; ; runs++ {
		m.run(fresh)
		if !after() || !m.advance() {
			return runs
		}
	}
}

// mix is one order of steps. At step i, options[i] clients have not ended, and client choices[i]
// of them runs.
type mix struct {
	choices, options []int
	yield            func(struct{}) bool // ends the step of the client that runs
}

// client is one client in a run: next runs a step of it, yield ends that.
type client struct {
	next  func() (struct{}, bool)
	yield func(struct{}) bool
}

// run runs the clients once. Where choices ends, it runs the first client.
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

// advance goes to the next mix, in lexical order of choices. It returns false if there is none.
func (m *mix) advance() bool {
	for last := len(m.options) - 1; last >= 0; last-- {
		if m.choices[last]+1 < m.options[last] {
			m.choices = append(m.choices[:last], m.choices[last]+1)
			return true
		}
	}
	return false
}
