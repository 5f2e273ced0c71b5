package workloads

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"schedlab/designs/native"
	"schedlab/rt"
)

// fault is what a faulty scheduler does to one of the Gs that are spawned.
type fault string

const (
	loses   fault = "loses"   // it never runs
	doubles fault = "doubles" // it runs twice
)

// faulty is a native scheduler that does fault to one G: the one that is spawned when at others
// have been. It reports that to the process that started this one.
type faulty struct {
	rt.Scheduler
	inner   *rt.G // the real one
	g       *rt.G // one that spawns through this scheduler
	fault   fault
	at      atomic.Int64 // negative: never
	spawned atomic.Int64
}

func newFaulty(t *testing.T, f fault) *faulty {
	s, err := native.New(rt.Config{Procs: 2})
	require.NoError(t, err)
	y := &faulty{Scheduler: s, fault: f}
	y.at.Store(-1)
	y.g = rt.NewNativeG(faultySpawner{y})
	require.NoError(t, s.Run(func(g *rt.G) { y.inner = g }))
	return y
}

// times returns how often the G that is spawned now is to run.
func (y *faulty) times() int {
	if y.spawned.Add(1)-1 != y.at.Load() {
		return 1
	}
	fmt.Println(tellsFault)
	if y.fault == loses {
		return 0
	}
	return 2
}

func (y *faulty) wrap(fn func(*rt.G)) func(*rt.G) { return func(*rt.G) { fn(y.g) } }

func (y *faulty) Run(main func(*rt.G)) error { return y.Scheduler.Run(y.wrap(main)) }

func (y *faulty) Go(fn func(*rt.G)) (err error) {
	for range y.times() {
		err = y.Scheduler.Go(y.wrap(fn))
	}
	return err
}

// faultySpawner is what a G needs beneath it to spawn through a faulty.
type faultySpawner struct{ y *faulty }

func (s faultySpawner) Go(fn func(*rt.G)) {
	for range s.y.times() {
		s.y.inner.Go(s.y.wrap(fn))
	}
}

func (s faultySpawner) Call(fn func(*rt.G)) {
	for range s.y.times() {
		rt.CallNative(s.y.inner, s.y.wrap(fn))
	}
}

func (s faultySpawner) Sleep(ns int64) { s.y.inner.Sleep(ns) }

func (s faultySpawner) SetProcs(n int) (int, error) { return s.y.inner.SetProcs(n) }

const (
	faultyEnv   = "SCHEDLAB_TEST_FAULT" // of the process: WORKLOAD FAULT WHICH
	tellsFault  = "now"
	tellsPassed = "the answer is accepted"
)

// grace is how long a run may go on after the fault before it counts as hanging, which is as good
// as an error. If it is too short, a workload that notices nothing may pass. A workload that
// notices the fault always passes.
const grace = time.Second / 2

// which of its Gs.
var which = [...]string{"first", "middle", "last"}

// accepted are faults that a workload cannot always notice, and why not.
var accepted = map[string]string{
	"skynet/doubles": "an actor takes as many sums as it has children; " +
		"it would have to wait to see that there is another one, " +
		"and a counter of all actors would be what is measured",
}

// A workload must notice that one of its Gs, whichever it is, has not run or has run twice. It must
// say so, or hang, as one does that waits for the G. A workload that spawns Gs and looks at nothing
// accepts the fault.
func TestAFaultySchedulerIsNoticed(t *testing.T) {
	if raceEnabled || testing.Short() {
		t.Skip("starts two hundred processes")
	}
	if task := os.Getenv(faultyEnv); task != "" {
		runFaulty(t, strings.Fields(task))
		return
	}
	for _, w := range Table {
		for _, f := range []fault{loses, doubles} {
			t.Run(fmt.Sprintf("%s/%s", w.Name, f), func(t *testing.T) {
				if why := accepted[w.Name+"/"+string(f)]; why != "" {
					t.Skip(why)
				}
				t.Parallel()
				var said [len(which)]string
				var all sync.WaitGroup
				for i := range which {
					all.Go(func() { said[i] = startFaulty(t, w.Name, string(f), which[i]) })
				}
				all.Wait()
				for i := range which {
					require.Contains(t, said[i], tellsFault)
					require.NotContains(t, said[i], tellsPassed,
						"%s verifies too little: it accepts a scheduler that %s its %s G",
						w.Name, f, which[i])
				}
			})
		}
	}
}

// runFaulty runs a workload twice, in a process of its own. The second time there is a fault.
func runFaulty(t *testing.T, task []string) {
	w, err := Find(task[0])
	require.NoError(t, err)
	in, err := w.Prepare(Params{Procs: 2})
	require.NoError(t, err)
	s := newFaulty(t, fault(task[1]))
	require.NoError(t, in.Run(s))
	n := s.spawned.Swap(0)
	s.at.Store(map[string]int64{"first": 0, "middle": n / 2, "last": n - 1}[task[2]])
	if err := in.Run(s); err != nil {
		fmt.Println("noticed:", err)
		return
	}
	fmt.Println(tellsPassed)
}

// startFaulty returns what a process in which runFaulty runs says before it ends or is killed.
func startFaulty(t *testing.T, task ...string) (said string) {
	c := exec.Command(os.Args[0], "-test.run=^TestAFaultySchedulerIsNoticed$")
	c.Env = append(os.Environ(), faultyEnv+"="+strings.Join(task, " "))
	out, err := c.StdoutPipe()
	if !assert.NoError(t, err) || !assert.NoError(t, c.Start()) {
		return ""
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said += lines.Text() + "\n"
		if lines.Text() == tellsFault {
			defer time.AfterFunc(grace, func() { _ = c.Process.Kill() }).Stop()
		}
	}
	_ = c.Wait() // killed, as a rule
	return said
}
