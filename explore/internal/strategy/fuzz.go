package strategy

import (
	"slices"

	"schedlab/explore/internal/engine"
)

// fuzz does one execution, decided by the bytes of a fuzzer: one for each decision
// that is one, so that a mutation of a byte is a mutation of a decision. Where
// they end the running thread goes on as long as it can: so fewer bytes are fewer
// switches, and to minimize the bytes is to minimize the execution.
type fuzz struct {
	bytes []byte
	at    int
	begun bool
	order []*engine.Thread // those that are enabled, the one that took the last step first
}

// NewFuzz makes the strategy "fuzz".
func NewFuzz(bytes []byte) *fuzz { return &fuzz{bytes: bytes} }

func (s *fuzz) Begin(*engine.Engine) bool {
	first := !s.begun
	s.begun, s.at = true, 0
	return first
}

// pick returns a number from 0 to n-1; 0 if there are no bytes left.
func (s *fuzz) pick(n int) int {
	if n < 2 || s.at == len(s.bytes) {
		return 0
	}
	s.at++
	return int(s.bytes[s.at-1]) % n
}

// Next lets the thread that took the last step go on if the byte is 0, else takes
// one of the others.
func (s *fuzz) Next(e *engine.Engine) *engine.Thread {
	ts := append(s.order[:0], e.Enabled()...)
	if i := slices.Index(ts, e.LastThread()); i > 0 {
		last := ts[i]
		copy(ts[1:], ts[:i])
		ts[0] = last
	}
	s.order = ts
	return ts[s.pick(len(ts))]
}

func (s *fuzz) Choose(_ *engine.Engine, _ *engine.Thread, n int) int { return s.pick(n) }

func (s *fuzz) End(*engine.Engine) {}

func (s *fuzz) Samples() bool { return true }

func (s *fuzz) Bound() string { return "the execution that the bytes say" }
