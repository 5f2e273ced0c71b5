package explore

// Thread is a controlled thread that [Go] started.
type Thread thread

// Go starts a controlled thread that runs f. What the caller did before is
// visible to f. Starting is no step: it commutes with everything.
func Go(f func()) *Thread { return (*Thread)(self("Go").start(f)) }

// Join waits until the thread has ended; what it did is visible then.
func (th *Thread) Join() { self("Thread.Join").joins((*thread)(th)) }
