package native

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"schedlab/rt"
)

type sched struct {
	g       *rt.G      // every goroutine's
	latency *latencies // nil if not sampled
	release func()

	// live counts Gs that have not ended, and Holds. The goroutine that brings it to 0
	// signals rest. A goroutine that waits for that looks at live under mu.
	live atomic.Int64

	mu      sync.Mutex
	rest    sync.Cond
	running bool // a Run is under way
	holds   int
	closed  bool
	failure error
	told    bool // some Run or Go has returned failure
}

// New returns Go's own scheduler behind the API of the suite. GOMAXPROCS is cfg.Procs
// until Close. It belongs to the whole process, so New fails while another native
// scheduler with other Procs is open.
func New(cfg rt.Config) (rt.Scheduler, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	release, err := setProcs(cfg.Procs)
	if err != nil {
		return nil, err
	}
	s := &sched{release: release}
	s.rest.L = &s.mu
	s.g = rt.NewNativeG(spawner{s})
	if cfg.SampleReady > 0 {
		s.latency = startLatencies()
	}
	return s, nil
}

// spawner is what a G needs of the scheduler beneath it.
type spawner struct{ s *sched }

func (sp spawner) Go(fn func(*rt.G)) { sp.s.spawn(fn) }

func (sp spawner) Call(fn func(*rt.G)) {
	sp.s.live.Add(1)
	sp.s.call(fn)
}

func (sp spawner) Sleep(ns int64) { time.Sleep(time.Duration(ns)) }

func (sp spawner) SetProcs(n int) (before int, err error) { return changeProcs(n) }

func (s *sched) spawn(fn func(*rt.G)) {
	s.live.Add(1)
	go s.call(fn)
}

// call is the body of every goroutine.
func (s *sched) call(fn func(*rt.G)) {
	ended := false
	defer func() {
		if !ended {
			if v := recover(); v != nil {
				s.fail(&rt.PanicError{Value: v, Stack: debug.Stack()})
			}
		}
		s.done()
	}()
	fn(s.g)
	ended = true
}

func (s *sched) done() {
	if s.live.Add(-1) == 0 {
		s.mu.Lock()
		s.rest.Broadcast()
		s.mu.Unlock()
	}
}

func (s *sched) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failure == nil {
		s.failure = err
	}
	s.rest.Broadcast()
}

// Run implements [rt.Scheduler].
func (s *sched) Run(main func(*rt.G)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable("Run", main); err != nil {
		return err
	}
	if s.running {
		return errors.New("native: Run: another Run is under way; wait for it, or submit with Go")
	}
	s.running = true
	s.spawn(main)
	err := s.await()
	s.running = false
	s.told = s.told || err != nil
	return err
}

// await needs mu.
func (s *sched) await() error {
	for s.live.Load() != 0 && s.failure == nil {
		s.rest.Wait()
	}
	return s.failure
}

// Go implements [rt.Scheduler].
func (s *sched) Go(fn func(*rt.G)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable("Go", fn); err != nil {
		return err
	}
	s.spawn(fn)
	return nil
}

// usable needs mu.
func (s *sched) usable(call string, fn func(*rt.G)) error {
	switch {
	case fn == nil:
		return fmt.Errorf("native: %s: the function is nil; pass the body of a G", call)
	case s.closed:
		return fmt.Errorf("native: %s: %w", call, rt.ErrClosed)
	case s.failure != nil:
		s.told = true
		return fmt.Errorf("native: %s: the scheduler has stopped, only Close is left: %w",
			call, s.failure)
	}
	return nil
}

// Hold implements [rt.Scheduler].
func (s *sched) Hold() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holds++
	s.live.Add(1)
	return sync.OnceFunc(func() {
		s.mu.Lock()
		s.holds--
		s.mu.Unlock()
		s.done()
	})
}

// Close implements [rt.Scheduler]. After a failure it does not wait for goroutines that
// still run or are blocked, since Go cannot end them.
func (s *sched) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return fmt.Errorf("native: Close: %w", rt.ErrClosed)
	case s.holds > 0:
		return fmt.Errorf("native: Close: %d Holds are not released; release them first", s.holds)
	case s.running:
		return errors.New("native: Close: a Run is under way; wait for it first")
	}
	s.closed = true
	err := s.await()
	s.release()
	if s.told {
		return nil
	}
	return err
}

// Stats implements [rt.Scheduler]. Go tells only the times from ready to run. The counters
// stay 0.
func (s *sched) Stats() rt.Stats {
	var st rt.Stats
	if s.latency != nil {
		st.ReadyToRun = s.latency.since()
	}
	return st
}

// Dump implements [rt.Scheduler]: Go prints the rest itself, with
// GODEBUG=schedtrace=1000,scheddetail=1.
func (s *sched) Dump() string {
	return fmt.Sprintf("SCHED native: gomaxprocs=%d goroutines=%d of the process, "+
		"%d Gs and Holds of this scheduler\n",
		runtime.GOMAXPROCS(0), runtime.NumGoroutine(), s.live.Load())
}

// procs is GOMAXPROCS, for all native schedulers of the process.
var procs struct {
	sync.Mutex
	open   int // schedulers
	now    int // their Procs
	before int // GOMAXPROCS before the first
}

func setProcs(n int) (release func(), err error) {
	procs.Lock()
	defer procs.Unlock()
	if procs.open > 0 && procs.now != n {
		return nil, fmt.Errorf("native: a scheduler with Procs %d is open, and GOMAXPROCS "+
			"belongs to the whole process; close it before opening one with Procs %d",
			procs.now, n)
	}
	if procs.open == 0 {
		procs.now, procs.before = n, runtime.GOMAXPROCS(n)
	}
	procs.open++
	return sync.OnceFunc(func() {
		procs.Lock()
		defer procs.Unlock()
		if procs.open--; procs.open == 0 {
			runtime.GOMAXPROCS(procs.before)
		}
	}), nil
}

// changeProcs is G.SetProcs. GOMAXPROCS belongs to the whole process, so there must be no
// other native scheduler.
func changeProcs(n int) (before int, err error) {
	procs.Lock()
	defer procs.Unlock()
	before = procs.now
	if n == 0 || n == before {
		return before, nil
	}
	if procs.open > 1 {
		return before, fmt.Errorf("native: G.SetProcs: %d native schedulers are open, and "+
			"GOMAXPROCS belongs to the whole process; close the others first", procs.open)
	}
	procs.now = n
	runtime.GOMAXPROCS(n)
	return before, nil
}
