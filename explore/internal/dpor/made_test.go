package dpor

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/engine"
)

// made writes an execution by hand, and returns its history: no program runs. Events are
// separated by ";". Each is a thread, what it does, and to which object: w writes, r reads.
// "=1" is a Choose of the same thread that returned 1. So "0 w5; 1 r5 =1" is: thread 0
// writes object 5; thread 1 reads it, and Choose returns 1.
func made(t *testing.T, events string) *history {
	e := &engine.Engine{Limits: &engine.Limits{Timeouts: 1}, TimeID: engine.NoObject}
	for _, text := range strings.Split(events, ";") {
		var thread, obj int32
		var op rune
		words := strings.Fields(text)
		_, err := fmt.Sscanf(words[0]+" "+words[1], "%d %c%d", &thread, &op, &obj)
		require.NoError(t, err, text)
		for len(e.Threads) <= int(thread) {
			id := int32(len(e.Threads))
			e.Threads = append(e.Threads, &engine.Thread{ID: id, Birth: -1, Last: -1, Ended: true})
		}
		th := e.Threads[thread]
		th.Seq++
		th.Last = int32(len(e.Events))
		ev := engine.Event{
			Thread: thread, Seq: th.Seq, Kind: engine.OpLoad, From: -1,
			Obj: obj, Obj2: engine.NoObject,
		}
		if op == 'w' {
			ev.Kind, ev.Mode = engine.OpStore, engine.Writes
		}
		e.Events = append(e.Events, ev)
		for _, w := range words[2:] {
			var v int32
			_, err := fmt.Sscanf(w, "=%d", &v)
			require.NoError(t, err, text)
			e.Choices = append(e.Choices, engine.Choice{After: th.Last, Thread: thread, N: 3, V: v})
		}
	}
	h := &history{e: e}
	h.rewind()
	for h.seen < len(e.Events) {
		i, ev := h.next()
		c := h.follow(i, ev)
		h.complete(ev, c, h.predecessors(i, ev))
		h.note(i, ev)
	}
	return h
}

// text writes steps like made reads them.
func (s step) text() string {
	op := "r"
	if s.Mode == engine.Writes {
		op = "w"
	}
	return fmt.Sprintf("%d%s%d", s.thread, op, s.Obj)
}

// text writes t: branches are separated by "|", and what follows a step stands in
// parentheses, after what is chosen if that is known, and "?" if it is in doubt.
func (t *wakeupTree) text() string {
	var branches []string
	for b := t.first; b != nil; b = b.next {
		text := b.chain.text()
		if !b.then.empty() {
			text = b.step.text() + wayText(b.choices, b.doubt, b.then.text())
		}
		for w := b.more; w != nil; w = w.next {
			text += wayText(w.choices, w.doubt, w.then.text())
		}
		branches = append(branches, text)
	}
	return strings.Join(branches, " | ")
}

// text is that of a tree which is nothing but c.
func (c *chain) text() string {
	if c == nil {
		return ""
	}
	return c.step.text() + wayText(c.choices, c.doubt, c.rest.text())
}

func wayText(choices []int32, doubt bool, then string) (text string) {
	for _, v := range choices {
		text += fmt.Sprintf(" =%d", v)
	}
	if doubt {
		text += "?"
	}
	if then != "" {
		text += " (" + then + ")"
	}
	return text
}
