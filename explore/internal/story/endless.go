package story

import (
	"fmt"
	"slices"
	"strings"

	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// Endless names the loop that reached the limit of steps: the thread that took the most
// steps in the second half, and where it took them. For that it repeats the execution.
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
	l := &lookout{
		Replay: *strategy.NewReplay(slices.Clone(e.Schedule)),
		thread: busiest, from: len(e.Events) / 2,
	}
	again := engine.New(e.Limits, e.Program, l)
	l.Begin(again)
	again.Execute()
	again.Close()
	return fmt.Sprintf("thread %d goes round %s. "+
		"If it waits for another thread, %s; "+
		"if it only takes long, give more by Steps", busiest, l.where(), advice(e.Alive[busiest]))
}

// advice says what t, which goes round, may do about it.
func advice(t *engine.Thread) string {
	if t.HasPaused() {
		return "let its rounds end in the state in which they began: " +
			"explore.Pause is called, but no two rounds are the same"
	}
	return "call explore.Pause in the loop"
}

// lookout replays an execution and notes the lines at which one thread takes its steps.
type lookout struct {
	strategy.Replay
	thread int32 // by the order in which threads were made: ids may differ
	from   int   // earlier steps do not count
	lines  []string
}

func (l *lookout) Next(e *engine.Engine) *engine.Thread {
	// The thread that announces its step calls Next: its stack shows the line.
	t := e.Current
	if len(e.Events) >= l.from && t.Nth == l.thread && !t.Ended && len(l.lines) < maxLines {
		if line := callSite().String(); line != "" && !slices.Contains(l.lines, line) {
			l.lines = append(l.lines, line)
		}
	}
	return l.Replay.Next(e)
}

// maxLines is the number of lines of a loop that are named.
const maxLines = 8

func (l *lookout) where() string {
	if len(l.lines) == 0 {
		return "a loop that could not be found again"
	}
	slices.Sort(l.lines)
	return strings.Join(l.lines, ", ")
}
