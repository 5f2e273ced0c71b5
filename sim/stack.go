package sim

// Stack is a coroutine: a computation suspended on a stack, which any thread may continue. A
// thread runs one Stack at a time, at first its own, and leaves it only by switching to another
// one. A zero Stack that was never initialized stands for the stack of the thread that first
// switches away from it.
type Stack struct {
	at    *coroutine // where it is suspended; nil: it is not
	made  bool       // by Init, and not destroyed
	dead  bool       // it is being destroyed
	heir  *coroutine // is continued when it has ended
	began bool
}

const (
	inUse = "sim: Stack.Init: the Stack is in use: " +
		"only a zero or destroyed one may be initialized"
	notSuspended = "sim: Stack.Switch: the Stack to continue is not suspended"
	notCoroutine = "sim: Stack.Destroy: the Stack is not a suspended coroutine made by Init"
	endedAlone   = "sim: Stack: its function ended, but nobody has called Destroy"
)

// Init makes s, a zero Stack, a coroutine that runs f when a thread first switches to it. f must
// not end before a Switch of that Stack has returned false.
func (s *Stack) Init(f func()) {
	m := member("Stack.Init")
	if s.at != nil || s.made {
		panic(inUse)
	}
	m.cpu.now += m.costs.stackMake
	s.made = true
	s.at = m.coroutine(func() { s.main(m, f) })
}

func (s *Stack) main(m *machine, f func()) {
	s.began = true
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			m.broke(v)
		}
		if !s.dead {
			m.broke(endedAlone)
		}
		// It called runtime.Goexit, which ends the coroutine once this call returns. Until
		// destroy says so it is kept here.
		m.spent = append(m.spent, m.on)
		s.end(m)
	}()
	f()
	if !s.dead {
		panic(endedAlone)
	}
	returned = true
	m.free = append(m.free, m.on)
	s.end(m)
}

// end continues the thread's computation that destroys s.
func (s *Stack) end(m *machine) {
	m.cpu.thread.at = s.heir
	m.continued(s.heir)
}

// Switch suspends s, which must be the running Stack, and continues to, which must be
// suspended. It returns true when a thread switches to s, and false when s is to be destroyed.
// Then the computation must return or call runtime.Goexit.
func (s *Stack) Switch(to *Stack) bool {
	m := member("Stack.Switch")
	if s.dead {
		return false
	}
	if to.at == nil {
		panic(notSuspended)
	}
	s.at = m.on
	m.cpu.now += m.costs.stackSwitch
	m.switchTo(to)
	return !s.dead
}

// switchTo continues s on the running thread.
func (m *machine) switchTo(s *Stack) {
	to := s.at
	s.at = nil
	m.cpu.thread.at = to
	m.n.StackSwitches++
	m.continued(to)
}

// Destroy ends the suspended coroutine s, on the calling thread, and makes it a zero Stack
// again. If s has run, its Switch returns false, and the calls that it has deferred run;
// otherwise it just ends.
func (s *Stack) Destroy() {
	m := member("Stack.Destroy")
	if !s.made || s.at == nil {
		panic(notCoroutine)
	}
	if !s.began {
		s.at.run = nil
		m.free = append(m.free, s.at)
	} else {
		s.dead, s.heir = true, m.on
		m.switchTo(s)
	}
	*s = Stack{}
}
