package explore

// observer is told what an execution does, for people to read. Its methods are called
// by the thread that does it.
type observer interface {
	born(t *thread)                                   // the running thread starts t
	announced(t *thread)                              // t stands before its op
	granted(e *engine, t *thread)                     // t's step comes next
	chose(t *thread, n, v int)                        // Choose(n) returns v to t
	done(e *engine)                                   // e's last event
	accessed(s *shadow, t *thread, m mode)            // t has accessed plain memory
	value(v any)                                      // which the last access has met
	raced(s *shadow, t *thread, other *thread) string // tells where t and other access s
	failed()                                          // the running thread has violated a property
	nameOf(o *object) string                          // the name of o that was found out; ""
}
