package explore

// Known-bad programs. Line numbers of this file are in testdata: add code at the end.

type counter struct{ n Int32 }

func (c *counter) add() { c.n.Store(c.n.Load() + 1) }

func badCounter() {
	var c counter
	a, b := Go(c.add), Go(c.add)
	a.Join()
	b.Join()
	n := c.n.Load()
	Assert(n == 2, "%d additions are left of 2", n)
}

func badOrder() {
	var a, b Mutex
	Go(func() {
		a.Lock()
		b.Lock()
		b.Unlock()
		a.Unlock()
	})
	Go(func() {
		b.Lock()
		a.Lock()
		a.Unlock()
		b.Unlock()
	})
}

// badPublication makes data visible too early.
func badPublication() {
	var ready Bool
	var data Var[string]
	Go(func() {
		ready.Store(true)
		data.Store("hello")
	})
	if ready.Load() {
		data.Load()
	}
}

type stackNode struct {
	value int32
	next  *stackNode
}

// badPop pops from a stack without looking at its top again.
func badPop() {
	var top Pointer[stackNode]
	top.Store(&stackNode{value: 1})
	pop := func() {
		n := top.Load()
		if n != nil {
			n = top.Swap(n.next)
		}
		if n == nil {
			panic("popped nothing")
		}
	}
	first := Go(pop)
	if top.Load() != nil {
		pop()
	}
	first.Join()
}

// badSleeper is signaled before it sleeps.
func badSleeper() {
	var mu Mutex
	c := Cond{L: &mu}
	var ready Bool
	Go(func() {
		if !ready.Load() {
			mu.Lock()
			c.Wait()
			mu.Unlock()
		}
	})
	ready.Store(true)
	c.Signal()
}

func badWakers() {
	var n Note
	for range 2 {
		Go(n.Wakeup)
	}
	n.Sleep()
}

// badChoices has more executions than the search for a shorter one executes.
func badChoices() {
	var sum Int64
	for range 5 {
		Go(func() { sum.Add(int64(Choose(3) - 1)) })
	}
	Assert(sum.Load() > -3, "the sum is %d", sum.Load())
}

func badLoop() {
	var x, y Uint32
	Go(func() {
		for i := range 100 {
			x.Store(uint32(i))
		}
		y.Store(1)
	})
	Assert(y.Load() == 0, "it is done")
}

func badSpinners() {
	var a, b Bool
	Go(func() {
		a.Store(true)
		for b.Load() {
			Pause()
		}
	})
	b.Store(true)
	for a.Load() {
		Pause()
	}
}

func badTimeout() {
	var n Note
	var late Bool
	Go(func() {
		Sleep(5_000_000)
		late.Store(true)
	})
	if !n.SleepFor(10_000_000) {
		Assert(!late.Load() || Now() < 5_000_000, "too late")
	}
}

var badPrograms = []struct {
	name    string
	program func()
}{
	{"counter", badCounter}, {"order", badOrder}, {"publication", badPublication},
	{"pop", badPop}, {"sleeper", badSleeper}, {"wakers", badWakers},
	{"loop", badLoop}, {"spinners", badSpinners}, {"timeout", badTimeout},
}
