package explore

// strategy decides what an engine leaves open: which thread takes the next step,
// and what Choose returns. Each is a small file; Option names them.
type strategy interface {
	// begin prepares the next execution. It says false if there is none left.
	begin(e *engine) bool
	// next returns the thread that takes the next step: one for which
	// e.enabled is true. nil ends the execution: because no thread is
	// enabled, or because it is of no interest.
	next(e *engine) *thread
	// choose returns a number from 0 to n-1, for t.
	choose(e *engine, t *thread, n int) int
	// end is called when the execution has come to an end: e.outcome.
	end(e *engine)
	// bound tells which executions the strategy stands for.
	bound() string
}

// sampler is a strategy that may leave executions out. Then it finds violations,
// and verifies nothing.
type sampler interface{ samples() bool }

func samples(s strategy) bool {
	p, ok := s.(sampler)
	return ok && p.samples()
}

// estimator is a strategy that knows how much it has done: from 0 to 1.
type estimator interface{ progress() float64 }
