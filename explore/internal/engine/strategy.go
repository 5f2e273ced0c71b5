package engine

// Strategy decides what an engine leaves open: which thread takes the next step,
// and what Choose returns. The table in explore/strategies.go names them.
type Strategy interface {
	// Begin prepares the next execution. It says false if there is none left.
	Begin(e *Engine) bool
	// Next returns the thread that takes the next step: one for which
	// Enabled is true. nil ends the execution: because no thread is
	// enabled, or because it is of no interest.
	Next(e *Engine) *Thread
	// Choose returns a number from 0 to n-1, for t.
	Choose(e *Engine, t *Thread, n int) int
	// End is called when the execution has come to an end: e.Outcome.
	End(e *Engine)
	// Bound tells which executions the strategy stands for.
	Bound() string
}

// sampler is a strategy that may leave executions out. Then it finds violations,
// and verifies nothing.
type sampler interface{ Samples() bool }

// Samples says whether s is one.
func Samples(s Strategy) bool {
	p, ok := s.(sampler)
	return ok && p.Samples()
}

// Estimator is a strategy that knows how much it has done: from 0 to 1.
type Estimator interface{ Progress() float64 }
