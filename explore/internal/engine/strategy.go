package engine

// Strategy decides what an engine leaves open: which thread takes the next step,
// and what Choose returns. Each is a small file; Option names them.
type Strategy interface {
	// begin prepares the next execution. It says false if there is none left.
	Begin(e *Engine) bool
	// next returns the thread that takes the next step: one for which
	// e.enabled is true. nil ends the execution: because no thread is
	// enabled, or because it is of no interest.
	Next(e *Engine) *Thread
	// choose returns a number from 0 to n-1, for t.
	Choose(e *Engine, t *Thread, n int) int
	// end is called when the execution has come to an end: e.outcome.
	End(e *Engine)
	// bound tells which executions the strategy stands for.
	Bound() string
}

// sampler is a strategy that may leave executions out. Then it finds violations,
// and verifies nothing.
type sampler interface{ Samples() bool }

func Samples(s Strategy) bool {
	p, ok := s.(sampler)
	return ok && p.Samples()
}

// Estimator is a strategy that knows how much it has done: from 0 to 1.
type Estimator interface{ Progress() float64 }
