package explore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// attack is a program that was written to prove the explorer wrong, and what is true of it.
type attack struct {
	name    string
	program func()
	want    Property
}

// countOnTheHeap is what is true of a loop that counts on the heap, without harm. With the race
// detector the compiler keeps what it has loaded on the stack: then the loop keeps a count.
var countOnTheHeap = map[bool]Property{false: "", true: "?"}[raceDetector]

var attacks = []attack{
	{"race in later rounds only", func() {
		var v Var[int]
		var f Uint32
		Go(func() { v.Store(1); f.Store(1) })
		first := true
		for f.Load() == 0 {
			if !first {
				v.Load()
			}
			first = false
			Pause()
		}
	}, DataRace},
	{"first flag pair, panic reachable in second round", func() {
		var x, y Uint32
		Go(func() { x.Store(1); y.Store(1) })
		first := true
		for {
			a := x.Load()
			b := y.Load()
			if !first && a == 0 && b == 1 {
				panic("seen")
			}
			if a == 1 && b == 1 {
				return
			}
			first = false
			Pause()
		}
	}, Panic},
	{"first flag pair, leaves only when in second round", func() {
		var x, y Uint32
		Go(func() { x.Store(1); y.Store(1) })
		for i := 0; ; i = 1 {
			a := x.Load()
			b := y.Load()
			if i == 1 && a == 0 && b == 1 {
				panic("seen")
			}
			if a == 1 {
				return
			}
			Pause()
		}
	}, Panic},
	{"race after Pause, before a step that is none of the round", func() {
		var v Var[int]
		var a, b Uint32
		Go(func() { v.Store(2) })
		a.Load()
		Pause()
		v.Store(1)
		b.Load()
	}, DataRace},
	{"race after Pause, at the end", func() {
		var v Var[int]
		var a Uint32
		Go(func() { v.Store(2) })
		Go(func() {
			a.Load()
			Pause()
			v.Store(1)
		})
	}, DataRace},
	{"read race after Pause", func() {
		var v Var[int]
		var a, b Uint32
		Go(func() { v.Store(2) })
		a.Load()
		Pause()
		v.Load()
		b.Load()
	}, DataRace},
	{"race in the exit of a loop", func() {
		var v Var[int]
		var f, g Uint32
		Go(func() { v.Store(2); f.Store(1) })
		for i := 0; i < 1; i++ {
			g.Load()
			Pause()
		}
		v.Store(3)
		f.Load()
	}, DataRace},
	{"count on the stack, pair never consistent", func() {
		var x, y Uint32
		Go(func() { x.Store(1); y.Store(1) })
		n := 0
		for {
			a := x.Load()
			b := y.Load()
			if a == 1 {
				break
			}
			if b == 1 {
				n++
			}
			Pause()
		}
		Assert(n <= 1, "n is %d", n)
	}, "?"},
	{"count on the heap, pair never consistent", func() {
		var x, y Uint32
		Go(func() { x.Store(1); y.Store(1) })
		n := new(int)
		Go(func() {
			for {
				a := x.Load()
				b := y.Load()
				if a == 1 {
					break
				}
				if b == 1 {
					*n++
				}
				Pause()
			}
			Assert(*n <= 1, "n is %d", *n)
		})
	}, countOnTheHeap},
	{"zeroed word", func() {
		var f, w Uint32
		Go(func() { f.Store(1) })
		w.Store(1)
		w = Uint32{}
		for f.Load() == 0 {
			Pause()
		}
		Assert(w.Load() == 0, "w")
	}, ""},
	{"zeroed word reused", func() {
		var f, w Uint32
		Go(func() { f.Store(1) })
		w.Store(1)
		w = Uint32{}
		w.Store(2)
		for f.Load() == 0 {
			Pause()
		}
		Assert(w.Load() == 2, "w")
	}, ""},
	{"zeroed pointer reused", func() {
		var f Uint32
		var p Pointer[int]
		a, b := new(int), new(int)
		Go(func() { f.Store(1) })
		p.Store(a)
		p = Pointer[int]{}
		p.Store(b)
		for f.Load() == 0 {
			Pause()
		}
		Assert(p.Load() == b, "p")
	}, ""},
	{"zeroed pointer", func() {
		var f Uint32
		var p Pointer[int]
		a := new(int)
		Go(func() { f.Store(1) })
		p.Store(a)
		p = Pointer[int]{}
		for f.Load() == 0 {
			Pause()
		}
		Assert(p.Load() == nil, "p")
	}, ""},
	{"familiar loop, then one that counts on the heap", func() {
		var x, go1 Uint32
		n := new(int)
		Go(func() { x.Store(1); x.Store(2) })
		Go(func() {
			for x.Load() == 0 {
				Pause()
			}
			for x.Load() == 1 {
				if *n++; *n == 3 {
					panic("given up")
				}
				Pause()
			}
		})
		_ = &go1
	}, Panic},
	{"familiar loop, then the same one, but it counts on the heap", func() {
		var x Uint32
		n := new(int)
		Go(func() { x.Store(1) })
		Go(func() {
			for x.Load() == 0 {
				Pause()
			}
			x.Store(0)
			for x.Load() == 0 {
				if *n++; *n == 3 {
					panic("given up")
				}
				Pause()
			}
		})
	}, Panic},
	{"a wait after 1100 steps", func() {
		var x, f Uint32
		Go(func() { f.Store(1) })
		for range 1100 {
			x.Add(1)
		}
		for f.Load() == 0 {
			Pause()
		}
	}, ""},
	{"a wait after 1100 steps, in vain", func() {
		var x, f Uint32
		for range 1100 {
			x.Add(1)
		}
		for f.Load() == 0 {
			Pause()
		}
	}, Livelock},
	{"allocates in each round", func() {
		var f Uint32
		Go(func() { f.Store(1) })
		var keep *int
		for f.Load() == 0 {
			keep = new(int)
			Pause()
		}
		_ = keep
	}, ""},
	{"closure with defer in each round", func() {
		var f Uint32
		var m Mutex
		Go(func() { f.Store(1) })
		look := func() bool {
			m.Lock()
			defer m.Unlock()
			return f.Load() == 1
		}
		for !look() {
			Pause()
		}
	}, ""},
	{"lock held in the trial differs in plain memory", func() {
		var m Mutex
		ready := false
		Go(func() { m.Lock(); ready = true; m.Unlock() })
		for {
			m.Lock()
			r := ready
			m.Unlock()
			if r {
				break
			}
			Pause()
		}
	}, ""},
	{"rendezvous of two by adding", func() {
		var s Uint32
		f := func() {
			for s.Add(1) != 2 {
				s.Add(^uint32(0))
				Pause()
			}
			s.Add(1)
		}
		Go(f)
		f()
	}, Livelock},
	{"rendezvous of two, the other sees 3", func() {
		var s Uint32
		f := func() {
			for {
				v := s.Add(1)
				if v >= 2 {
					return
				}
				s.Add(^uint32(0))
				Pause()
			}
		}
		Go(f)
		f()
	}, Livelock},
	{"three try and go back", func() {
		var s Uint32
		f := func() {
			for {
				v := s.Add(1)
				if v >= 3 {
					return
				}
				s.Add(^uint32(0))
				Pause()
			}
		}
		Go(f)
		Go(f)
		f()
	}, Livelock},
}

func TestLoopsThatWereWrittenToMislead(t *testing.T) {
	for _, a := range attacks {
		for _, s := range []string{"exhaustive", "naive", "bounded"} {
			t.Run(a.name+"/"+s, func(t *testing.T) {
				r, err := Run(a.program, Strategy(s), Executions(200_000))
				require.NoError(t, err)
				requireWord(t, a.want, r)
			})
		}
	}
}
