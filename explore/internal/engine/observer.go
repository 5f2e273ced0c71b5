package engine

// Observer is told what an execution does, for people to read. Its methods are called
// by the thread that does it.
type Observer interface {
	Born(t *Thread)                                   // the running thread starts t
	Announced(t *Thread)                              // t stands before its op
	Granted(e *Engine, t *Thread)                     // t's step comes next
	Chose(t *Thread, n, v int)                        // Choose(n) returns v to t
	Done(e *Engine)                                   // e's last event
	Accessed(s *Shadow, t *Thread, m Mode)            // t has accessed plain memory
	Value(v any)                                      // which the last access has met
	Raced(s *Shadow, t *Thread, other *Thread) string // tells where t and other access s
	Again()                                           // it begins again, from the beginning
	Failed()                                          // the running thread has violated a property
	NameOf(o *Object) string                          // the name of o that was found out; ""
}
