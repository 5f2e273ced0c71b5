package strategy

import (
	"slices"

	"schedlab/explore/internal/engine"
)

// Fuzz does one execution, decided by the bytes of a fuzzer. There is one byte for each
// decision with more than one answer, so that a mutation of a byte is a mutation of a
// decision. Where the bytes end the running thread goes on as long as it can: so fewer bytes
// are fewer switches, and to minimize the bytes is to minimize the execution.
type Fuzz struct {
	bytes []byte
	at    int
	begun bool
	order []*engine.Thread // those that are enabled, the one that took the last step first
}

// NewFuzz makes the strategy "fuzz".
func NewFuzz(bytes []byte) *Fuzz { return &Fuzz{bytes: bytes} }

// Begin says true once.
func (s *Fuzz) Begin(*engine.Engine) bool {
	first := !s.begun
	s.begun, s.at = true, 0
	return first
}

// pick returns a number from 0 to n-1; 0 if there are no bytes left.
func (s *Fuzz) pick(n int) int {
	if n < 2 || s.at == len(s.bytes) {
		return 0
	}
	s.at++
	return int(s.bytes[s.at-1]) % n
}

// Next lets the thread that took the last step go on if the byte is 0, otherwise one of the
// others.
func (s *Fuzz) Next(e *engine.Engine) *engine.Thread {
	ts := append(s.order[:0], e.Enabled()...)
	if i := slices.Index(ts, e.LastThread()); i > 0 {
		last := ts[i]
		copy(ts[1:], ts[:i])
		ts[0] = last
	}
	s.order = ts
	return ts[s.pick(len(ts))]
}

// Choose returns what the next byte says.
func (s *Fuzz) Choose(_ *engine.Engine, _ *engine.Thread, n int) int { return s.pick(n) }

// End does nothing.
func (s *Fuzz) End(*engine.Engine) {}

// Samples says true: one execution proves nothing.
func (s *Fuzz) Samples() bool { return true }

// Bound says that there is one execution.
func (s *Fuzz) Bound() string { return "the execution that the bytes say" }
