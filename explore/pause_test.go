package explore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func alternating(assert bool) func() {
	return func() {
		var f [2]Bool
		var done Bool
		Go(func() {
			f[1].Store(true)
			if assert {
				done.Store(true)
				f[0].Store(true)
			}
		})
		for i := 0; !f[i%2].Load(); i++ {
			Pause()
		}
		if assert {
			Assert(done.Load(), "not done")
		}
	}
}

func TestProbe(t *testing.T) {
	for _, s := range []string{"exhaustive", "bounded", "naive"} {
		r, err := Run(alternating(true), Strategy(s))
		require.NoError(t, err)
		t.Log(s, r, r.Violation)
		r, err = Run(alternating(false), Strategy(s))
		t.Log(s, r, r.Violation)
		r, err = Run(func() {
			var n Uint32
			body := func() {
				exp := uint32(0)
				for !n.CompareAndSwap(exp, exp+1) {
					exp = n.Load()
					Pause()
				}
			}
			Go(body)
			body()
		}, Strategy(s))
		t.Log(s, r, r.Violation)
		r, err = Run(func() {
			var x Uint32
			Go(func() { x.Store(1) })
			for i := 0; x.Load() == 0; i++ {
				if i == 5 {
					panic("given up")
				}
				Pause()
			}
		}, Strategy(s))
		t.Log(s, r, r.Violation)
		r, err = Run(func() {
			var m Mutex
			var ready Uint32
			spin := func() {
				for {
					m.Lock()
					ok := ready.Load() > 0
					m.Unlock()
					if ok {
						break
					}
					Pause()
				}
			}
			Go(spin)
			Go(spin)
			ready.Store(1)
		}, Strategy(s))
		t.Log(s, r, r.Violation)
		r, err = Run(func() {
			var m RWMutex
			var ready Uint32
			spin := func() {
				for {
					m.RLock()
					ok := ready.Load() > 0
					m.RUnlock()
					if ok {
						break
					}
					Pause()
				}
			}
			Go(spin)
			Go(spin)
			ready.Store(1)
		}, Strategy(s))
		t.Log(s, r, r.Violation)
		r, err = Run(func() {
			var x Uint32
			x.Store(1)
			spin := func() {
				for x.Add(2)&1 != 0 {
					x.Add(^uint32(1))
					Pause()
				}
			}
			Go(spin)
			Go(spin)
			x.Add(^uint32(0))
		}, Strategy(s), Executions(200000))
		t.Log(s, r, r.Violation)
	}
}
