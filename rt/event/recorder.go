package event

import "schedlab/host"

// Recorder makes the words of one M. It belongs to the M. While the scheduler is at
// rest it belongs to the thread that flushes the Stream.
//
// Its methods are not inlined, so that the callers, which are one branch for a
// scheduler without a sink, can be.
type Recorder struct {
	stream *Stream
	batch  Batch // its state is that before the first word of buf
	p      int16 // the P now
	n      uint8 // words in buf; that it has wrapped to 0 means full
	buf    [1 << 8]word
}

// G records that k happened to G g, which the M dealt with last.
//
//go:noinline
func (r *Recorder) G(k Kind, g uint64) { r.add(wordOf(k, g)) }

// GFrom records that k happened to G g. m is the M that dealt with g last: if that is
// another one, the event has a new time.
//
//go:noinline
func (r *Recorder) GFrom(k Kind, g uint64, m int16) {
	if m != r.batch.m {
		r.mark(markTime, host.Ticks())
	}
	r.add(wordOf(k, g))
}

// Now records that k happened, to the G that runs if to any, and when.
//
//go:noinline
func (r *Recorder) Now(k Kind) { r.add(wordOf(k, host.Ticks())) }

// Park records that the G that runs waits for reason since ticks.
//
//go:noinline
func (r *Recorder) Park(reason WaitReason, ticks uint64) {
	r.mark(markTime, ticks)
	r.add(wordOf(Park, uint64(reason)))
}

// Of records that k happened, and when. of is the ID of a P, or None; n is the number
// of Gs, if k tells of any.
//
//go:noinline
func (r *Recorder) Of(k Kind, of, n int) {
	r.mark(markTime, host.Ticks())
	r.add(wordOf(k, argOf(of, n)))
}

// SetP records which P the M has from here on.
func (r *Recorder) SetP(id int16) {
	if id != r.p {
		r.p = id
		r.mark(markP, argOf(int(id), noGs))
	}
}

func (r *Recorder) add(w word) {
	r.buf[r.n] = w
	if r.n++; r.n == 0 {
		r.hand(len(r.buf))
	}
}

func (r *Recorder) mark(k Kind, arg uint64) {
	r.batch.marks++
	r.add(wordOf(k, arg))
}

// hand gives the first n words to the sink.
func (r *Recorder) hand(n int) {
	b := &r.batch
	b.words = r.buf[:n]
	r.stream.take(b)
	b.carryOver()
	b.p, b.marks, r.n = r.p, 0, 0
}
