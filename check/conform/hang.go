package conform

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"schedlab/rt"
)

// A test may take patience in time that counts, and all three minutes if it only
// waits. No property needs a second.
const (
	patience    = 20 * time.Second
	waitingPart = 9 // one in so many seconds counts in which the process only waits
)

// counted returns how much of a second counts in which the process computed for used.
// On a busy machine a test gets little of the CPUs and needs longer by as much, so what
// it got counts; but something of each second, for who waits may wait for ever.
func counted(used time.Duration) time.Duration {
	return min(max(used, time.Second/waitingPart), time.Second)
}

// Watch ends the process if the test hangs, with what dumps tell and the stacks of
// all goroutines. It cannot end the test alone, since nothing can make a scheduler's
// threads give up.
func Watch(t *testing.T, dumps ...func() string) {
	watch(t, patience, func() string { return "" }, func() []func() string { return dumps })
}

// watch is Watch for a test of which blame says, in a line, what it needs. It goes by
// seconds one after the other, so that those in which the whole machine stood still are
// one.
func watch(t *testing.T, patience time.Duration, blame func() string, dumps func() []func() string) {
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	go func() {
		start := time.Now()
		for left := patience; left > 0; {
			before := cpuTime()
			select {
			case <-over:
				return
			case <-time.After(time.Second):
			}
			left -= counted(cpuTime() - before)
		}
		var w strings.Builder
		fmt.Fprintf(&w, "%s hangs: nothing has come of it in %v\n%s\n\n", t.Name(), time.Since(start).Round(time.Second), blame())
		for _, dump := range dumps() {
			w.WriteString(inTime(dump) + "\n")
		}
		stacks := make([]byte, 1<<20)
		w.Write(stacks[:runtime.Stack(stacks, true)])
		// The name comes last as well: logs are cut at the front.
		fmt.Fprintf(&w, "\n%s hangs\n%s", t.Name(), blame())
		panic(w.String())
	}()
}

// inTime returns what dump tells, if that does not hang too.
func inTime(dump func() string) string {
	text := make(chan string, 1)
	go func() {
		defer func() {
			if v := recover(); v != nil {
				text <- fmt.Sprint("Dump panics: ", v)
			}
		}()
		text <- dump()
	}()
	select {
	case s := <-text:
		return s
	case <-time.After(10 * time.Second):
		return "Dump does not return: who has the lock?"
	}
}

// blame says what p, which has failed, asks of a design.
func (p *property) blame(t *trial) string {
	var names []string
	for _, promise := range append(slices.Clone(p.needs), t.opened.promises()...) {
		names = append(names, fmt.Sprintf("%q", promise))
	}
	slices.Sort(names)
	if len(names) == 0 {
		return p.name + " is asked of every design; there is no promise to decline."
	}
	return fmt.Sprintf("%s checks the promise %s of rt/promise.go. A design that does not make it says so, with the reason, in its Lacks.",
		p.name, strings.Join(slices.Compact(names), ", "))
}

// opened is what a trial has done so far, as its watch may ask at any time.
type opened struct {
	mu         sync.Mutex
	schedulers []rt.Scheduler
	asked      []rt.Promise // by the property itself
}

func (o *opened) add(s rt.Scheduler) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.schedulers = append(o.schedulers, s)
}

func (o *opened) ask(p rt.Promise) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = append(o.asked, p)
}

func (o *opened) promises() []rt.Promise {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.asked)
}

// dumpsAtMost: some properties open hundreds; what hangs is among the last.
const dumpsAtMost = 4

func (o *opened) dumps() (list []func() string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.schedulers[max(0, len(o.schedulers)-dumpsAtMost):] {
		list = append(list, s.Dump)
	}
	return list
}
