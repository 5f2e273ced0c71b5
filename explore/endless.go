package explore

import (
	"fmt"
	"slices"
	"strings"
)

// endless says which loop it was that the step limit has ended: which thread took
// the most steps, and where it took them. For that it does the execution again.
func endless(e *engine) string {
	steps := map[int32]int{}
	for _, ev := range e.events[len(e.events)/2:] {
		steps[e.threads[ev.thread].nth]++
	}
	busiest := int32(0)
	for nth, n := range steps {
		if n > steps[busiest] || n == steps[busiest] && nth < busiest {
			busiest = nth
		}
	}
	l := &lookout{replay: *newReplay(slices.Clone(e.schedule)), thread: busiest, from: len(e.events) / 2}
	again := makeEngine(e.cfg, e.program, l)
	l.begin(again)
	again.execute()
	again.close()
	return fmt.Sprintf("an execution reached the limit of %d steps: thread %d goes round %s. "+
		"If it waits for another thread, call explore.Pause in the loop; if it only takes long, give more by Steps",
		e.cfg.steps, busiest, l.where())
}

// lookout replays an execution and looks where a thread takes its steps.
type lookout struct {
	replay
	thread int32 // by its place: ids may differ
	from   int   // steps before do not count
	lines  []string
}

func (l *lookout) next(e *engine) *thread {
	// It is called by the thread that announces its step.
	if len(e.events) >= l.from && e.cur.nth == l.thread && !e.cur.ended && len(l.lines) < maxLines {
		if line := callSite().String(); line != "" && !slices.Contains(l.lines, line) {
			l.lines = append(l.lines, line)
		}
	}
	return l.replay.next(e)
}

// maxLines of a loop are named.
const maxLines = 8

func (l *lookout) where() string {
	if len(l.lines) == 0 {
		return "a loop that could not be found again"
	}
	slices.Sort(l.lines)
	return strings.Join(l.lines, ", ")
}
