package story

import (
	"fmt"
	"slices"
	"strings"

	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// Endless says which loop it was that the step limit has ended: which thread took
// the most steps, and where it took them. For that it does the execution again.
func Endless(e *engine.Engine) string {
	steps := map[int32]int{}
	for _, ev := range e.Events[len(e.Events)/2:] {
		steps[e.Threads[ev.Thread].Nth]++
	}
	busiest := int32(0)
	for nth, n := range steps {
		if n > steps[busiest] || n == steps[busiest] && nth < busiest {
			busiest = nth
		}
	}
	l := &lookout{Replay: *strategy.NewReplay(slices.Clone(e.Schedule)), thread: busiest, from: len(e.Events) / 2}
	again := engine.New(e.Limits, e.Program, l)
	l.Begin(again)
	again.Execute()
	again.Close()
	return fmt.Sprintf("an execution reached the limit of %d steps: thread %d goes round %s. "+
		"If it waits for another thread, call explore.Pause in the loop; if it only takes long, give more by Steps",
		e.Limits.Steps, busiest, l.where())
}

// lookout replays an execution and looks where a thread takes its steps.
type lookout struct {
	strategy.Replay
	thread int32 // by its place: ids may differ
	from   int   // steps before do not count
	lines  []string
}

func (l *lookout) Next(e *engine.Engine) *engine.Thread {
	// It is called by the thread that announces its step.
	if len(e.Events) >= l.from && e.Current.Nth == l.thread && !e.Current.Ended && len(l.lines) < maxLines {
		if line := callSite().String(); line != "" && !slices.Contains(l.lines, line) {
			l.lines = append(l.lines, line)
		}
	}
	return l.Replay.Next(e)
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
