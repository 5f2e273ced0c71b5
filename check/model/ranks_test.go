//go:build model

package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore"
	"schedlab/host"
)

var (
	outer = host.NewRank("outer")
	inner = host.NewRank("inner", outer)
)

// pair is two locks that are taken in one order.
type pair struct{ outer, inner host.Mutex }

func newPair() *pair {
	p := &pair{}
	p.outer.SetRank(outer)
	p.inner.SetRank(inner)
	return p
}

func (p *pair) inOrder() {
	p.outer.Lock()
	p.inner.Lock()
	p.inner.Unlock()
	p.outer.Unlock()
}

func (p *pair) againstIt() {
	p.inner.Lock()
	p.outer.Lock()
	p.outer.Unlock()
	p.inner.Unlock()
}

// acrossASwitch takes outer on another Stack than inner.
func (p *pair) acrossASwitch() {
	var s, thread host.Stack
	s.Init(func() {
		p.outer.Lock()
		p.outer.Unlock()
		s.Switch(&thread)
	})
	p.inner.Lock()
	thread.Switch(&s)
	p.inner.Unlock()
	s.Destroy()
}

// released takes inner on one Stack, unlocks it on the next, and may then take outer on both.
func (p *pair) released() {
	var s, thread host.Stack
	s.Init(func() {
		p.inner.Unlock()
		p.inOrder()
		s.Switch(&thread)
	})
	p.inner.Lock()
	thread.Switch(&s)
	p.inOrder()
	s.Destroy()
}

// TestRanks: a program that obeys the order has as many executions as without ranks. Of one
// that does not, the first execution is a violation, though no thread waits in it.
func TestRanks(t *testing.T) {
	keep := map[string]struct {
		executions uint64
		program    func(*pair)
	}{
		"two threads in order":    {2, func(p *pair) { beside(p.inOrder, p.inOrder) }},
		"released after a switch": {1, (*pair).released},
	}
	for name, c := range keep {
		t.Run(name, func(t *testing.T) { verify(t, c.executions, func() { c.program(newPair()) }) })
	}
	broken := map[string]func(*pair){
		"against the order":    (*pair).againstIt,
		"beside another":       func(p *pair) { beside(p.inOrder, p.againstIt) },
		"on another Stack":     (*pair).acrossASwitch,
		"tried, then in order": func(p *pair) { p.inner.TryLock(); p.outer.Lock() },
	}
	for name, program := range broken {
		t.Run(name, func(t *testing.T) {
			r, err := explore.Run(func() { program(newPair()) })
			require.NoError(t, err)
			require.NotNil(t, r.Violation, "%v", r)
			require.Equal(t, explore.Panic, r.Violation.Property)
			require.Contains(t, r.Violation.Message,
				"host: Mutex.Lock: outer is taken while inner is held")
		})
	}
}

// TestRanksAreForgotten: threads that end with a lock held leave nothing behind to those
// that take their places in the next execution.
func TestRanksAreForgotten(t *testing.T) {
	ends := func(n *host.Int32, mu *host.Mutex) func() {
		return func() {
			n.Add(1)
			mu.Lock()
		}
	}
	verify(t, 2, func() {
		p := newPair()
		var n host.Int32
		beside(ends(&n, &p.inner), ends(&n, &p.outer))
	})
}
