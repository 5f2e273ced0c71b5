package event

import (
	"iter"

	"schedlab/host"
)

// Batch is some events of one M.
type Batch struct {
	state // before the first word
	words []word
	marks int // how many of the words are marks
}

// state is what carries over from word to word.
type state struct {
	ticks uint64 // the last clock reading
	g     uint64 // ID of the G that runs
	m, p  int16
}

// Len returns the number of events.
func (b *Batch) Len() int { return len(b.words) - b.marks }

// M returns the ID of the M whose events these are; None: they happened outside of
// all.
func (b *Batch) M() int { return int(b.m) }

// Clone returns a copy to keep.
func (b *Batch) Clone() *Batch {
	c := *b
	c.words = append([]word(nil), b.words...)
	return &c
}

// All returns the events.
func (b *Batch) All() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		var c clock
		b.decode(func(ticks uint64, e Event) bool {
			e.When = c.at(ticks)
			return yield(e)
		})
	}
}

// clock converts ticks, of which many in a row are the same.
type clock struct {
	ticks uint64
	when  int64
}

func (c *clock) at(ticks uint64) int64 {
	if ticks != c.ticks {
		c.ticks, c.when = ticks, host.TicksAt(ticks)
	}
	return c.when
}

// decode calls yield for each event, with its time in ticks in place of When.
func (b *Batch) decode(yield func(ticks uint64, e Event) bool) {
	s := b.state
	for _, w := range b.words {
		e, ok := s.next(w)
		if ok && !yield(s.ticks, e) {
			return
		}
	}
}

// next goes one word on. Not ok: the word is a mark.
func (s *state) next(w word) (e Event, ok bool) {
	k, arg := w.kind(), w.arg()
	e = Event{What: k, G: s.g, M: s.m}
	switch forms[k] {
	case holdsTime:
		s.ticks = ticksAfter(s.ticks, arg)
	case holdsG:
		e.G, e.By = arg, s.g
	case holdsReason:
		e.Reason = WaitReason(arg)
	case holdsOf:
		e.Of, e.N = splitArg(arg)
	}
	switch {
	case k == Run:
		s.g, e.By = e.G, 0
	case k.leaves():
		s.g = 0
	case k == markP:
		s.p = e.Of
	}
	e.P = s.p
	return e, k != markTime && k != markP
}

// carryOver makes the state the one after the last word, but for p. It reads from
// the end, because the words that say so are most often among the last.
func (b *Batch) carryOver() {
	knowsG, knowsTicks, before := false, false, b.ticks
	for i := len(b.words) - 1; i >= 0 && !(knowsG && knowsTicks); i-- {
		k, arg := b.words[i].kind(), b.words[i].arg()
		if !knowsTicks && forms[k] == holdsTime {
			b.ticks, knowsTicks = ticksAfter(before, arg), true
		}
		if runs := k == Run; !knowsG && (runs || k.leaves()) {
			b.g, knowsG = 0, true
			if runs {
				b.g = arg
			}
		}
	}
}
