package main

import (
	"fmt"
	"sync/atomic"
)

// token stands for a G, or for the function of a timer, which is called once for each start
// that was not undone.
type token struct {
	want, starts, ends atomic.Int32

	// beats counts what the G does. It is plain memory, read in a stopped world: the race
	// detector then reports a G that runs meanwhile.
	beats uint32
}

// ledger holds the tokens of a program.
type ledger struct {
	next   atomic.Int64
	chunks [1 << 12]atomic.Pointer[[chunkTokens]token]
}

const chunkTokens = 1 << 10

// issue returns a new token for a G that must run want times.
func (l *ledger) issue(want int32) *token {
	i := int(l.next.Add(1) - 1)
	slot := &l.chunks[i/chunkTokens]
	if slot.Load() == nil {
		slot.CompareAndSwap(nil, new([chunkTokens]token)) // one of several callers succeeds
	}
	t := &slot.Load()[i%chunkTokens]
	t.want.Store(want)
	return t
}

// len returns how many tokens have been issued.
func (l *ledger) len() int { return int(l.next.Load()) }

// each calls yield for the first n tokens.
func (l *ledger) each(n int, yield func(i int, t *token)) {
	for i := range n {
		if c := l.chunks[i/chunkTokens].Load(); c != nil {
			yield(i, &c[i%chunkTokens])
		}
	}
}

// motion adds up all that the first n tokens have done.
func (l *ledger) motion(n int) (sum uint64) {
	l.each(n, func(_ int, t *token) {
		sum += uint64(t.beats) + uint64(t.starts.Load()) + uint64(t.ends.Load())
	})
	return sum
}

// begun returns how many of the tokens from n on have begun.
func (l *ledger) begun(n int) (begun int) {
	l.each(l.len(), func(i int, t *token) {
		if i >= n && t.starts.Load() != 0 {
			begun++
		}
	})
	return begun
}

// unfinished returns how many have not ended as often as they must.
func (l *ledger) unfinished() (n int) {
	l.each(l.len(), func(_ int, t *token) {
		if t.ends.Load() != t.want.Load() {
			n++
		}
	})
	return n
}

// check returns an error unless each G has begun and ended as often as it must. If Gs may have
// been abandoned, they need only have ended as often as they have begun, and no more often
// than they must.
func (l *ledger) check(abandoned bool) (err error) {
	wrong := 0
	l.each(l.len(), func(i int, t *token) {
		want, starts, ends := t.want.Load(), t.starts.Load(), t.ends.Load()
		if starts == ends && (starts == want || abandoned && starts < want) {
			return
		}
		if wrong++; err == nil {
			err = fmt.Errorf("the program's G %d was to run %d times; "+
				"it began %d times and ended %d times", i, want, starts, ends)
		}
	})
	if wrong > 1 {
		err = fmt.Errorf("%w; and so %d more", err, wrong-1)
	}
	return err
}
