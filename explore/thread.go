package explore

import "schedlab/explore/internal/engine"

// Thread is a controlled thread that [Go] started.
type Thread engine.Thread

// Go starts a controlled thread that runs f. f sees what the caller did before. To start a
// thread is no step: it commutes with everything.
func Go(f func()) *Thread { return (*Thread)(engine.Self("Go").Start(f)) }

// Local returns what the calling thread keeps for wrappers of this package. It holds nil when
// the thread begins. To look at it or to change it is no step.
func Local() *any { return &engine.Self("Local").Local }

// Join waits until the thread has ended. The caller then sees what the thread did.
func (th *Thread) Join() { engine.Self("Thread.Join").Joins((*engine.Thread)(th)) }
