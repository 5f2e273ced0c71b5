package conform

import (
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"schedlab/rt"
)

// Limits of a test that is watched.
const (
	// patience is how much computing a test may take. No property needs a second.
	patience = 20 * time.Second
	// waitingPart: of a second in which the process only waits, one part in waitingPart
	// counts. So a test may wait for 3 minutes.
	waitingPart = 9
	// dumpPatience is how long a Dump of a scheduler that hangs may take.
	dumpPatience = 10 * time.Second
	// stacksAtMost is how many bytes of stacks a report holds.
	stacksAtMost = 1 << 20
	// dumpsAtMost is how many schedulers a report describes, the newest ones. Some
	// properties open hundreds; the one that hangs is among the last.
	dumpsAtMost = 4
)

// counted returns how much a second counts in which the process computed for used. On a busy
// machine a test gets less of the CPUs and takes longer by as much, so only what it got
// counts. A test that computes nothing may wait for ever, so a part of each second counts in
// any case.
func counted(used time.Duration) time.Duration {
	return min(max(used, time.Second/waitingPart), time.Second)
}

// Watch ends the process if the test hangs, and reports what dumps return and the stacks of
// all goroutines. It cannot end the test alone, since nothing can end the threads of a
// scheduler from outside.
func Watch(t *testing.T, dumps ...func() string) {
	watch(t, patience, func() string { return "" }, func() []func() string { return dumps })
}

// watch is Watch for a property; blame says what the property asks of a design. It adds up
// single seconds, so that a time in which the whole machine stood still counts as one second.
func watch(
	t *testing.T, patience time.Duration, blame func() string, dumps func() []func() string,
) {
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
		why := fmt.Sprintf("it has not ended in %v; the limit is %v of computing, or %v of waiting",
			time.Since(start).Round(time.Second), patience, waitingPart*patience)
		panic(report(t.Name()+" hangs", why, blame(), dumps()))
	}()
}

// report returns all that there is to say of a test that hangs. Its headline comes again at the
// end, since logs are cut at the front.
func report(headline, why, blame string, dumps []func() string) string {
	var w strings.Builder
	fmt.Fprintf(&w, "%s: %s\n%s\n\n", headline, why, blame)
	for _, dump := range dumps {
		w.WriteString(inTime(dump) + "\n")
	}
	stacks := make([]byte, stacksAtMost)
	w.Write(stacks[:runtime.Stack(stacks, true)])
	fmt.Fprintf(&w, "\n%s\n%s", headline, blame)
	return w.String()
}

// inTime returns what dump returns, or says so if dump hangs, too, or panics.
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
	case <-time.After(dumpPatience):
		return fmt.Sprintf("Dump has not returned in %v: it waits for a lock of the scheduler, "+
			"which some thread holds and does not release", dumpPatience)
	}
}

// claim names the function that checks p, whose comment is what p claims.
func (p *property) claim() string {
	fn := runtime.FuncForPC(reflect.ValueOf(p.check).Pointer())
	file, line := fn.FileLine(fn.Entry())
	return fmt.Sprintf("%s of check/conform/%s:%d", fn.Name()[strings.LastIndex(fn.Name(), ".")+1:],
		filepath.Base(file), line)
}

// blame says what p, which has failed, asks of a design.
func (p *property) blame(t *trial) string {
	var names []string
	for _, promise := range append(slices.Clone(p.needs), t.opened.promises()...) {
		names = append(names, fmt.Sprintf("%q", promise))
	}
	slices.Sort(names)
	if len(names) == 0 {
		return fmt.Sprintf("%s is asked of every design; there is no promise to decline. "+
			"The claim is the comment of %s.", p.name, p.claim())
	}
	return fmt.Sprintf("%s needs these promises of rt/promise.go: %s. A design that does not make "+
		"one says so, with the reason, in its Lacks. The claim is the comment of %s.",
		p.name, strings.Join(slices.Compact(names), ", "), p.claim())
}

// opened is what a trial has done so far. Its watch may read that at any time.
type opened struct {
	mu         sync.Mutex
	schedulers []rt.Scheduler
	asked      []rt.Promise // those that the property has asked t.promises about
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

func (o *opened) dumps() (list []func() string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.schedulers[max(0, len(o.schedulers)-dumpsAtMost):] {
		list = append(list, s.Dump)
	}
	return list
}
